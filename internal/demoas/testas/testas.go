// Package testas is the authorization server of the tests: that of demoas, with features that the demo lacks and with faults.
//
// [Features] turn on the grants for devices (RFC 8628), clients alone (RFC 6749 §4.4), assertions (RFC 7523) and token
// exchange (RFC 8693), the identity tokens of CI jobs, client assertions (RFC 7523 §2.2), requests that are pushed (RFC 9126) or signed (RFC 9101),
// responses that are posted or signed (JARM), authorization details (RFC 9396), DPoP (RFC 9449), registration (RFC 7591,
// RFC 7592), JWT access tokens (RFC 9068) and signed userinfo. Introspection (RFC 7662) is always on.
//
// [Faults] are what the server does wrong.
//
// A new feature is a field of Features, a file with its handlers, and a line in New or in wrap. A new fault is a field of
// Faults, and a line in the handler that it changes. Only tests and the benchmark import this package.
package testas

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/registration"
)

// Names of the endpoints that demoas does not have.
const (
	EndpointIntrospect = "introspect"
	EndpointDevice     = "device_authorization"
	EndpointPAR        = "par"
	EndpointRegister   = registration.Endpoint
	EndpointJobs       = "jobs"
)

// Server is the authorization server, an [http.Handler] that is safe for concurrent use.
type Server struct {
	*demoas.Server
	config   Config
	devices  *devices
	used     *replays
	pushed   *pushedRequests
	registry *registration.Registry // nil unless registration is on
	// The nonces of the authorization server and of the API are different ones.
	tokenNonces, apiNonces *nonces
	grants                 map[string]grantType

	mu       sync.Mutex
	clients  map[string]Client
	faults   Faults
	replaced chan struct{}  // closed when the faults are replaced
	done     map[string]int // how often a counted fault was done since the faults were set
	requests map[string]int
}

// New returns a server with that issuer. See [demoas.New].
func New(issuer string, c Config) (*Server, error) {
	c = c.withDefaults()
	s := &Server{
		config: c, devices: newDevices(c), used: newReplays(c.Now), pushed: newPushedRequests(c.Now),
		tokenNonces: newNonces(c.Now), apiNonces: newNonces(c.Now),
		clients: map[string]Client{}, faults: c.Faults, replaced: make(chan struct{}), done: map[string]int{}, requests: map[string]int{},
	}
	inner := demoas.Config{
		AccessTokenLifetime: c.AccessTokenLifetime, Prefix: c.Prefix, Now: c.Now, Observe: c.Observe, Wrap: s.wrap,
	}
	for _, client := range c.Clients {
		registered, err := s.register(client)
		if err != nil {
			return nil, fmt.Errorf("client %q: %w", client.ID, err)
		}
		inner.Clients = append(inner.Clients, registered)
	}
	var err error
	if s.Server, err = demoas.New(issuer, inner); err != nil {
		return nil, err
	}
	s.grants = s.grantTypes()
	s.addEndpoints()
	s.publish()
	return s, nil
}

// Running is a Server that listens.
type Running struct {
	*Server
	*demoas.Listening
}

// Start listens on addr and serves until Close is called or ctx ends. See [demoas.Start].
func Start(ctx context.Context, addr string, c Config) (*Running, error) {
	listener, issuer, err := demoas.Listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	server, err := New(issuer, c)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return &Running{server, demoas.Serve(ctx, listener, server)}, nil
}

// wrap returns the handler of an endpoint: it replaces or wraps that of demoas, and counts the requests.
func (s *Server) wrap(endpoint string, h http.HandlerFunc) http.HandlerFunc {
	switch endpoint {
	case demoas.EndpointMetadata:
		h = s.serveMetadata
	case demoas.EndpointResourceMetadata:
		h = s.serveResourceMetadata
	case demoas.EndpointAuthorize:
		h = s.serveAuthorize
	case demoas.EndpointToken:
		h = s.serveToken
	case demoas.EndpointRevoke:
		h = s.spoiltRevocation(h)
	case demoas.EndpointUserinfo:
		h = s.proved(s.serveUserinfo)
	case demoas.EndpointAPI:
		h = s.spoiltAPI(s.proved(h))
	case EndpointRegister:
		h = s.spoiltRegistration(h)
	}
	if slices.Contains([]string{demoas.EndpointToken, demoas.EndpointRevoke, EndpointIntrospect, EndpointDevice, EndpointPAR}, endpoint) {
		h = s.asserted(h)
	}
	if endpoint == demoas.EndpointToken {
		h = s.translated(h)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests[endpoint]++
		s.mu.Unlock()
		h(w, r)
	}
}

func (s *Server) addEndpoints() {
	s.Handle(demoas.EndpointToken, "POST", refreshPath, s.serveToken)
	s.Handle(demoas.EndpointMetadata, "GET", elsewhere, s.serveMetadata)
	s.Handle(demoas.EndpointResourceMetadata, "GET", resourceRoot, s.serveResourceMetadata)
	s.Handle(demoas.EndpointResourceMetadata, "GET", resourceElsewhere, s.serveResourceMetadata)
	s.Handle(EndpointIntrospect, "POST", "/introspect", s.serveIntrospect)
	if s.config.Registration {
		s.registry = registration.Add(s.Server, registration.Options{
			Now: s.config.Now, GrantTypes: s.grantNames(), AuthMethods: s.authMethods(), Adapt: s.adapt,
		})
	}
	if s.config.GitHubActions {
		s.Handle(EndpointJobs, "GET", "/jobs/idtoken", s.serveJobs)
	}
	if s.config.PAR {
		s.Handle(EndpointPAR, "POST", "/par", s.servePAR)
	}
	if s.config.Device {
		s.Handle(EndpointDevice, "POST", "/device_authorization", s.serveDevice)
		s.Handle(demoas.EndpointInteraction, "GET", "/device", s.showDevice)
		s.Handle(demoas.EndpointInteraction, "POST", "/device", s.enterUserCode)
	}
}

// Requests returns how many requests have reached the endpoint so far, those that are being answered included.
func (s *Server) Requests(endpoint string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[endpoint]
}

// SetFaults replaces all faults, from the next request on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.replaced)
	s.faults, s.replaced, s.done = f, make(chan struct{}), map[string]int{}
}

func (s *Server) currentFaults() Faults {
	f, _ := s.faultsUntil()
	return f
}

// faultsUntil returns the faults, and a channel that is closed when they are replaced.
func (s *Server) faultsUntil() (Faults, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults, s.replaced
}

// again reports whether a fault that is done n times is to be done once more, and counts it.
func (s *Server) again(name string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done[name] >= n {
		return false
	}
	s.done[name]++
	return true
}
