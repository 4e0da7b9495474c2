package demoas

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Person signs in and decides on the pages of the server, over HTTP, as somebody with a browser would: for the demo on a
// machine without a browser, and for tests.
type Person struct {
	// Types is what the person types, by the name of the field; other fields are left as the page suggests.
	Types map[string]string
	Deny  bool // on the consent page
	// Proxy is that of [http.Transport]. Without one there is none: everything that a Person visits is on loopback.
	Proxy func(*http.Request) (*url.URL, error)
}

const (
	visitTime = 30 * time.Second
	pageSize  = 1 << 20 // bytes
	pageCount = 8       // more than a login has
)

// Visit opens the authorization URL, answers the pages and follows the redirects to the redirect URI. It returns the body
// of the client's page there. An error page of the authorization server is an error, one of the client is not. No error
// contains the query of a URL.
func (p Person) Visit(ctx context.Context, authorizationURL string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	start, err := url.Parse(authorizationURL)
	if err != nil {
		return "", errors.New("visit authorization URL: not a URL")
	}
	browser, err := p.newBrowser()
	if err != nil {
		return "", err
	}
	defer browser.CloseIdleConnections()

	method, target, form := http.MethodGet, start, url.Values(nil)
	for range pageCount {
		at, err := open(ctx, browser, method, target, form)
		if err != nil {
			return "", err
		}
		if target, form, err = p.answer(at); err != nil {
			return "", err
		}
		if form == nil {
			return at.end(start)
		}
		method = http.MethodPost
	}
	return "", errors.New("visit authorization URL: too many pages")
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

// answer returns the page's form as the person fills it in, and where it goes; nil if the page has none. It reads the
// markup of this server and no other.
func (p Person) answer(at visited) (*url.URL, url.Values, error) {
	_, form, found := strings.Cut(at.body, `<form method="post" data-page=`)
	if !found {
		return nil, nil, nil
	}
	target, err := at.url.Parse(attribute(form, "action"))
	if err != nil {
		return nil, nil, errors.New("visit authorization URL: the page's form leads nowhere")
	}
	answer := url.Values{}
	for _, input := range strings.Split(form, "<input")[1:] {
		name, value := attribute(input, "name"), attribute(input, "value")
		if typed := p.Types[name]; typed != "" {
			value = typed
		}
		answer.Set(name, value)
	}
	for _, decision := range []string{"sign-in", "allow"} {
		if strings.Contains(form, `name="decision" value="`+decision+`"`) {
			answer.Set("decision", decision)
		}
	}
	if p.Deny && answer.Get("decision") == "allow" {
		answer.Set("decision", "deny")
	}
	return target, answer, nil
}

// attribute returns the value of an attribute of the tag that text begins in; empty if it has none.
func attribute(text, name string) string {
	tag, _, _ := strings.Cut(text, ">")
	_, value, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ = strings.Cut(value, `"`)
	return html.UnescapeString(value)
}

func (p Person) newBrowser() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	return &http.Client{Jar: jar, Transport: &http.Transport{Proxy: p.Proxy}}, nil
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
		req.Header.Set("Origin", "null") // as browsers do where the referrer policy is no-referrer
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

// withoutQuery removes code and state from the URL of a [url.Error].
func withoutQuery(err error) error {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	where, _, _ := strings.Cut(failed.URL, "?")
	return &url.Error{Op: failed.Op, URL: where, Err: failed.Err}
}
