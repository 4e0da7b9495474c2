package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/untrusted"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func post(t *testing.T, target string) (*http.Response, error) {
	t.Helper()
	return NewClient(Options{UserAgent: "oauthget/test"}).PostForm(target, url.Values{"code": {"canary-code"}})
}

func TestPostIsNeverRedirected(t *testing.T) {
	stolen := false
	thief := serve(t, func(http.ResponseWriter, *http.Request) { stolen = true })
	for _, status := range []int{301, 302, 303, 307, 308} {
		from := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief, status) })
		_, err := post(t, from)
		if _, ok := errors.AsType[*untrusted.Error](err); !ok || stolen {
			t.Errorf("status %d: err %v, thief asked: %v", status, err, stolen)
		}
	}
}

func TestGetFollowsFewRedirectsAndNoneToPlainHTTP(t *testing.T) {
	client := NewClient(Options{})
	loop := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) })
	away := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://as.example/metadata", http.StatusFound)
	})
	for _, target := range []string{loop, away} {
		_, err := client.Get(target)
		if _, ok := errors.AsType[*untrusted.Error](err); !ok {
			t.Errorf("%s: %v", target, err)
		}
	}
	once := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/moved", http.StatusMovedPermanently)
		}
	})
	if resp, err := client.Get(once + "/"); err != nil || resp.StatusCode != 200 {
		t.Errorf("one redirect: %v", err)
	}
}

func TestRedirectFromHTTPSToLoopbackIsRefused(t *testing.T) {
	asked := false
	local := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	distant := httptest.NewTLSServer(http.RedirectHandler(local, http.StatusFound))
	t.Cleanup(distant.Close)
	client := distant.Client()
	client.CheckRedirect = NewClient(Options{}).CheckRedirect
	_, err := client.Get(distant.URL)
	if _, ok := errors.AsType[*untrusted.Error](err); !ok || asked {
		t.Errorf("%v, asked: %v", err, asked)
	}
}

func TestRequestThatBearsATokenIsNotRedirected(t *testing.T) {
	from := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "http://localhost:1/"+r.Header.Get("Authorization"), http.StatusFound)
		}
	})
	req, _ := http.NewRequest(http.MethodGet, from+"/", nil)
	req.Header.Set("Authorization", "Bearer canary-token")
	_, err := NewClient(Options{}).Do(req)
	e, ok := errors.AsType[*untrusted.Error](err)
	if !ok || strings.Contains(e.Error(), "canary") {
		t.Error(err)
	}
}

func TestRefusedRedirectDoesNotTellWhereItLeads(t *testing.T) {
	from := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+r.PostFormValue("code")+".example/", http.StatusTemporaryRedirect)
	})
	_, err := post(t, from)
	if e, ok := errors.AsType[*untrusted.Error](err); !ok || strings.Contains(e.Error(), "canary") {
		t.Error(err)
	}
}

func TestProxysRefusalIsNotInTheProxysWords(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		fmt.Fprint(conn, "HTTP/1.1 403 canary-words\r\n\r\n")
		conn.Close()
	}))
	t.Cleanup(proxy.Close)
	transport := newTransport(Options{})
	transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
	_, err := (&http.Client{Transport: transport}).Get("https://as.example/")
	if !errors.Is(err, untrusted.ErrProxy) || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}

func TestPlainHTTPOffLoopbackIsRefusedBeforeAnythingIsSent(t *testing.T) {
	_, err := NewClient(Options{}).Get("http://192.0.2.1/token")
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		t.Error(err)
	}
}

func TestLongBodyIsAnErrorNotATruncation(t *testing.T) {
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"access_token":"x"}`)
		for chunk := strings.Repeat(" ", 64<<10); ; {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	if _, err := post(t, endless); !errors.Is(err, errTooLong) {
		t.Errorf("POST: %v", err)
	}
	resp, err := NewClient(Options{}).Get(endless)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, errTooLong) {
		t.Errorf("GET: %v", err)
	}
}

func TestHangingServerEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, hang, nil)
	if _, err := NewClient(Options{}).Do(req); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRequestNamesItselfAndAsksForJSON(t *testing.T) {
	var got http.Header
	target := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	if _, err := post(t, target); err != nil {
		t.Fatal(err)
	}
	if got.Get("User-Agent") != "oauthget/test" || got.Get("Accept") != "application/json" {
		t.Errorf("headers: %v", got)
	}
}

func TestNormalizeMendsWhatServersAreKnownToSend(t *testing.T) {
	for in, want := range map[string]string{
		`{"expires_in":3600}`:                     `{"expires_in":3600}`,
		`{"expires_in":"3600"}`:                   `{"expires_in":3600}`,
		`{"expires_in":3599.7}`:                   `{"expires_in":3599}`,
		`{"expires_in":3.6e3}`:                    `{"expires_in":3600}`,
		`{"expires_in":600000000000}`:             `{"expires_in":2147483647}`,
		`{"expires_in":0}`:                        `{"expires_in":1}`,
		`{"expires_in":""}`:                       `{}`,
		`{"expires_in":null}`:                     `{}`,
		`{"expires_in":-5}`:                       `{}`,
		`{"expires_in":"NaN"}`:                    `{}`,
		`{"expires_in":{}}`:                       `{}`,
		`{"scope":["a","b"]}`:                     `{"scope":"a b"}`,
		`{"scope":"a b"}`:                         `{"scope":"a b"}`,
		`{"scope":[1]}`:                           `{"scope":[1]}`,
		`{"a":1,"a":2,"scope":["a"]}`:             `{"a":1,"a":2,"scope":["a"]}`,
		"\n {\"access_token\":\"x\"}":             `{"access_token":"x"}`,
		`{"Access_Token":"b","access_token":"a"}`: `{"access_token":"a"}`,
		`{"acce\u017fs_token":"b","Tenant":"T"}`:  `{"Tenant":"T"}`,
		"access_token=x&expires_in=5":             "access_token=x&expires_in=5",
		`<html>`:                                  `<html>`,
		`{"broken`:                                `{"broken`,
		``:                                        ``,
	} {
		if got := string(normalize(http.Header{}, []byte(in))); got != want {
			t.Errorf("normalize(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestNormalizeRecognisesJSONSentAsText(t *testing.T) {
	h := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	normalize(h, []byte(`{"access_token":"x"}`))
	if got := h.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %s", got)
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add([]byte(`{"access_token":"x","expires_in":"1e9999","scope":["a"]}`))
	f.Add([]byte(`{"expires_in":` + strings.Repeat("9", 400) + `}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := normalize(http.Header{}, body)
		var before, after map[string]any
		if json.Unmarshal(body, &before) != nil {
			return
		}
		if err := json.Unmarshal(got, &after); err != nil {
			t.Fatalf("an object became %q", got)
		}
		if v, ok := after["expires_in"]; ok {
			if n, ok := v.(float64); !ok || n < 1 || n > maxLifetime {
				t.Fatalf("expires_in %v", v)
			}
		}
		for k := range after {
			if _, ok := before[k]; !ok {
				t.Fatalf("member %q appeared", k)
			}
		}
	})
}
