package demoas

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestForeignHostIsMisdirected(t *testing.T) {
	t.Parallel()
	s, err := New("http://127.0.0.1:8400", Config{})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"127.0.0.1:8400": 200, "localhost:8400": 200, "LOCALHOST:8400": 200, "[::1]:8400": 200,
		"rebound.example:8400": 421, "rebound.example": 421, "localhost": 421, "localhost:1": 421, "localhost.:8400": 421,
		"127.0.0.1.rebound.example:8400": 421, "127.0.0.2:8400": 421,
	} {
		for _, path := range []string{"/.well-known/openid-configuration", "/jwks"} {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			req.Host = host
			recorder := httptest.NewRecorder()
			s.ServeHTTP(recorder, req)
			if recorder.Code != want {
				t.Errorf("Host %s, %s: %d, want %d", host, path, recorder.Code, want)
			}
		}
	}
}

func TestHostWithoutTheDefaultPortIsKnown(t *testing.T) {
	t.Parallel()
	for issuer, hosts := range map[string][]string{
		"http://127.0.0.1":           {"127.0.0.1", "127.0.0.1:80", "localhost", "[::1]"},
		"https://AS.example:443/t":   {"as.example", "as.example:443"},
		"https://as.example:8443/t":  {"as.example:8443", "localhost:8443"},
		"http://[::1]:8400/tenant/a": {"[::1]:8400", "127.0.0.1:8400"},
	} {
		s, err := New(issuer, Config{})
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			if !s.hosts[host] {
				t.Errorf("%s is not known as %s", issuer, host)
			}
		}
	}
}
