package endpoint

import (
	"context"
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
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		req, err := http.NewRequestWithContext(t.Context(), method, endless, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := NewClient(Options{}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, errTooLong) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestByteOrderMarkIsDropped(t *testing.T) {
	for body, want := range map[string]string{"\ufeff{}": "{}", "{}": "{}", "": "", "\ufeff": "", "x": "x", "\xef\xbbx": "\xef\xbbx"} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
		resp, err := NewClient(Options{}).Get(s)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, err := io.ReadAll(resp.Body); string(got) != want || err != nil {
			t.Errorf("%q: %q, %v", body, got, err)
		}
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
