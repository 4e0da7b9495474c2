package proxy

import (
	"net/http"
	"strings"
	"testing"
)

func TestOnlyThoseWhoMeanTheProxyGetThrough(t *testing.T) {
	up := newWitness(t, nil)
	const dev = "http://localhost:5173"
	r := start(t, up.URL+"/v2", func(o *Options) { o.Origins = []string{dev} })
	const path = "/" + prefix + "/x"
	_, port, _ := strings.Cut(r.addr, ":")
	for _, c := range []struct {
		line, host, fields string
		want               int
	}{
		{"GET " + path, r.addr, "", 200},
		{"GET " + path, "localhost:" + port, "", 200},
		{"GET " + path, "LOCALHOST:" + port, "", 200},
		{"DELETE " + path, r.addr, "", 200},
		{"OPTIONS " + path, r.addr, "", 200},

		// DNS rebinding, and other doors to the same address.
		{"GET " + path, "evil.example", "", 403},
		{"GET " + path, "evil.example:" + port, "", 403},
		{"GET " + path, "127.0.0.1", "", 403},
		{"GET " + path, "127.0.0.1:1", "", 403},
		{"GET " + path, "localhost", "", 403},
		{"GET " + path, "localhost.:" + port, "", 403},
		{"GET " + path, "127.0.0.1.evil.example:" + port, "", 403},
		{"GET " + path, "0.0.0.0:" + port, "", 403},
		{"GET " + path, "[::1]:" + port, "", 403},
		{"GET " + path, "", "", 403},

		// A forward proxy is what this is not.
		{"GET http://" + r.addr + path, r.addr, "", 400},
		{"GET http://evil.example" + path, r.addr, "", 403},
		{"GET https://api.example" + path, "api.example", "", 403},
		{"CONNECT api.example:443", "api.example:443", "", 403},
		{"CONNECT " + r.addr, r.addr, "", 400},
		{"CONNECT " + path, r.addr, "", 400},
		{"OPTIONS *", r.addr, "", 400},

		// The prefix.
		{"GET /", r.addr, "", 404},
		{"GET /" + prefix[1:] + "/x", r.addr, "", 404},
		{"GET /" + prefix + "x/x", r.addr, "", 404},
		{"GET /" + strings.ToUpper(prefix) + "/x", r.addr, "", 404},
		{"GET /%61-prefix/x", r.addr, "", 404},
		{"GET //" + prefix + "/x", r.addr, "", 404},
		{"GET /x/../" + prefix + "/x", r.addr, "", 404},
		{"GET /favicon.ico", r.addr, "", 404},
		{"TRACE /", r.addr, "", 404},

		// Out of the upstream's path.
		{"GET /" + prefix + "/../x", r.addr, "", 400},
		{"GET /" + prefix + "/a/..", r.addr, "", 400},
		{"GET /" + prefix + "/./x", r.addr, "", 400},
		{"GET /" + prefix + "/%2e%2e/x", r.addr, "", 400},
		{"GET /" + prefix + "/%2E./x", r.addr, "", 400},
		{"GET /" + prefix + "/..%2fx", r.addr, "", 400},
		{"GET /" + prefix + "/a%2f..%2fx", r.addr, "", 400},
		{"GET /" + prefix + "/..%5cx", r.addr, "", 400},
		{"GET /" + prefix + "/..;/x", r.addr, "", 200}, // a name like any other, but to those who should know better
		{"GET /" + prefix + "/..a", r.addr, "", 200},

		// Answers that show the request.
		{"TRACE " + path, r.addr, "", 405},
		{"TRACK " + path, r.addr, "", 405},
		{"trace " + path, r.addr, "", 200}, // methods are case-sensitive (RFC 9110 §9.1)

		// Pages.
		{"GET " + path, r.addr, "Sec-Fetch-Site: none", 200},
		{"GET " + path, r.addr, "Sec-Fetch-Site: same-origin", 200},
		{"GET " + path, r.addr, "Sec-Fetch-Site: cross-site", 403},
		{"GET " + path, r.addr, "Sec-Fetch-Site: same-site", 403},
		{"GET " + path, r.addr, "Sec-Fetch-Site: anything", 403},
		{"GET " + path, r.addr, "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site", 403},
		{"POST " + path, r.addr, "Origin: http://" + r.addr, 200},
		{"POST " + path, r.addr, "Origin: http://localhost:" + port, 403}, // its Host would say so, too
		{"POST " + path, r.addr, "Origin: https://evil.example", 403},
		{"POST " + path, r.addr, "Origin: null", 403},
		{"POST " + path, r.addr, "Origin:", 403},
		{"POST " + path, r.addr, "Origin: " + dev, 200},
		{"POST " + path, r.addr, "Origin: " + dev + "\r\nSec-Fetch-Site: same-site", 200},
		{"POST " + path, r.addr, "Origin: " + dev + "\r\nOrigin: https://evil.example", 400},
		{"POST " + path, r.addr, "Origin: http://localhost:51730", 403},
		{"POST " + path, r.addr, "Origin: http://localhost", 403},
		{"POST " + path, r.addr, "Origin: https://localhost:5173", 403},
		{"POST " + path, r.addr, "Origin: " + dev + ".evil.example", 403},
		{"GET " + path, r.addr, "Origin: https://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade", 403},
		{"OPTIONS " + path, r.addr, "Origin: https://evil.example\r\nAccess-Control-Request-Method: PUT", 403},
	} {
		before := len(up.requests())
		fields := c.fields
		if fields != "" {
			fields += "\r\n"
		}
		got := r.raw(t, c.line+" HTTP/1.1\r\nHost: "+c.host+"\r\nContent-Length: 0\r\n"+fields+"\r\n")
		if got.status != c.want {
			t.Errorf("%s, Host %s, %s: %d %s, want %d", c.line, c.host, c.fields, got.status, got.body, c.want)
		}
		if passed := len(up.requests()) > before; passed != (c.want == 200) {
			t.Errorf("%s, Host %s, %s: passed on is %v", c.line, c.host, c.fields, passed)
		}
		if got.header.Get(allowOrigin) != "" && !strings.HasPrefix(c.fields, "Origin: "+dev) {
			t.Errorf("%s, %s: allowed for %s", c.line, c.fields, got.header.Get(allowOrigin))
		}
	}
}

func TestAllowedPageMayReadAnswers(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("X-Total", "7")
		w.Header().Set("Vary", "Accept")
	})
	const dev = "http://localhost:5173"
	r := start(t, up.URL, func(o *Options) { o.Origins = []string{dev, "https://app.example"} })

	preflight := r.do(t, request(t, "OPTIONS", r.base+"/x", nil, "Origin", dev, requestMethod, "PUT", requestFields, "content-type,x-mine", requestLocal, "true"))
	h := preflight.header
	if preflight.status != 204 || h.Get(allowOrigin) != dev || h.Get("Access-Control-Allow-Methods") != "PUT" ||
		h.Get("Access-Control-Allow-Headers") != "content-type,x-mine" || h.Get("Access-Control-Allow-Private-Network") != "true" ||
		h.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(h.Get("Vary"), "Origin") {
		t.Error(preflight)
	}
	if len(up.requests()) != 0 {
		t.Error("the upstream was asked")
	}

	got := r.do(t, request(t, "PUT", r.base+"/x", nil, "Origin", dev))
	if got.status != 200 || got.header.Get(allowOrigin) != dev || got.header.Get("Access-Control-Allow-Credentials") != "" ||
		!strings.Contains(got.header.Get("Access-Control-Expose-Headers"), "X-Total") || strings.Contains(got.header.Get("Access-Control-Expose-Headers"), "*") {
		t.Error(got)
	}
	if vary := strings.Join(got.header.Values("Vary"), ", "); vary != "Accept, Origin" {
		t.Error(vary)
	}
	if up.requests()[0].Header.Get("Origin") != "" {
		t.Error("the upstream was told of the page")
	}
	if got := r.get(t, "/x"); got.header.Get(allowOrigin) != "" || len(got.header.Values("Vary")) != 2 {
		t.Error(got) // what is for everybody may not come from a cache
	}

	up.Close()
	if got := r.do(t, request(t, "GET", r.base+"/x", nil, "Origin", dev)); got.status != 502 || got.header.Get(allowOrigin) != dev {
		t.Error("a page cannot read why it failed", got)
	}
}

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	for text, want := range map[string]string{
		"http://localhost:5173": "http://localhost:5173", "HTTP://LocalHost:5173/": "http://localhost:5173", "https://app.example:443": "https://app.example",
		"http://127.0.0.1:80": "http://127.0.0.1", "http://[::1]:5173": "http://[::1]:5173",
		"*": "", "null": "", "": "", "localhost:5173": "", "http://*.example": "", "https://app.example/path": "", "https://app.example?": "",
		"https://u@app.example": "", "http://app.example": "", "file:///x": "", "https://": "",
	} {
		got, err := ParseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

func TestPrefixIsASegmentThatEveryPathTakes(t *testing.T) {
	for prefix, want := range map[string]bool{
		"TOKEN": true, "_t0": true, "0A": true, "~a-b.c": true, "-a": true, strings.Repeat("a", 128): true,
		strings.Repeat("a", 129): false, "": false, ".": false, "..": false, ".a": false, "a/b": false, "a b": false,
		"A=B": false, "é": false, "a%2Fb": false, "a\x00": false,
	} {
		if err := CheckPrefix(prefix); (err == nil) != want {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}
