package demoas

import "testing"

func TestRedirectURIRules(t *testing.T) {
	t.Parallel()
	client := Client{RedirectURIs: []string{
		"http://127.0.0.1/callback", "http://[::1]:8400/callback?a=b", "http://localhost/",
		"https://app.example/cb", "com.example.app:/cb",
	}}
	for presented, want := range map[string]bool{
		"http://127.0.0.1/callback":                 true,
		"http://127.0.0.1:1/callback":               true,
		"http://127.0.0.1:65535/callback":           true,
		"http://[::1]:9/callback?a=b":               true,
		"http://localhost:9/":                       true,
		"https://app.example/cb":                    true,
		"com.example.app:/cb":                       true,
		"http://127.0.0.1:1/callback/":              false,
		"http://127.0.0.1:1/Callback":               false,
		"http://127.0.0.1:1/call%62ack":             false,
		"http://127.0.0.1:1/callback?x=y":           false,
		"http://127.0.0.1:1/callback#":              false,
		"http://127.0.0.1:1/x/../callback":          false,
		"https://127.0.0.1:1/callback":              false,
		"http://127.0.0.2:1/callback":               false,
		"http://127.1:1/callback":                   false,
		"http://localhost:1/callback":               false,
		"http://[::1]:9/callback":                   false,
		"http://user@127.0.0.1:1/callback":          false,
		"http://127.0.0.1:1@evil.example/callback":  false,
		`http://127.0.0.1:1\@evil.example/callback`: false,
		"http://127.0.0.1.evil.example/callback":    false,
		"https://app.example:443/cb":                false,
		"https://app.example/cb?x=y":                false,
		"https://APP.example/cb":                    false,
		"//127.0.0.1/callback":                      false,
		"com.example.app:/other":                    false,
		"":                                          false,
	} {
		if _, got := client.redirectURI(presented); got != want {
			t.Errorf("%q matches: %v, want %v", presented, got, want)
		}
	}
}

func TestRedirectSourceIsOneSourceExpression(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"http://127.0.0.1:8400/cb":       "http://127.0.0.1:8400",
		"http://[::1]:8400/cb":           "http:",
		"com.example.app:/cb":            "com.example.app:",
		"https://a.example;script-src/x": "https:",
	} {
		u, err := parseRedirectURI(uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := redirectSource(u); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
