package proxy

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrailersOfARequestArePassedOnButNoTokenInThem(t *testing.T) {
	var seen http.Header
	up := newWitness(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		seen = r.Trailer.Clone()
	})
	r := start(t, up.URL, nil)
	for _, c := range []struct {
		announced, sent string
		want            http.Header
	}{
		{"Trailer: X-Sum\r\n", "X-Sum: abc\r\n", http.Header{"X-Sum": {"abc"}}},
		{"Trailer: X-Sum, Authorization, X-Forwarded-For\r\n", "X-Sum: abc\r\nAuthorization: Bearer mine\r\nX-Forwarded-For: 1\r\n", http.Header{"X-Sum": {"abc"}}},
		{"Trailer: X-Sum\r\n", "X-Sum: abc\r\nAuthorization: Bearer mine\r\n", http.Header{"X-Sum": {"abc"}}},
		{"", "Authorization: Bearer mine\r\n", nil},
		{"", "", nil},
	} {
		seen = nil
		got := r.raw(t, "POST /"+prefix+"/x HTTP/1.1\r\nHost: "+r.addr+"\r\nTransfer-Encoding: chunked\r\n"+c.announced+
			"Connection: close\r\n\r\n2\r\n{}\r\n0\r\n"+c.sent+"\r\n")
		if diff := cmp.Diff(c.want, seen); got.status != 200 || diff != "" {
			t.Errorf("%q, %q: %d %s", c.announced, c.sent, got.status, diff)
		}
	}
}
