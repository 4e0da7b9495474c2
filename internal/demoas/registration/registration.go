// Package registration lets clients of demoas register themselves (RFC 7591), and read and delete their registration
// (RFC 7592).
package registration

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/demoas"
)

// Endpoint is the name of the registration endpoint, as the Endpoint constants of demoas are.
const Endpoint = "register"

// Options say what a client may register beyond what demoas itself has.
type Options struct {
	Now         func() time.Time // time.Now by default
	GrantTypes  []string         // those of demoas by default
	AuthMethods []string         // those of demoas by default
	// Adapt, if not nil, may change or refuse the client that is made of the metadata.
	Adapt func(*demoas.Client, Metadata) error
}

// Registry is what was registered.
type Registry struct {
	server  *demoas.Server
	options Options

	mu    sync.Mutex
	known demoas.Table[Information] // by client_id
}

// lifetime is how long a registration lives that nobody deletes.
const lifetime = 30 * 24 * time.Hour

// Add adds registration to a server that does not serve yet.
func Add(s *demoas.Server, o Options) *Registry {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.GrantTypes == nil {
		o.GrantTypes = demoas.GrantTypes()
	}
	if o.AuthMethods == nil {
		o.AuthMethods = demoas.AuthMethods()
	}
	r := &Registry{server: s, options: o, known: demoas.NewTable[Information](o.Now)}
	s.Publish("registration_endpoint", s.URL("/register"))
	s.Handle(Endpoint, "POST", "/register", r.serveRegister)
	s.Handle(Endpoint, "GET", "/register/{id}", r.serveRegistration)
	s.Handle(Endpoint, "DELETE", "/register/{id}", r.serveRegistration)
	return r
}

// Metadata is what a client says about itself (RFC 7591 §2).
type Metadata struct {
	RedirectURIs  []string            `json:"redirect_uris,omitempty"`
	AuthMethod    string              `json:"token_endpoint_auth_method"`
	GrantTypes    []string            `json:"grant_types"`
	ResponseTypes []string            `json:"response_types"`
	Name          string              `json:"client_name,omitempty"`
	Scope         string              `json:"scope,omitempty"`
	JWKS          *jose.JSONWebKeySet `json:"jwks,omitempty"`
	DPoPBound     bool                `json:"dpop_bound_access_tokens,omitempty"`
}

// Information is the answer (RFC 7591 §3.2.1, RFC 7592 §3).
type Information struct {
	ID     string `json:"client_id,omitempty"`
	Issued int64  `json:"client_id_issued_at"`
	Secret string `json:"client_secret,omitempty"`
	// SecretExpires is 0 for never. It is there if Secret is.
	SecretExpires *int64 `json:"client_secret_expires_at,omitempty"`
	Token         string `json:"registration_access_token,omitempty"`
	URI           string `json:"registration_client_uri,omitempty"`
	Metadata
}

// serveRegister is the client registration endpoint (RFC 7591 §3).
func (r *Registry) serveRegister(w http.ResponseWriter, req *http.Request) {
	info, e := r.Register(req)
	if e != nil {
		r.server.WriteError(w, req, e)
		return
	}
	// RFC 7591 §3.2.1: "The server responds with an HTTP 201 Created status code".
	demoas.WriteJSON(w, http.StatusCreated, info)
}

// Register registers the client of a registration request.
func (r *Registry) Register(req *http.Request) (Information, *demoas.Error) {
	m, e := readMetadata(req)
	if e == nil {
		e = r.check(m)
	}
	if e != nil {
		return Information{}, e
	}
	client := demoas.Client{
		ID: "client-" + rand.Text(), Name: m.Name, RedirectURIs: m.RedirectURIs, AuthMethod: m.AuthMethod, GrantTypes: m.GrantTypes,
	}
	info := Information{
		ID: client.ID, Issued: r.options.Now().Unix(), Token: r.server.NewSecret(), URI: r.server.URL("/register/" + client.ID), Metadata: m,
	}
	if strings.HasPrefix(m.AuthMethod, "client_secret_") {
		client.Secret = r.server.NewSecret()
		info.Secret, info.SecretExpires = client.Secret, new(int64)
	}
	if err := r.add(client, info); err != nil {
		return info, &demoas.Error{Code: "invalid_client_metadata", Description: "The metadata are contradictory: " + err.Error() + "."}
	}
	return info, nil
}

func (r *Registry) add(client demoas.Client, info Information) error {
	if r.options.Adapt != nil {
		if err := r.options.Adapt(&client, info.Metadata); err != nil {
			return err
		}
	}
	if err := r.server.AddClient(client); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known.Put(info.ID, info, lifetime)
	return nil
}

// readMetadata reads the metadata, with the defaults of RFC 7591 §2.
func readMetadata(req *http.Request) (Metadata, *demoas.Error) {
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	var m Metadata
	if err != nil || media != "application/json" || json.NewDecoder(req.Body).Decode(&m) != nil {
		return m, &demoas.Error{Code: "invalid_client_metadata", Description: "The body is not a JSON object of client metadata."}
	}
	m.AuthMethod = cmp.Or(m.AuthMethod, demoas.AuthClientSecretBasic)
	if len(m.GrantTypes) == 0 {
		m.GrantTypes = []string{demoas.GrantCode}
	}
	if len(m.ResponseTypes) == 0 {
		m.ResponseTypes = []string{"code"}
	}
	return m, nil
}

func (r *Registry) check(m Metadata) *demoas.Error {
	for _, uri := range m.RedirectURIs {
		if demoas.CheckRegistration(uri) != nil {
			return &demoas.Error{Code: "invalid_redirect_uri", Description: "A redirect URI must not be registered."}
		}
	}
	for _, name := range m.GrantTypes {
		if !slices.Contains(r.options.GrantTypes, name) {
			return &demoas.Error{Code: "invalid_client_metadata", Description: "A grant type is not supported."}
		}
	}
	switch {
	// RFC 7591 §2: "Clients using flows with redirection MUST register their redirection URI values."
	case slices.Contains(m.GrantTypes, demoas.GrantCode) && len(m.RedirectURIs) == 0:
		return &demoas.Error{Code: "invalid_redirect_uri", Description: "There are no redirect URIs."}
	case !slices.Equal(m.ResponseTypes, []string{"code"}):
		return &demoas.Error{Code: "invalid_client_metadata", Description: "The only response type is code."}
	case !slices.Contains(r.options.AuthMethods, m.AuthMethod):
		return &demoas.Error{Code: "invalid_client_metadata", Description: "The authentication method is not supported."}
	}
	return nil
}

// serveRegistration is the client configuration endpoint (RFC 7592 §2), without updates.
func (r *Registry) serveRegistration(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	info, _ := r.known.Get(req.PathValue("id"))
	r.mu.Unlock()
	// RFC 7592 §2.1: if the client does not exist, "the server MUST respond with HTTP 401 Unauthorized", as for a token of
	// another client.
	if !Authorize(w, req, info.Token) {
		return
	}
	if req.Method != http.MethodDelete {
		demoas.WriteJSON(w, http.StatusOK, info)
		return
	}
	r.mu.Lock()
	r.known.Remove(info.ID)
	r.mu.Unlock()
	r.server.RemoveClient(info.ID)
	w.WriteHeader(http.StatusNoContent)
}

// Authorize reports whether the request has the token, which must not be empty, and answers if it has not.
func Authorize(w http.ResponseWriter, req *http.Request, token string) bool {
	scheme, got, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	if token != "" && strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(got), []byte(token)) == 1 {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="registration", error="invalid_token"`)
	demoas.WriteJSON(w, http.StatusUnauthorized, map[string]string{
		"error": "invalid_token", "error_description": "The token is missing or unknown.",
	})
	return false
}
