// Package demoas is a small OAuth 2.0 authorization server and OpenID Provider for `oauthget demo` and for hermetic tests.
//
// It implements the authorization code grant with PKCE and the refresh token grant (RFC 6749, RFC 7636, RFC 9700), loopback
// redirect URIs (RFC 8252), metadata (RFC 8414, OpenID Connect Discovery, RFC 9728), ID Tokens and UserInfo (OpenID Connect
// Core), revocation (RFC 7009), introspection (RFC 7662), the iss parameter (RFC 9207), resource indicators (RFC 8707) and a
// protected API (RFC 6750). What it does wrong it does on purpose, by [Faults].
//
// [Features] turn on what most servers lack: the grants for devices (RFC 8628), clients alone (RFC 6749 §4.4), assertions
// (RFC 7523) and token exchange (RFC 8693), client assertions (RFC 7523 §2.2), requests that are pushed (RFC 9126) or signed
// (RFC 9101), answers that are posted or signed (JARM), authorization details (RFC 9396), DPoP (RFC 9449), registration
// (RFC 7591, RFC 7592), JWT access tokens (RFC 9068) and signed userinfo.
//
// It deliberately keeps everything in memory, believes every password, speaks plain HTTP on loopback alone, and shares no
// code with the client: a server made of the client's parts would agree with the client's mistakes.
package demoas

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Names of the endpoints, as [Server.Requests] and [Event] know them.
const (
	EndpointMetadata    = "metadata"
	EndpointJWKS        = "jwks"
	EndpointAuthorize   = "authorize"
	EndpointInteraction = "interaction" // the pages for the person
	EndpointToken       = "token"
	EndpointUserinfo    = "userinfo"
	EndpointRevoke      = "revoke"
	EndpointIntrospect  = "introspect"
	EndpointAPI         = "api" // the protected resource
	EndpointDevice      = "device_authorization"
	EndpointPAR         = "par"
	EndpointRegister    = "register"
)

// Event tells of one request that was answered. It bears no secret.
type Event struct {
	Endpoint  string // one of the Endpoint constants
	Method    string
	GrantType string // at the token endpoint, where the request named one
	Status    int
	Duration  time.Duration
}

// Server is the authorization server, an [http.Handler] that is safe for concurrent use.
type Server struct {
	config  Config
	issuer  *url.URL
	hosts   map[string]bool // see authorities
	mux     *http.ServeMux
	signer  *signer
	ledger  *ledger
	visits  *visits
	devices *devices
	used    *replays
	pushed  *pushedRequests
	// Nonces of one server mean nothing to the other.
	tokenNonces, apiNonces *nonces
	grants                 map[string]grantType
	clients                *registry

	mu       sync.Mutex
	faults   Faults
	done     map[string]int // how often a fault that is counted was done since the faults were set
	requests map[string]int
}

// New returns a server that calls itself issuer: an http or https URL without query and fragment and without a final
// slash, such as "http://127.0.0.1:8400". A path is served too. It fails on a configuration that contradicts itself.
func New(issuer string, c Config) (*Server, error) {
	u, err := parseIssuer(issuer)
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	c = c.withDefaults()
	clients, err := c.clientsByID()
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	signer, err := newSigner()
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	s := &Server{
		config: c, issuer: u, hosts: authorities(u), mux: http.NewServeMux(), signer: signer,
		ledger: newLedger(c), visits: newVisits(c.Now), devices: newDevices(c), used: newReplays(c.Now), pushed: newPushedRequests(c.Now),
		tokenNonces: newNonces(c.Now), apiNonces: newNonces(c.Now),
		clients: newRegistry(clients, c.Now), faults: c.Faults, done: map[string]int{}, requests: map[string]int{},
	}
	s.grants = s.grantTypes()
	s.routes()
	return s, nil
}

// Issuer returns the issuer identifier.
func (s *Server) Issuer() string { return s.issuer.String() }

// APIURL returns the address of the protected resource, which wants the scope "orders:read".
func (s *Server) APIURL() string { return s.url("/api/orders") }

// Requests returns how many requests have reached the endpoint so far, those still being answered included.
func (s *Server) Requests(endpoint string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[endpoint]
}

// SetFaults replaces all faults, from the next request on.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.done = f, map[string]int{}
}

// again reports whether the fault of that name is still to be done, and counts it: the first n times.
func (s *Server) again(name string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done[name] >= n {
		return false
	}
	s.done[name]++
	return true
}

func (s *Server) currentFaults() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.refuseForeignHost(w, r) {
		s.mux.ServeHTTP(w, r)
	}
}

func (s *Server) routes() {
	path := s.issuer.Path
	// OpenID Connect Discovery §4 appends its suffix to the issuer, RFC 8414 §3 inserts its own "between the host component
	// and the path component, if any".
	s.handle(EndpointMetadata, "GET "+path+"/.well-known/openid-configuration", s.serveMetadata)
	s.handle(EndpointMetadata, "GET /.well-known/oauth-authorization-server"+path, s.serveMetadata)
	s.handle(EndpointMetadata, "GET /.well-known/oauth-protected-resource"+path+"/api/orders", s.serveResourceMetadata)
	s.handle(EndpointJWKS, "GET "+path+"/jwks", s.serveJWKS)

	// OpenID Connect Core §3.1.2.1: "Authorization Servers MUST support the use of the HTTP GET and POST methods".
	s.handle(EndpointAuthorize, "GET "+path+"/authorize", s.serveAuthorize)
	s.handle(EndpointAuthorize, "POST "+path+"/authorize", s.serveAuthorize)
	s.handle(EndpointInteraction, "GET "+path+"/interaction/{id}", s.showInteraction)
	s.handle(EndpointInteraction, "POST "+path+"/interaction/{id}", s.decideInteraction)
	s.handle(EndpointInteraction, "GET "+path+"/{$}", s.showHome)

	s.handle(EndpointToken, "POST "+path+"/token", s.serveToken)
	s.handle(EndpointRevoke, "POST "+path+"/revoke", s.serveRevoke)
	s.handle(EndpointIntrospect, "POST "+path+"/introspect", s.serveIntrospect)

	s.handle(EndpointUserinfo, "GET "+path+"/userinfo", s.serveUserinfo)
	s.handle(EndpointUserinfo, "POST "+path+"/userinfo", s.serveUserinfo)
	s.handle(EndpointAPI, "GET "+path+"/api/orders", s.serveOrders)

	if s.config.Registration {
		s.handle(EndpointRegister, "POST "+path+"/register", s.serveRegister)
		s.handle(EndpointRegister, "GET "+path+"/register/{id}", s.serveRegistration)
		s.handle(EndpointRegister, "DELETE "+path+"/register/{id}", s.serveRegistration)
	}
	if s.config.PAR {
		s.handle(EndpointPAR, "POST "+path+"/par", s.servePAR)
	}
	if s.config.Device {
		s.handle(EndpointDevice, "POST "+path+"/device_authorization", s.serveDevice)
		s.handle(EndpointInteraction, "GET "+path+"/device", s.showDevice)
		s.handle(EndpointInteraction, "POST "+path+"/device", s.enterUserCode)
	}
}

// maxRequestBody is the most that is read of a request, in bytes: forms here are a few hundred.
const maxRequestBody = 64 << 10

func (s *Server) handle(endpoint, pattern string, h http.HandlerFunc) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests[endpoint]++
		s.mu.Unlock()

		// RFC 6749 §5.1: "The authorization server MUST include the HTTP "Cache-Control" response header field with a value
		// of "no-store" in any response containing tokens, credentials, or other sensitive information". Here that is
		// nearly all of them, and a test server gains nothing from caches.
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		r.Body = http.MaxBytesReader(w, r.Body, maxRequestBody)

		start := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		h(recorder, r)
		if s.config.Observe != nil {
			s.config.Observe(Event{
				Endpoint: endpoint, Method: r.Method, GrantType: r.PostForm.Get("grant_type"),
				Status: recorder.status, Duration: time.Since(start),
			})
		}
	})
}

func (s *Server) url(path string) string { return s.issuer.String() + path }

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] flush.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
