// Package demoas is the authorization server and the API of `oauthget demo`.
//
// It implements the authorization code grant with PKCE and the refresh token grant (RFC 6749, RFC 7636, RFC 9700), loopback
// redirect URIs (RFC 8252), metadata (RFC 8414, OpenID Connect Discovery, RFC 9728), ID Tokens and UserInfo (OpenID Connect
// Core), revocation (RFC 7009), the iss parameter (RFC 9207), resource indicators (RFC 8707) and a protected API (RFC 6750).
//
// It keeps everything in memory, accepts every password and speaks plain HTTP on loopback only. It shares no code with the
// client: a server made of the client's parts would repeat the client's mistakes.
//
// Package testas builds the server of the tests from the parts that are exported here: it adds features and faults, and
// replaces handlers through [Config.Wrap]. Nothing here depends on it.
package demoas

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Names of the endpoints, as [Event] and [Config.Wrap] have them.
const (
	EndpointMetadata         = "metadata"
	EndpointResourceMetadata = "resource_metadata"
	EndpointJWKS             = "jwks"
	EndpointAuthorize        = "authorize"
	EndpointInteraction      = "interaction" // the pages for the person
	EndpointToken            = "token"
	EndpointUserinfo         = "userinfo"
	EndpointRevoke           = "revoke"
	EndpointAPI              = "api" // the protected resource
)

// Event describes a request that was answered. It holds no secret.
type Event struct {
	Endpoint  string // one of the Endpoint constants
	Method    string
	GrantType string // at the token endpoint, if the request has one
	Status    int
	Duration  time.Duration
}

// Server is the authorization server, an [http.Handler] that is safe for concurrent use.
type Server struct {
	config    Config
	issuer    *url.URL
	hosts     map[string]bool // see authorities
	mux       *http.ServeMux
	signer    *Signer
	ledger    *ledger
	visits    *visits
	clients   *clients
	published map[string]any // metadata beyond the server's own
}

// New returns a server that calls itself issuer: an http or https URL without query, fragment and final slash, such as
// "http://127.0.0.1:8400" or "https://as.example/tenant".
func New(issuer string, c Config) (*Server, error) {
	u, err := parseIssuer(issuer)
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	c = c.withDefaults()
	clients, err := newClients(c)
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	signer, err := NewSigner()
	if err != nil {
		return nil, fmt.Errorf("configure authorization server: %w", err)
	}
	s := &Server{
		config: c, issuer: u, hosts: authorities(u), mux: http.NewServeMux(), signer: signer,
		ledger: newLedger(c), visits: newVisits(c.Now), clients: clients, published: map[string]any{},
	}
	s.routes()
	return s, nil
}

// Issuer returns the issuer identifier.
func (s *Server) Issuer() string { return s.issuer.String() }

// URL returns the URL of a path below the issuer.
func (s *Server) URL(path string) string { return s.Issuer() + path }

// APIURL returns the URL of the protected resource, which requires the scope "orders:read".
func (s *Server) APIURL() string { return s.URL("/api/orders") }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.refuseForeignHost(w, r) {
		s.mux.ServeHTTP(w, r)
	}
}

func (s *Server) routes() {
	// OpenID Connect Discovery §4 appends its suffix to the issuer, RFC 8414 §3 inserts its own "between the host component
	// and the path component, if any".
	s.Handle(EndpointMetadata, "GET", "/.well-known/openid-configuration", s.serveMetadata)
	s.handle(EndpointMetadata, "GET /.well-known/oauth-authorization-server"+s.issuer.Path, s.serveMetadata)
	s.handle(EndpointResourceMetadata, "GET /.well-known/oauth-protected-resource"+s.issuer.Path+"/api/orders", s.serveResourceMetadata)
	s.Handle(EndpointJWKS, "GET", "/jwks", s.serveJWKS)

	// OpenID Connect Core §3.1.2.1: "Authorization Servers MUST support the use of the HTTP GET and POST methods".
	s.Handle(EndpointAuthorize, "GET", "/authorize", s.serveAuthorize)
	s.Handle(EndpointAuthorize, "POST", "/authorize", s.serveAuthorize)
	s.Handle(EndpointInteraction, "GET", "/interaction/{id}", s.showInteraction)
	s.Handle(EndpointInteraction, "POST", "/interaction/{id}", s.decideInteraction)
	s.Handle(EndpointInteraction, "GET", "/{$}", s.showHome)

	s.Handle(EndpointToken, "POST", "/token", s.serveToken)
	s.Handle(EndpointRevoke, "POST", "/revoke", s.serveRevoke)

	s.Handle(EndpointUserinfo, "GET", "/userinfo", s.serveUserinfo)
	s.Handle(EndpointUserinfo, "POST", "/userinfo", s.serveUserinfo)
	s.Handle(EndpointAPI, "GET", "/api/orders", s.serveOrders)
	s.Handle(EndpointAPI, "POST", "/api/orders", s.serveOrders) // a search, which finds everything
}

// Handle adds a handler for a path below the issuer. All handlers must be added before the server serves.
func (s *Server) Handle(endpoint, method, path string, h http.HandlerFunc) {
	s.handle(endpoint, method+" "+s.issuer.Path+path, h)
}

// Publish adds a member to the server's metadata, or replaces one. It must be called before the server serves.
func (s *Server) Publish(name string, value any) { s.published[name] = value }

// maxRequestBody is the limit of a request's body, in bytes. Forms here are a few hundred bytes long.
const maxRequestBody = 64 << 10

func (s *Server) handle(endpoint, pattern string, h http.HandlerFunc) {
	if s.config.Wrap != nil {
		h = s.config.Wrap(endpoint, h)
	}
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		// RFC 6749 §5.1: "The authorization server MUST include the HTTP "Cache-Control" response header field with a value
		// of "no-store" in any response containing tokens, credentials, or other sensitive information […], as well as the
		// "Pragma" response header field with a value of "no-cache"." Here that is nearly all of them.
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Pragma", "no-cache")
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
