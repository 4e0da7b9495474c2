package origin

import (
	"net/url"
	"testing"
)

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOriginLeavesOutTheSchemesOwnPort(t *testing.T) {
	for text, want := range map[string]struct{ origin, address string }{
		"https://API.Example.com/a?b#c": {"https://api.example.com", "API.Example.com:443"},
		"HTTPS://a.example:443":         {"https://a.example", "a.example:443"},
		"https://a.example:":            {"https://a.example", "a.example:443"},
		"https://a.example:80":          {"https://a.example:80", "a.example:80"},
		"http://a.example:80":           {"http://a.example", "a.example:80"},
		"https://a.example:8443":        {"https://a.example:8443", "a.example:8443"},
		"https://[::1]":                 {"https://[::1]", "[::1]:443"},
		"https://[::1]:443":             {"https://[::1]", "[::1]:443"},
		"https://[2001:db8::443]:8443/": {"https://[2001:db8::443]:8443", "[2001:db8::443]:8443"},
		"https://u:p@a.example/":        {"https://a.example", "a.example:443"},
		"com.example:/cb":               {"com.example://", ":"},
		"ws://a.example:80":             {"ws://a.example:80", "a.example:80"},
	} {
		if got := Of(parse(t, text)); got != want.origin {
			t.Errorf("%s: origin %s, want %s", text, got, want.origin)
		}
		if got := Address(parse(t, text)); got != want.address {
			t.Errorf("%s: address %s, want %s", text, got, want.address)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://a.example/x", "https://A.example:443/y", true},
		{"https://a.example", "http://a.example", false},
		{"https://a.example", "http://a.example:443", false},
		{"https://a.example", "https://a.example.evil", false},
		{"https://a.example", "https://a.example:8443", false},
	} {
		if Same(parse(t, c.a), parse(t, c.b)) != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, !c.want)
		}
	}
}

func TestResourceCoversWholeSegments(t *testing.T) {
	for _, c := range []struct {
		resource, target string
		want             bool
	}{
		{"https://api.example", "https://api.example/v1", true},
		{"https://api.example/", "https://api.example", true},
		{"https://api.example:443", "https://API.example/v1?q", true},
		{"https://api.example/v1", "https://api.example/v1/", true},
		{"https://api.example/v1/", "https://api.example/v1", true},
		{"https://api.example/v1?tenant=a", "https://api.example/v1/x", true},
		{"https://api.example/v1", "https://api.example/v10", false},
		{"https://api.example/v1", "https://api.example/", false},
		{"https://api.example/v1", "http://api.example/v1", false},
		{"https://api.example/v1", "https://api.example:8443/v1", false},
		{"https://api.example/v1", "https://evil.example/v1", false},
		{"https://api.example/v1", "https://api.example/v1/../v2", false},
		{"https://api.example/v1", "https://api.example/v1/%2e%2e/v2", false},
		{"https://u@api.example/v1", "https://api.example/v1", false},
		{"https://api.example/v1#f", "https://api.example/v1", false},
		{"", "https://api.example/v1", false},
	} {
		target, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := Covers(c.resource, target); got != c.want {
			t.Errorf("%q covers %q: %v", c.resource, c.target, got)
		}
	}
}
