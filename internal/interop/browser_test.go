//go:build interop && linux

package interop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// person is how the person at the browser answers the consent page.
type person struct {
	consents bool
	code     string // user code of another device, to be typed; the visit then ends at the server
}

// persons are the persons by the name of the link through which the binary is run.
var persons = map[string]person{
	"browser-allow": {consents: true},
	"browser-deny":  {consents: false},
}

const (
	user     = "alice"
	password = "wonderland"

	browseLimit = 15 * time.Second
	maxPages    = 10      // of one login; more is a loop
	maxPage     = 1 << 20 // bytes
)

// deviceAnswered is the text of oidc-provider at the end of a visit with a device's code.
var deviceAnswered = regexp.MustCompile(`Sign-in Success|Sign-in request was interrupted`)

// page is the last page that the person sees, at the redirect URI.
type page struct {
	URL    string `json:"url"`
	Status int    `json:"status"`
	Text   string `json:"text"`
	// Lowest is where the lowest button of the demo server's pages ended, in pixels; from Chromium alone.
	Lowest float64 `json:"lowest,omitempty"`
	Error  string  `json:"error,omitempty"`
}

// browse is the main function of the browser: an HTTP client with cookies that fills in the server's forms until it is redirected
// elsewhere, to the redirect URI.
func browse(who person) int {
	fmt.Println("chatter of a browser") // "No output of a child reaches stdout"
	last, err := visit(os.Args[len(os.Args)-1], who)
	if err != nil {
		last.Error = err.Error()
	}
	if err := last.save(filepath.Join(filepath.Dir(os.Args[0]), "page")); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		return 1
	}
	if last.Error != "" {
		return 1
	}
	return 0
}

// visit goes from the authorization request to the page at the redirect URI.
func visit(address string, who person) (page, error) {
	start, err := url.Parse(address)
	if err != nil {
		return page{}, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return page{}, err
	}
	client := &http.Client{Jar: jar, Timeout: browseLimit}
	if file := os.Getenv("INTEROP_CA"); file != "" {
		if client.Transport, err = trusting(file); err != nil {
			return page{}, err
		}
	}
	resp, err := client.Get(address)
	for range maxPages {
		if err != nil {
			return page{}, err
		}
		body, err := readPage(resp)
		if err != nil {
			return page{}, err
		}
		here := resp.Request.URL
		if here.Host != start.Host || who.code != "" && deviceAnswered.MatchString(body) {
			return page{URL: here.String(), Status: resp.StatusCode, Text: body}, nil
		}
		next, err := answer(here, body, who)
		if err != nil {
			return page{}, fmt.Errorf("%s: status %d: %w", here.Path, resp.StatusCode, err)
		}
		if resp, err = client.Do(next); err != nil {
			return page{}, err
		}
	}
	return page{}, errors.New("the server never redirected")
}

func readPage(resp *http.Response) (string, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	return string(body), err
}

// answer fills in the form of a page of the server.
func answer(here *url.URL, body string, who person) (*http.Request, error) {
	f, ok := firstForm(body)
	if !ok {
		return nil, errors.New("a page without a form")
	}
	if !who.consents && !f.isLogin() {
		if cancel, ok := link(body, "Cancel"); ok {
			target, err := here.Parse(cancel)
			if err != nil {
				return nil, err
			}
			return http.NewRequest(http.MethodGet, target.String(), nil)
		}
	}
	target, err := here.Parse(f.action)
	if err != nil {
		return nil, err
	}
	values := f.fill(user, password, who.consents || f.isLogin())
	if who.code != "" && values.Has("user_code") {
		values.Set("user_code", who.code)
		if !who.consents && values.Has("confirm") {
			values.Set("abort", "yes") // what its button sends
		}
	}
	req, err := http.NewRequest(http.MethodPost, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Referer", here.String())
	return req, nil
}

// save writes the page atomically.
func (p page) save(file string) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
