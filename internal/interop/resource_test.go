//go:build interop && linux

package interop

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// newUser returns a rig whose tokens live long enough to be used.
func newUser(t *testing.T) *rig {
	t.Helper()
	w := newWorld(t)
	r := &rig{world: w, bus: startTestBus(t, w), gate: startGate(t, canary, time.Hour)}
	w.configure(t, r.profile("op"))
	w.sitDown(t, "browser-allow")
	r.login(t, "op")
	return r
}

// resource is a protected resource that accepts any token, except those that it was told to refuse.
type resource struct {
	*httptest.Server
	mu      sync.Mutex
	refused []string
	seen    []string // the token of each request; empty for none
}

// startResource starts a resource, with TLS and its own certificate authority if secure is true.
func startResource(t *testing.T, challenge string, secure bool, next http.Handler) *resource {
	t.Helper()
	s := &resource{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.admits(tokenOf(r)) {
			w.Header().Set("WWW-Authenticate", challenge)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}))
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// tokenOf returns the token of a request, in either form.
func tokenOf(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

func (s *resource) admits(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, token)
	return strings.HasPrefix(token, canary) && !slices.Contains(s.refused, token)
}

func (s *resource) refuse(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, token)
}

// tokens returns the tokens of the requests since the last call.
func (s *resource) tokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}
