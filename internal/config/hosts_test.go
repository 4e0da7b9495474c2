package config

import (
	"net/url"
	"testing"

	"github.com/oauthget/oauthget/internal/form"
)

func TestTokenMayGoToTheHostsThatAreNamedAndNoOther(t *testing.T) {
	p := Profile{APIHosts: []string{"api.example.com", "Other.example.com:8443", "[::1]:8080"}}
	for text, want := range map[string]bool{
		"https://api.example.com/orders":        true,
		"https://API.example.com/":              true,
		"https://api.example.com:443/":          true,
		"http://api.example.com:80/":            true,
		"https://other.example.com:8443/":       true,
		"http://[::1]:8080/":                    true,
		"https://api.example.com:8443/":         false,
		"http://api.example.com:443/":           false,
		"https://other.example.com/":            false,
		"https://api.example.com.evil.example/": false,
		"https://evil-api.example.com/":         false,
		"https://api.example.com./":             false,
		"https://example.com/":                  false,
		"http://[::1]/":                         false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MaySend(u); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if !(Profile{}).MaySend(u) {
			t.Errorf("%s: refused where no host is named", text)
		}
	}
}

func TestProgramsAreAnsweredForTheProfilesOwnServersOnly(t *testing.T) {
	p := Profile{
		Issuer: "https://login.example.com/realms/a", Endpoints: Endpoints{TokenEndpoint: "https://token.example.com/token"},
		Resource: []string{"https://api.example.com:8443/v1"}, Audience: []string{"orders", "https://other.example.com"},
	}
	for text, want := range map[string]bool{
		"https://login.example.com":                true,
		"https://LOGIN.example.com:443/x":          true,
		"https://token.example.com":                true,
		"https://api.example.com:8443":             true,
		"https://other.example.com":                true,
		"https://api.example.com":                  false,
		"http://login.example.com":                 false,
		"https://login.example.com.evil.example":   false,
		"https://orders":                           false,
		"https://evil.example/https://login.other": false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MayAnswer(u); got != want {
			t.Errorf("%s: %v", text, got)
		}
		named := p
		named.APIHosts = []string{"git.example.com"}
		if named.MayAnswer(u) {
			t.Errorf("%s: allowed beside api_hosts", text)
		}
	}
}

func TestHostThatWouldNeverMatchIsRefused(t *testing.T) {
	for _, value := range []string{"https://api.example.com", "api.example.com/v1", "*.example.com", "a@b", ":443", "api:", "::1", "api.example.com:x", "", "a b"} {
		if err := form.Hosts([]string{"api.example.com", value}); err == nil {
			t.Errorf("%q was taken", value)
		}
	}
	if err := form.Hosts([]string{"api.example.com", "127.0.0.1:8080", "[::1]", "localhost"}); err != nil {
		t.Error(err)
	}
}
