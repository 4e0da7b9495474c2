package confidential

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
)

func TestURL(t *testing.T) {
	for s, want := range map[string]bool{
		"https://as.example/token": true, "http://as.example/token": false, "http://127.0.0.1:8400": true, "http://127.9.9.9": true,
		"http://[::1]:1/": true, "http://localhost": true, "http://LocalHost:9": true, "http://localhost.example.com": false,
		"http://127.0.0.1.example.com": false, "http://[::ffff:127.0.0.1]": true, "http://0.0.0.0": false, "http://192.168.0.1": false,
		"http://[::1%25eth0]": true, "ftp://127.0.0.1": false, "https:///path": false, "https:opaque": false, "": false, "http://": false,
		"http://2130706433": false, "http://127.1": false,
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := URL(u); got != want {
			t.Errorf("URL(%s) = %v", s, got)
		}
	}
}

func TestOnlyAServerOnThisMachineNamesAddressesOnIt(t *testing.T) {
	for _, c := range []struct {
		server, named string
		want          bool
	}{
		{"https://as.example", "https://as.example/device", true},
		{"https://as.example", "http://127.0.0.1:8765/", false},
		{"https://as.example", "https://LOCALHOST/", false},
		{"https://as.example", "https://[::ffff:127.0.0.1]/", false},
		{"https://127.0.0.1.example.com", "https://127.0.0.1/", false},
		{"https://localhost:1", "http://127.0.0.1:2/", true},
		{"http://127.0.0.1:1", "https://as.example/", true},
		{"http://127.0.0.1:1", "http://as.example/", false},
	} {
		server, err := url.Parse(c.server)
		named, err2 := url.Parse(c.named)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if got := NamedBy(server, named); got != c.want {
			t.Errorf("NamedBy(%s, %s) = %v", c.server, c.named, got)
		}
	}
}

// TestLocalhostIsOnLoopbackWhateverANameServerSays has a name server that answers nothing: whoever asks it fails.
func TestLocalhostIsOnLoopbackWhateverANameServerSays(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err) // a machine without IPv6
			continue
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		var dialled []string
		d := &net.Dialer{
			Control: func(_, address string, _ syscall.RawConn) error { dialled = append(dialled, address); return nil },
			Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
				t.Error("a name server was asked")
				return nil, errors.New("no name server")
			}},
		}
		for _, host := range []string{"localhost", "LocalHost"} {
			conn, err := Dial(d)(t.Context(), "tcp", host+":"+port)
			if err != nil {
				t.Fatal(err)
			}
			if conn.RemoteAddr().String() != l.Addr().String() {
				t.Errorf("%s: connected to %s", host, conn.RemoteAddr())
			}
			conn.Close()
		}
		for _, address := range dialled {
			if host, _, _ := net.SplitHostPort(address); host != "127.0.0.1" && host != "::1" {
				t.Errorf("%s was dialled", address)
			}
		}
	}
	if _, err := Dial(&net.Dialer{})(t.Context(), "tcp", "localhost:1"); err == nil {
		t.Error("nobody listens on port 1")
	}
}

func TestWhatIsForThisMachineGoesThroughNoProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "http://proxy.example:3128")
	}
	t.Setenv("NO_PROXY", "")
	for s, proxied := range map[string]bool{
		"https://api.example": true, "http://api.example": true,
		"http://localhost:3000": false, "http://LOCALHOST:3000": false, "https://LocalHost": false,
		"http://127.0.0.1:3000": false, "http://[::1]:3000": false, "http://[::1%25lo]:3000": false,
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := Proxy(&http.Request{URL: u})
		if err != nil || (proxy != nil) != proxied {
			t.Errorf("%s: through %v, %v", s, proxy, err)
		}
	}
}
