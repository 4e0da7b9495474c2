package proxy

import (
	"net/http"
	"testing"
)

func TestRequestThatComesRoundIsNotPassedOn(t *testing.T) {
	var r *rig
	up := newWitness(t, func(w http.ResponseWriter, req *http.Request) { // leads back
		again := request(t, "GET", r.base+"/again", nil)
		again.Header["Via"] = req.Header["Via"]
		w.WriteHeader(r.do(t, again).status)
	})
	r = start(t, up.URL, nil)
	if got := r.do(t, request(t, "GET", r.base+"/x", nil, "Via", "1.0 fred, 1.1 p.example.net (oauthget)")); got.status != http.StatusLoopDetected {
		t.Error(got)
	}
	if seen := up.requests(); len(seen) != 1 || seen[0].Header.Values("Via")[1] != "1.1 oauthget" {
		t.Errorf("%d requests, Via %q", len(seen), seen[0].Header["Via"])
	}
}

func TestForwardsAreCounted(t *testing.T) {
	up := newWitness(t, nil)
	r := start(t, up.URL, nil)
	for _, c := range []struct{ method, sent, want string }{
		{"OPTIONS", "0", ""}, {"OPTIONS", "1", "0"}, {"OPTIONS", "10", "9"}, {"OPTIONS", "x", "x"}, {"GET", "0", "0"}, {"GET", "5", "5"},
	} {
		before := len(up.requests())
		got := r.do(t, request(t, c.method, r.base+"/x", nil, maxForwards, c.sent))
		seen := up.requests()[before:]
		switch {
		case c.want == "" && (got.status != 204 || len(seen) != 0):
			t.Errorf("%s with %s: %v, passed on %d times", c.method, c.sent, got, len(seen))
		case c.want != "" && (len(seen) != 1 || seen[0].Header.Get(maxForwards) != c.want):
			t.Errorf("%s with %s: %v, %v", c.method, c.sent, got, seen)
		}
	}
}
