package proxy

import "testing"

func TestLogHoldsNeitherQueryNorPrefix(t *testing.T) {
	up := newWitness(t, nil)
	for _, c := range []struct{ target, path string }{
		{"/" + prefix + "/orders?secret=1", "/orders"},
		{"/" + prefix, "/"},
		// What a slash too few or too many makes of an address that is right.
		{"/" + prefix + "orders?secret=1", "/[prefix]orders"},
		{"//" + prefix + "/orders", "//[prefix]/orders"},
		{"/orders?secret=1", "/orders"},
	} {
		r := start(t, up.URL, nil)
		r.raw(t, "GET "+c.target+" HTTP/1.1\r\nHost: "+r.addr+"\r\nConnection: close\r\n\r\n")
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if len(r.log) != 1 || r.log[0].Path != c.path {
			t.Errorf("%s: %v", c.target, r.log)
		}
	}
}
