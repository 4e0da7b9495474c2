package loopback

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// authority returns the certificate of package httptest, which is for 127.0.0.1, and a client that trusts it.
func authority(t *testing.T) (*tls.Certificate, *http.Client) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = true
	return &server.TLS.Certificates[0], client
}

func TestHTTPSRedirectURIShowsItsCertificate(t *testing.T) {
	certificate, client := authority(t)
	l := listen(t, func(o *Options) {
		o.RedirectURI, o.Certificate = parseURL(t, "https://127.0.0.1/callback"), certificate
	})
	if !strings.HasPrefix(l.RedirectURI(), "https://127.0.0.1:") {
		t.Fatalf("it listens at %s", l.RedirectURI())
	}
	// What is sent in the clear is no response.
	plain, err := http.Get(strings.Replace(success200(l), "https:", "http:", 1))
	if err != nil || plain.StatusCode != http.StatusBadRequest {
		t.Fatalf("over http: %v %v", plain, err)
	}
	_ = plain.Body.Close()
	pages := make(chan string, 1)
	go func() {
		resp, err := client.Get(success200(l))
		if err != nil {
			pages <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		pages <- string(body)
	}()
	response, err := l.Wait(t.Context())
	if err != nil || response.Get("code") != code {
		t.Fatalf("%v %v", response, err)
	}
	l.Finish(Page{Title: "You are signed in", OK: true})
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if page := <-pages; !strings.Contains(page, "You are signed in") {
		t.Errorf("the page is %s", page)
	}
}
