package demoas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Person stands for someone with a browser who signs in and decides: for the demo on a machine without a browser, and for
// tests. It reads the pages over HTTP and posts their forms, and knows nothing of the server that a browser does not.
type Person struct {
	User     string // "ada" where it is empty
	Password string
	UserCode string // typed where a device's code is asked for; where it is empty, what the page suggests is left
	Deny     bool   // on the consent page
}

const (
	visitTime = 30 * time.Second
	pageSize  = 1 << 20 // bytes
	pageCount = 8       // more forms than a login has
)

// Visit opens the authorization URL, answers the pages and follows the redirects to the end, which is the redirect URI
// with whatever the client shows there. It returns the body of that last page. An error page of the authorization server
// is an error, one of the client's is not; no error bears the query of a URL.
func (p Person) Visit(ctx context.Context, authorizationURL string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	start, err := url.Parse(authorizationURL)
	if err != nil {
		return "", errors.New("visit authorization URL: not a URL")
	}
	browser, err := newBrowser()
	if err != nil {
		return "", err
	}
	defer browser.CloseIdleConnections()

	at, err := open(ctx, browser, http.MethodGet, start, nil)
	for range pageCount {
		if err != nil {
			return "", err
		}
		answer, target := p.answer(at), at.url
		if dataPage(at.body) == "form_post" {
			// What the browser's script does. The page is the server's last, so its form says where it leads.
			if answer, target, err = postedForm(at.body); err != nil {
				return "", err
			}
		}
		if answer == nil {
			return at.end(start)
		}
		at, err = open(ctx, browser, http.MethodPost, target, answer)
	}
	return "", errors.New("visit authorization URL: the pages ask again and again")
}

// visited is a page that was opened, after all redirects.
type visited struct {
	url    *url.URL
	status int
	body   string
}

func (v visited) end(start *url.URL) (string, error) {
	if v.url.Host == start.Host && v.status >= http.StatusBadRequest {
		return "", fmt.Errorf("visit authorization URL: the authorization server answers %d", v.status)
	}
	return v.body, nil
}

// dataPage finds which of our pages this is; it reads markup of ours alone.
func dataPage(body string) string {
	_, form, _ := strings.Cut(body, `<form method="post" data-page="`)
	name, _, _ := strings.Cut(form, `"`)
	return name
}

// answer returns the form as the person fills it in, or nil where the page has none.
func (p Person) answer(at visited) url.Values {
	switch dataPage(at.body) {
	case "device":
		_, suggested, _ := strings.Cut(at.body, `name="user_code" value="`)
		suggested, _, _ = strings.Cut(suggested, `"`)
		return url.Values{"user_code": {cmp.Or(p.UserCode, suggested)}}
	case "login":
		return url.Values{
			"username": {cmp.Or(p.User, defaultUser)}, "password": {cmp.Or(p.Password, "demo")}, "decision": {"sign-in"},
		}
	case "consent":
		if p.Deny {
			return url.Values{"decision": {"deny"}}
		}
		return url.Values{"decision": {"allow"}}
	default:
		return nil
	}
}

func newBrowser() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	// A transport without a proxy: everything that a Person visits is on loopback.
	return &http.Client{Jar: jar, Transport: &http.Transport{}}, nil
}

func open(ctx context.Context, browser *http.Client, method string, target *url.URL, form url.Values) (visited, error) {
	req, err := http.NewRequestWithContext(ctx, method, target.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return visited{}, errors.New("open page: the request cannot be made")
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	req.Header.Set("User-Agent", "Mozilla/5.0 (compatible; oauthget demo)")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "null") // what a browser sends where the referrer policy is no-referrer
	}
	resp, err := browser.Do(req)
	if err != nil {
		return visited{}, fmt.Errorf("open page: %w", withoutQuery(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, pageSize))
	if err != nil {
		return visited{}, fmt.Errorf("read page: %w", err)
	}
	return visited{url: resp.Request.URL, status: resp.StatusCode, body: string(body)}, nil
}

// withoutQuery takes code and state out of the URL that a [url.Error] tells.
func withoutQuery(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	where, _, _ := strings.Cut(failed.URL, "?")
	return &url.Error{Op: failed.Op, URL: where, Err: failed.Err}
}
