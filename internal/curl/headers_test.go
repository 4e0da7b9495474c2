package curl

import (
	"net/url"
	"strings"
	"testing"
)

// asked is the URL that is requested first.
var asked = &url.URL{Scheme: "https", Host: "api.example.com"}

func TestStatusIsThatOfTheAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		follows bool
		want    int
	}{
		"plain":                    {"HTTP/1.1 401 Unauthorized\r\nA: b\r\n\r\n", false, 401},
		"version 2":                {"HTTP/2 401 \r\n\r\n", false, 401},
		"not yet":                  {"HTTP/1.1 401 Unauthorized\r\nA: b\r\n", false, 0},
		"nothing":                  {"", false, 0},
		"after an interim one":     {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 x\r\n\r\n", false, 401},
		"of another protocol":      {"HTTP/1.1 101 Switching\r\n\r\n", false, 101},
		"after a redirect":         {"HTTP/1.1 302 x\r\nlocation: /\r\n\r\nHTTP/1.1 401 x\r\n\r\n", true, 401},
		"a redirect, not followed": {"HTTP/1.1 302 x\r\nlocation: /\r\n\r\n", false, 302},
		"a redirect to nowhere":    {"HTTP/1.1 304 x\r\n\r\n", true, 304},
		"the first of two":         {"HTTP/1.1 503 x\r\n\r\nHTTP/1.1 401 x\r\n\r\n", true, 503},
		"no HTTP":                  {"220 welcome\r\n", false, unknown},
		"no number":                {"HTTP/1.1 4O1\r\n\r\n", false, unknown},
	} {
		for _, size := range []int{1, 1000} { // the pieces that it comes in
			h := headers{follows: c.follows, from: asked}
			for text := c.text; text != ""; text = text[min(size, len(text)):] {
				h.feed([]byte(text[:min(size, len(text))]))
			}
			if h.status != c.want {
				t.Errorf("%s, by %d: %d, want %d", name, size, h.status, c.want)
			}
		}
	}
	h := headers{follows: true, from: asked}
	h.feed([]byte("HTTP/1.1 302 x\r\nLocation: /\r\nX-Old: 1\r\n\r\nHTTP/1.1 401 x\r\nwww-authenticate:  Bearer \r\n\r\n"))
	if len(h.fields) != 1 || h.fields.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("fields: %v", h.fields)
	}
	h = headers{}
	h.feed([]byte("HTTP/1.1 401 x\r\n" + strings.Repeat("x", maxLine+1)))
	if h.status != unknown {
		t.Errorf("an endless line: %d", h.status)
	}
}

func TestAnswerBehindAnotherOriginHasStrayed(t *testing.T) {
	for locations, want := range map[string]bool{
		"": false, "/a /b": false, "/a https://api.example.com/b": false, "https://other.example.com/": true, "/a http://api.example.com/": true,
		"https://other.example.com/ https://api.example.com/": true, // which only had the other's word for where to go
	} {
		h := headers{follows: true, from: asked}
		for location := range strings.FieldsSeq(locations) {
			h.feed([]byte("HTTP/1.1 302 x\r\nLocation: " + location + "\r\n\r\n"))
		}
		h.feed([]byte("HTTP/1.1 401 x\r\n\r\n"))
		if h.status != 401 || h.strayed != want {
			t.Errorf("%s: %d, %v", locations, h.status, h.strayed)
		}
	}
}

func TestRedirectStaysOnlyIfUnambiguous(t *testing.T) {
	for location, want := range map[string]bool{
		"/orders": true, "/": true, "https://API.example.com/x?y": true, "HTTPS://api.example.com": true,
		"https://other.example.com/": false, "https://api.example.com:8443/": false, "http://api.example.com/": false, "//other.example.com/": false,
		"///other.example.com/": false, `/\other.example.com/`: false, `https://other.example.com\@api.example.com/`: false,
		"https://api.example.com@other.example.com/": false, "https:/other.example.com": false, "https:///other.example.com": false, "": false,
		"api.example.com/x": false, "ftp://api.example.com/": false,
	} {
		if got := stays(asked, location); got != want {
			t.Errorf("%s: %v", location, got)
		}
	}
}
