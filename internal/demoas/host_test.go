package demoas

import (
	"net/http"
	"strings"
	"testing"
)

func TestForeignHostIsMisdirected(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true})
	address := strings.TrimPrefix(r.Issuer(), "http://")
	_, port, _ := strings.Cut(address, ":")
	for host, want := range map[string]int{
		address: 200, "localhost:" + port: 200, "LOCALHOST:" + port: 200, "[::1]:" + port: 200,
		"rebound.example:" + port: 421, "rebound.example": 421, "localhost": 421, "localhost:1": 421, "localhost.:" + port: 421,
		"127.0.0.1.rebound.example:" + port: 421, "127.0.0.2:" + port: 421,
	} {
		for _, path := range []string{"/.well-known/openid-configuration", "/jwks"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.Issuer()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			if a := send(t, req); a.status != want {
				t.Errorf("Host %s, %s: %d, want %d", host, path, a.status, want)
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
