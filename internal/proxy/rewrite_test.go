package proxy

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUpstreamSeesAProgramWithAToken(t *testing.T) {
	up := newWitness(t, nil)
	r := start(t, up.URL+"/v2", nil)
	req := request(t, "POST", r.base+"/orders/a%2Fb?q=1;2&%zz", strings.NewReader("{}"),
		"Authorization", "Basic Zm9v", "Authorization", "Bearer mine", "Proxy-Authorization", "Basic Zm9v", "DPoP", "proof", "dpop", "again",
		"X-Forwarded-For", "1.2.3.4", "X-Forwarded-Host", "h", "X-Forwarded-Port", "1", "X-Forwarded-Proto", "https", "Forwarded", "for=1",
		"Referer", r.base+"/page", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Origin", "http://"+r.addr,
		"Connection", "keep-alive, X-Hop, Authorization", "X-Hop", "1", "Keep-Alive", "timeout=5", "Te", "trailers, deflate",
		"Upgrade", "h2c", "Http2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA",
		"Cookie", "a=1", "Accept", "application/json", "X-Mine", "kept", "User-Agent", "")
	req.Header.Set("Connection", "keep-alive, X-Hop, Authorization, Upgrade, HTTP2-Settings")
	if got := r.do(t, req); got.status != 200 {
		t.Fatal(got)
	}
	seen := up.requests()[0]
	if diff := cmp.Diff(http.Header{
		"Authorization": {"Bearer canary-first"}, "Te": {"trailers"}, "Cookie": {"a=1"}, "Accept": {"application/json"},
		"X-Mine": {"kept"}, "Content-Length": {"2"}, "Via": {"1.1 oauthget"},
	}, seen.Header); diff != "" {
		t.Error(diff)
	}
	if seen.Host != strings.TrimPrefix(up.URL, "http://") {
		t.Errorf("Host %s", seen.Host)
	}
	if seen.RequestURI != "/v2/orders/a%2Fb?q=1;2&%zz" {
		t.Errorf("asked for %s", seen.RequestURI)
	}
}

func TestPathsAreJoined(t *testing.T) {
	up := newWitness(t, nil)
	for _, c := range []struct{ base, path, want string }{
		{"", "", "/"},
		{"", "/", "/"},
		{"", "/a", "/a"},
		{"/v2", "", "/v2"},
		{"/v2", "/", "/v2/"},
		{"/v2", "/a/", "/v2/a/"},
		{"/v2/", "/a", "/v2/a"},
		{"/v2/", "", "/v2/"},
		{"/a%2Fb", "/c%2Fd", "/a%2Fb/c%2Fd"},
		{"", "//host/x", "//host/x"},
		{"", "/%E2%82%AC?x=%20", "/%E2%82%AC?x=%20"},
		{"/v2", "/...", "/v2/..."},
		{"", "/a?", "/a?"},
	} {
		r := start(t, up.URL+c.base, nil)
		got := r.raw(t, "GET /"+prefix+c.path+" HTTP/1.1\r\nHost: "+r.addr+"\r\nConnection: close\r\n\r\n")
		seen := up.requests()
		if got.status != 200 || seen[len(seen)-1].RequestURI != c.want {
			t.Errorf("%s + %s: %d, %s, want %s", c.base, c.path, got.status, seen[len(seen)-1].RequestURI, c.want)
		}
	}
}

func TestLocationsOfTheUpstreamAreOurs(t *testing.T) {
	for _, c := range []struct{ base, prefix, location, want string }{
		{"https://api.example/v2", "p", "https://api.example/v2/orders/1?a=b#c", "/p/orders/1?a=b#c"},
		{"https://api.example/v2", "p", "https://API.example:443/v2", "/p"},
		{"https://api.example/v2", "p", "/v2/orders/a%2Fb", "/p/orders/a%2Fb"},
		{"https://api.example/v2", "p", "orders", "/p/asked/orders"},
		{"https://api.example/v2", "p", "?page=2", "/p/asked/now?page=2"},
		{"https://api.example/v2", "p", "/v2x", "https://api.example/v2x"},
		{"https://api.example/v2", "p", "/login", "https://api.example/login"},
		{"https://api.example/v2", "p", "http://api.example/v2/a", "http://api.example/v2/a"},
		{"https://api.example/v2", "p", "https://api.example:8443/v2/a", "https://api.example:8443/v2/a"},
		{"https://api.example/v2", "p", "https://other.example/v2/a", "https://other.example/v2/a"},
		{"https://api.example/v2", "p", "//other.example/v2/a", "//other.example/v2/a"},
		{"https://api.example", "p", "https://api.example", "/p"},
		{"https://api.example", "", "https://api.example", "/"},
		{"https://api.example", "", "/a", "/a"},
		{"https://api.example", "", "https://api.example//evil.example/", "https://api.example//evil.example/"},
		{"https://api.example", "p", "https://api.example//evil.example/", "/p//evil.example/"},
		{"https://api.example", "p", "https://user@api.example/a", "https://user@api.example/a"},
		{"https://api.example", "p", "custom:app", "custom:app"},
		{"https://api.example", "p", "http://[", "http://["},
	} {
		u, err := url.Parse(c.base)
		if err != nil {
			t.Fatal(err)
		}
		p := New(t.Context(), Options{Upstream: u, Prefix: c.prefix})
		if got := p.relocate(c.location, u.JoinPath("asked/now")); got != c.want {
			t.Errorf("%s below %s: %s, want %s", c.location, c.base, got, c.want)
		}
	}
}

func TestRedirectsAreForTheCaller(t *testing.T) {
	other := newWitness(t, nil)
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "a=1; Domain=api.example")
		w.Header().Set("Alt-Svc", `h3=":443"`)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if r.URL.Path == "/v2/elsewhere" {
			http.Redirect(w, r, other.URL+"/", http.StatusTemporaryRedirect)
			return
		}
		http.Redirect(w, r, "/v2/next", http.StatusFound)
	})
	r := start(t, up.URL+"/v2", nil)
	got := r.get(t, "/elsewhere")
	if got.status != 307 || got.header.Get("Location") != other.URL+"/" || len(other.requests()) != 0 {
		t.Errorf("%v, and the other host was asked %d times", got, len(other.requests()))
	}
	if got.header.Get("Set-Cookie") != "a=1; Domain=api.example" || got.header.Get("Alt-Svc") != "" || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error(got.header)
	}
	if got := r.get(t, "/here"); got.header.Get("Location") != "/"+prefix+"/next" {
		t.Error(got)
	}
}

func TestUpstreamIsConfidential(t *testing.T) {
	for text, ok := range map[string]bool{
		"https://api.example": true, "https://api.example:8443/v2/": true, "http://127.0.0.1:3000": true, "http://localhost": true, "http://[::1]:3000/x": true,
		"http://api.example": false, "http://192.168.1.1": false, "ftp://api.example": false, "api.example": false, "/v2": false, "": false,
		"https://": false, "https://u:p@api.example": false, "https://api.example?key=1": false, "https://api.example?": false,
		"https://api.example#a": false, "https://api.example/a/../b": false, "https://api.example/%2e%2e/b": false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkUpstream(u); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
