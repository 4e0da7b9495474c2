package curl

import (
	"strings"
	"testing"
)

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
			h := headers{follows: c.follows}
			for text := c.text; text != ""; text = text[min(size, len(text)):] {
				h.feed([]byte(text[:min(size, len(text))]))
			}
			if h.status != c.want {
				t.Errorf("%s, by %d: %d, want %d", name, size, h.status, c.want)
			}
		}
	}
	h := headers{follows: true}
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
