package endpoint

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/oauthget/oauthget/internal/origin"
)

// tlsServer counts connections and requests.
type tlsServer struct {
	*httptest.Server
	mu       sync.Mutex
	conns    map[net.Conn]http.ConnState
	opened   int
	requests []string
	changed  chan struct{} // a value for each change of a connection
}

func serveTLS(t *testing.T, http2 bool) (*tlsServer, *http.Client) {
	t.Helper()
	s := &tlsServer{conns: map[net.Conn]http.ConnState{}, changed: make(chan struct{}, 100)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.Proto)
	}))
	s.EnableHTTP2 = http2
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		if state == http.StateNew {
			s.opened++
		}
		s.conns[c] = state
		s.mu.Unlock()
		s.changed <- struct{}{}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	transport := s.Client().Transport.(*http.Transport).Clone()
	network := &warmed{transport: transport}
	transport.Proxy = http.ProxyFromEnvironment
	t.Cleanup(transport.CloseIdleConnections)
	return s, &http.Client{Transport: outermost{limits{network}, network}}
}

func (s *tlsServer) parsed(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(s.URL + "/token")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (s *tlsServer) seen() (opened int, requests string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, strings.Join(s.requests, ", ")
}

// await waits until every connection is closed.
func (s *tlsServer) awaitClosed(t *testing.T) {
	t.Helper()
	for {
		s.mu.Lock()
		open := 0
		for _, state := range s.conns {
			if state != http.StateClosed {
				open++
			}
		}
		s.mu.Unlock()
		if open == 0 {
			return
		}
		select {
		case <-s.changed:
		case <-t.Context().Done():
			t.Fatalf("%d connections stay open", open)
		}
	}
}

func mustPost(t *testing.T, client *http.Client, target string) {
	t.Helper()
	resp, err := client.PostForm(target, url.Values{"code": {"canary-code"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWarmConnectionCarriesTheNextRequestAndNoneBefore(t *testing.T) {
	for protocol, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(protocol, func(t *testing.T) {
			s, client := serveTLS(t, http2)
			Warm(t.Context(), client, s.parsed(t))
			if opened, requests := s.seen(); opened != 1 || requests != "" {
				t.Fatalf("after Warm: %d connections, requests %q", opened, requests)
			}
			mustPost(t, client, s.URL+"/token")
			if opened, requests := s.seen(); opened != 1 || requests != "POST "+protocol {
				t.Errorf("after one request: %d connections, requests %q", opened, requests)
			}
			s.awaitClosed(t)
			mustPost(t, client, s.URL+"/token")
			if opened, requests := s.seen(); opened != 2 || requests != "POST "+protocol+", POST "+protocol {
				t.Errorf("after two requests: %d connections, requests %q", opened, requests)
			}
		})
	}
}

func TestWarmConnectionThatTheServerClosedIsNotUsed(t *testing.T) {
	s, client := serveTLS(t, false)
	Warm(t.Context(), client, s.parsed(t))
	network := client.Transport.(outermost).network
	spare := network.ready[origin.Of(s.parsed(t))]
	gone := make(chan struct{})
	spare.SetStateHook(func(c *http.ClientConn) {
		if c.Err() != nil {
			close(gone)
		}
	})
	s.CloseClientConnections()
	<-gone
	mustPost(t, client, s.URL+"/token")
	if opened, requests := s.seen(); opened != 2 || requests != "POST HTTP/1.1" {
		t.Errorf("%d connections, requests %q", opened, requests)
	}
}

func TestWarmConnectionEndsWithItsContext(t *testing.T) {
	s, client := serveTLS(t, false)
	ctx, cancel := context.WithCancel(t.Context())
	Warm(ctx, client, s.parsed(t))
	cancel()
	s.awaitClosed(t)
	mustPost(t, client, s.URL+"/token")
}

func TestWarmDoesNothingWhereItCannotHelp(t *testing.T) {
	s, client := serveTLS(t, false)
	client.Transport.(outermost).network.transport.Proxy = func(*http.Request) (*url.URL, error) {
		return url.Parse("http://proxy.example:3128")
	}
	Warm(t.Context(), client, s.parsed(t))
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	u, err := url.Parse(plain)
	if err != nil {
		t.Fatal(err)
	}
	Warm(t.Context(), client, u)
	Warm(t.Context(), &http.Client{}, s.parsed(t))
	if opened, _ := s.seen(); opened != 0 || len(client.Transport.(outermost).network.ready) != 0 {
		t.Errorf("%d connections", opened)
	}
}

func TestWarmThatFailsChangesNothing(t *testing.T) {
	s, _ := serveTLS(t, false)
	client := NewClient(Options{}) // which does not trust the server
	Warm(t.Context(), client, s.parsed(t))
	if len(client.Transport.(outermost).network.ready) != 0 {
		t.Error("an untrusted server's connection is kept")
	}
	if _, err := client.Get(s.URL); err == nil {
		t.Error("an untrusted server was asked")
	}
}
