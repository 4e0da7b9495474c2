package proxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// FuzzHostileCaller sends whatever it likes to a proxy. What arrives at the upstream is always a request of ours: of its
// path, its host, with the one token, and from nobody's page.
func FuzzHostileCaller(f *testing.F) {
	var broken atomic.Pointer[string]
	up := newWitness(f, func(w http.ResponseWriter, r *http.Request) {
		if why := foreign(r); why != "" {
			why = fmt.Sprintf("%s: %s %s %v", why, r.Method, r.RequestURI, r.Header)
			broken.Store(&why)
		}
		_, _ = io.Copy(io.Discard, r.Body)
	})
	r := start(f, up.URL+"/base", func(o *Options) { o.Log = nil })
	r.options.Log = nil
	for _, head := range []string{
		"GET /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\n\r\n",
		"POST /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\nContent-Length: 2\r\n\r\n{}",
		"POST /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"POST /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
		"GET /%[1]s/../x HTTP/1.1\r\nHost: %[2]s\r\nAuthorization: Bearer x\r\n authorization: y\r\n\r\n",
		"GET http://evil.example/%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\n\r\n",
		"GET /%[1]s/%%2e%%2e/x HTTP/1.1\r\nHost: %[2]s\r\nConnection: Authorization, close\r\n\r\n",
		"TRACE /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\n\r\n",
		"OPTIONS /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
		"GET /%[1]s/x HTTP/1.1\r\nHost: evil.example\r\nHost: %[2]s\r\n\r\n",
		"GET /%[1]s/x HTTP/1.1\r\nHost: %[2]s\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(fmt.Sprintf(head, prefix, "HOST")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.ReplaceAll(data, []byte("HOST"), []byte(r.addr))
		conn := dial(t, r.addr)
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = conn.Write(data)
		_ = conn.CloseWrite()
		answer, _ := io.ReadAll(conn)
		if bytes.Contains(answer, []byte("canary")) {
			t.Errorf("the token is in an answer: %q", answer)
		}
		if why := broken.Swap(nil); why != nil {
			t.Error(*why)
		}
	})
}

// foreign reports what the proxy should not have passed on.
func foreign(r *http.Request) string {
	switch {
	case len(r.Header.Values("Authorization")) != 1 || r.Header.Get("Authorization") != first:
		return "not the one token"
	case r.URL.Path != "/base" && !strings.HasPrefix(r.URL.Path, "/base/") || climbs(r.URL.Path):
		return "out of the upstream's path"
	case r.Method == http.MethodTrace || r.Method == http.MethodConnect:
		return "a method that is not passed on"
	case r.Header.Get("Upgrade") != "" && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return "a tunnel"
	case strings.Contains(r.Host, "evil"):
		return "another host"
	}
	for _, name := range append(dropped[1:], "X-Forwarded-For", "Forwarded") {
		if r.Header.Get(name) != "" {
			return name
		}
	}
	return ""
}
