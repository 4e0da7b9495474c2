package loopback

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func hasIPv6(t *testing.T) bool {
	t.Helper()
	s, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return false
	}
	_ = s.Close()
	return true
}

// taken binds a free port of 127.0.0.1 until the test ends.
func taken(t *testing.T) int {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return portOf(s)
}

// free returns a port that was free a moment ago.
func free(t *testing.T) int {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	return portOf(s)
}

func TestListenRefusesARedirectURIItCannotServe(t *testing.T) {
	for name, c := range map[string]struct {
		uri, listen string
		state       string
	}{
		"no state":              {uri: "http://127.0.0.1/cb", state: "-"},
		"relative":              {uri: "/cb"},
		"custom scheme":         {uri: "com.example.app:/cb"},
		"no host":               {uri: "http:///cb"},
		"other host":            {uri: "http://dev.example.com/cb"},
		"other host, a port":    {uri: "http://dev.example.com:8400/cb"},
		"0.0.0.0":               {uri: "http://0.0.0.0/cb"},
		"https":                 {uri: "https://127.0.0.1/cb"},
		"user name":             {uri: "http://x@127.0.0.1/cb"},
		"fragment":              {uri: "http://127.0.0.1/cb#x"},
		"port 0":                {uri: "http://127.0.0.1:0/cb"},
		"port too large":        {uri: "http://127.0.0.1:65536/cb"},
		"state in query":        {uri: "http://127.0.0.1/cb?state=x"},
		"no port behind proxy":  {uri: "https://dev.example.com/cb", listen: "127.0.0.1"},
		"bad listen address":    {uri: "http://127.0.0.1/cb", listen: "127.0.0.1:x"},
		"listen address colons": {uri: "http://127.0.0.1/cb", listen: "a:b:c"},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{RedirectURI: parseURL(t, c.uri), ListenAddress: c.listen, State: state}
			if c.state == "-" {
				o.State = ""
			}
			if l, err := Listen(t.Context(), o); err == nil {
				_ = l.Close()
				t.Errorf("listens on %s", l.RedirectURI())
			} else if strings.Contains(err.Error(), "canary-") {
				t.Error(err)
			}
		})
	}
	if _, err := Listen(t.Context(), Options{State: state}); err == nil {
		t.Error("listens without a redirect URI")
	}
}

func TestRedirectURIChangesOnlyItsPort(t *testing.T) {
	port := strconv.Itoa(free(t))
	for _, c := range []struct{ uri, listen, want string }{
		{"http://127.0.0.1", "", "http://127.0.0.1:*"},
		{"http://127.0.0.1/", "", "http://127.0.0.1:*/"},
		{"http://127.0.0.1:/cb", "", "http://127.0.0.1:*/cb"},
		{"http://LocalHost/cb?tenant=a", "", "http://LocalHost:*/cb?tenant=a"},
		{"http://127.0.0.1:" + port + "/a%2Fb", "", "http://127.0.0.1:" + port + "/a%2Fb"},
		{"http://127.0.0.1/cb", "127.0.0.1:" + port, "http://127.0.0.1:" + port + "/cb"},
		{"http://localhost/cb", "127.0.0.1:0", "http://localhost:*/cb"},
		{"https://dev.example.com/cb", "127.0.0.1:" + port, "https://dev.example.com/cb"},
		{"https://localhost/cb", "localhost:" + port, "https://localhost/cb"},
	} {
		l := listen(t, func(o *Options) { o.RedirectURI, o.ListenAddress = parseURL(t, c.uri), c.listen })
		got := l.RedirectURI()
		if before, after, any := strings.Cut(c.want, "*"); any {
			got = strings.TrimSuffix(strings.TrimPrefix(got, before), after)
			if n, err := strconv.Atoi(got); err != nil || n == 0 {
				t.Errorf("%s became %s, want %s", c.uri, l.RedirectURI(), c.want)
			}
		} else if got != c.want {
			t.Errorf("%s became %s, want %s", c.uri, got, c.want)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestBusyPortIsNamed(t *testing.T) {
	port := taken(t)
	_, err := Listen(t.Context(), Options{RedirectURI: parseURL(t, "http://127.0.0.1:"+strconv.Itoa(port)+"/cb"), State: state})
	busy, ok := errors.AsType[*PortError](err)
	if !ok || len(busy.Ports) != 1 || busy.Ports[0] != port || !InUse(err) {
		t.Fatalf("Listen: %v", err)
	}
	if want := "listen for the redirect: port " + strconv.Itoa(port) + " of 127.0.0.1: "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%q does not begin with %q", err, want)
	}
}

func TestPortsAreTriedInOrder(t *testing.T) {
	a, b, c := taken(t), taken(t), free(t)
	l := listen(t, func(o *Options) { o.Ports = []int{a, b, c} })
	if got := parseURL(t, l.RedirectURI()).Port(); got != strconv.Itoa(c) {
		t.Errorf("got port %s, want %d", got, c)
	}
	_, err := Listen(t.Context(), Options{RedirectURI: parseURL(t, "http://127.0.0.1/"), State: state, Ports: []int{a, b}})
	if busy, ok := errors.AsType[*PortError](err); !ok || len(busy.Ports) != 2 {
		t.Errorf("all taken: %v", err)
	}
}

func TestLocalhostMeansBothFamiliesOnOnePort(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("no IPv6 here")
	}
	for _, family := range []string{"127.0.0.1", "::1"} {
		l := listen(t, func(o *Options) { o.RedirectURI = parseURL(t, "http://localhost/callback") })
		r := get(t, success200(l))
		r.Host = r.URL.Host
		r.URL.Host = net.JoinHostPort(family, r.URL.Port())
		visit(r)
		if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
			t.Errorf("%s: Wait: %v, %v", family, response, err)
		}
	}
}

func TestLocalhostIsBusyWhenOneFamilyIs(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("no IPv6 here")
	}
	other, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	port := portOf(other)
	uri := parseURL(t, "http://localhost:"+strconv.Itoa(port)+"/")
	if _, err := Listen(t.Context(), Options{RedirectURI: uri, State: state}); err == nil {
		t.Fatal("the other program would get the code")
	}
	if s, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err != nil {
		t.Errorf("the first family is still bound: %v", err)
	} else {
		_ = s.Close()
	}
}

func TestMachineWithoutOneFamilyWorks(t *testing.T) {
	// 2001:db8::/32 is for documentation (RFC 3849): no machine has it.
	for _, hosts := range [][]string{{"127.0.0.1", "2001:db8::1"}, {"2001:db8::1", "127.0.0.1"}} {
		sockets, err := listenOn(t.Context(), hosts, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(sockets) != 1 {
			t.Errorf("%d sockets", len(sockets))
		}
		_ = sockets[0].Close()
	}
	if _, err := listenOn(t.Context(), []string{"2001:db8::1", "2001:db8::2"}, 0); err == nil {
		t.Error("listens where there is nothing")
	}
}

// TestFamilyWhoseEveryPortIsTakenIsNotMissing simulates a machine where another user listens on all ports of one family, with the
// error that each system has for it, and one without descriptors left.
func TestFamilyWhoseEveryPortIsTakenIsNotMissing(t *testing.T) {
	for name, c := range map[string]struct{ free, certain error }{
		"Linux":          {addressInUse, addressInUse},
		"BSD":            {missingAddress[0], addressInUse},
		"no descriptors": {syscall.EMFILE, syscall.EMFILE},
		"not allowed":    {syscall.EACCES, syscall.EACCES},
	} {
		for _, family := range []string{"127.0.0.1", "::1"} {
			var bound []net.Listener
			listen := func(address string) (net.Listener, error) {
				host, port, _ := net.SplitHostPort(address)
				switch {
				case host != family:
					s, err := net.Listen("tcp", "127.0.0.1:0") // in place of both families
					bound = append(bound, s)
					return s, err
				case port == "0":
					return nil, &net.OpError{Op: "listen", Err: c.free}
				}
				return nil, &net.OpError{Op: "listen", Err: c.certain}
			}
			if sockets, err := listenOnce(listen, []string{"127.0.0.1", "::1"}, 0); err == nil {
				t.Errorf("%s: does without %s and listens on %v", name, family, sockets)
			}
			for _, s := range bound {
				if s.Close() == nil {
					t.Errorf("%s, %s: the other family is still bound", name, family)
				}
			}
		}
	}
}

func TestNoPortAtAllIsAPortError(t *testing.T) {
	_, err := place{hosts: []string{"2001:db8::1", "2001:db8::2"}, ports: []int{0}}.listen(t.Context())
	if _, ok := errors.AsType[*PortError](err); !ok || !strings.HasPrefix(err.Error(), "listen for the redirect: any port of 2001:db8::1 and 2001:db8::2: ") {
		t.Error(err)
	}
}

func TestListenEndsWithTheContextsCause(t *testing.T) {
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := Listen(ctx, Options{RedirectURI: parseURL(t, "http://127.0.0.1/"), State: state})
	if !errors.Is(err, cause) {
		t.Errorf("Listen: %v", err)
	}
}

func TestProxyInFrontMayPassOnEitherHost(t *testing.T) {
	for _, c := range []struct {
		host   string
		status int
	}{{"dev.example.com", 400}, {"dev.example.com:443", 400}, {"", 400}, {"evil.example", 421}, {"localhost", 421}} {
		port := strconv.Itoa(free(t))
		listen(t, func(o *Options) {
			o.RedirectURI, o.ListenAddress = parseURL(t, "https://dev.example.com/cb"), "127.0.0.1:"+port
		})
		r := get(t, "http://127.0.0.1:"+port+"/cb")
		r.Host = c.host // empty: the address itself
		if a := <-visit(r); a.status != c.status {
			t.Errorf("Host %q: %d, want %d", c.host, a.status, c.status)
		}
	}
}

func TestHostOfTheDefaultPortMayBeWrittenEitherWay(t *testing.T) {
	for uri, want := range map[string]string{
		"http://127.0.0.1:80/":           "127.0.0.1:80 127.0.0.1",
		"http://[0:0:0:0:0:0:0:1]:8080/": "[::1]:8080",
		"http://[::1]:80/":               "[::1]:80 [::1]",
		"https://Dev.example.com/":       "dev.example.com:443 dev.example.com",
	} {
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(authorities(u), " "); got != want {
			t.Errorf("authorities of %s are %s, want %s", uri, got, want)
		}
	}
}

func TestPathIsComparedAsTheBrowserSendsIt(t *testing.T) {
	for _, uri := range []string{"http://127.0.0.1", "http://127.0.0.1/", "http://127.0.0.1/a%2Fb", "http://127.0.0.1/%7Ex", "http://127.0.0.1/a/../b"} {
		l := listen(t, func(o *Options) { o.RedirectURI = parseURL(t, uri) })
		tab := visitOnce(get(t, success200(l)))
		if _, err := l.Wait(t.Context()); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		l.Finish(Page{Title: "x", OK: true})
		if a := <-tab; a.status != http.StatusSeeOther || a.header.Get("Location") != l.RedirectURI() {
			t.Errorf("%s: %v", uri, a)
		}
		if a := <-visit(get(t, l.RedirectURI())); a.status != http.StatusOK {
			t.Errorf("%s: %v", uri, a)
		}
		_ = l.Close()
	}
}
