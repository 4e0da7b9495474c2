package demoas

import (
	"cmp"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// clientMetadata is what a client says of itself (RFC 7591 §2), as far as it means something here.
type clientMetadata struct {
	RedirectURIs  []string            `json:"redirect_uris,omitempty"`
	AuthMethod    string              `json:"token_endpoint_auth_method"`
	GrantTypes    []string            `json:"grant_types"`
	ResponseTypes []string            `json:"response_types"`
	Name          string              `json:"client_name,omitempty"`
	Scope         string              `json:"scope,omitempty"`
	JWKS          *jose.JSONWebKeySet `json:"jwks,omitempty"`
	DPoPBound     bool                `json:"dpop_bound_access_tokens,omitempty"`
}

// clientInformation is the answer (RFC 7591 §3.2.1, RFC 7592 §3).
type clientInformation struct {
	ID     string `json:"client_id,omitempty"`
	Issued int64  `json:"client_id_issued_at"`
	Secret string `json:"client_secret,omitempty"`
	// SecretExpires is 0 for never, and there only along with a secret.
	SecretExpires *int64 `json:"client_secret_expires_at,omitempty"`
	Token         string `json:"registration_access_token,omitempty"`
	URI           string `json:"registration_client_uri,omitempty"`
	clientMetadata
}

// serveRegister is the client registration endpoint (RFC 7591 §3).
func (s *Server) serveRegister(w http.ResponseWriter, r *http.Request) {
	if wanted := s.config.InitialAccessToken; wanted != "" && digestOf(bearerOf(r)) != digestOf(wanted) {
		s.refuseRegistration(w)
		return
	}
	f := s.currentFaults()
	if f.RegistrationHTML {
		writePortal(w)
		return
	}
	if s.spoilPost(w, f.RegistrationStatus, f.RegistrationError) {
		return
	}
	metadata, e := s.readMetadata(r)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	info, e := s.register(metadata)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	if f.RegistrationRedirectURIs != nil {
		info.RedirectURIs = f.RegistrationRedirectURIs
	}
	if f.RegistrationOmitClientID {
		info.ID = ""
	}
	// RFC 7591 §3.2.1: "The server responds with an HTTP 201 Created status code".
	writeTokenJSON(w, http.StatusCreated, info)
}

func bearerOf(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, schemeBearer) {
		return ""
	}
	return token
}

func (s *Server) refuseRegistration(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="registration", error="invalid_token"`)
	s.writeError(w, http.StatusUnauthorized, &oauthError{"invalid_token", "The token is missing or not known."})
}

// readMetadata fills in the defaults of RFC 7591 §2.
func (s *Server) readMetadata(r *http.Request) (clientMetadata, *oauthError) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var m clientMetadata
	if err != nil || media != "application/json" || json.NewDecoder(r.Body).Decode(&m) != nil {
		return m, &oauthError{"invalid_client_metadata", "The body is not a JSON object of client metadata."}
	}
	m.AuthMethod = cmp.Or(m.AuthMethod, AuthClientSecretBasic)
	if len(m.GrantTypes) == 0 {
		m.GrantTypes = []string{"authorization_code"}
	}
	if len(m.ResponseTypes) == 0 {
		m.ResponseTypes = []string{"code"}
	}
	return m, s.checkMetadata(m)
}

func (s *Server) checkMetadata(m clientMetadata) *oauthError {
	for _, uri := range m.RedirectURIs {
		u, err := parseRedirectURI(uri)
		// RFC 9700 §2.6 and RFC 8252 §8.4: without TLS, only on loopback.
		if err != nil || u.Scheme == "http" && !slices.Contains(loopbackHosts, u.Hostname()) {
			return &oauthError{"invalid_redirect_uri", "A redirect URI is not one that may be registered."}
		}
	}
	for _, name := range m.GrantTypes {
		if s.grants[name] == nil {
			return &oauthError{"invalid_client_metadata", "A grant type is not supported."}
		}
	}
	switch {
	// RFC 7591 §2: "Clients using flows with redirection MUST register their redirection URI values."
	case slices.Contains(m.GrantTypes, "authorization_code") && len(m.RedirectURIs) == 0:
		return &oauthError{"invalid_redirect_uri", "There are no redirect URIs."}
	case !slices.Equal(m.ResponseTypes, []string{"code"}):
		return &oauthError{"invalid_client_metadata", "The only response type is code."}
	case !slices.Contains(s.authMethods(), m.AuthMethod):
		return &oauthError{"invalid_client_metadata", "The authentication method is not supported."}
	}
	return nil
}

// register makes the client.
func (s *Server) register(m clientMetadata) (clientInformation, *oauthError) {
	client := Client{
		ID: randomSecret("client-"), Name: m.Name, RedirectURIs: m.RedirectURIs, AuthMethod: m.AuthMethod,
		JWKS: m.JWKS, GrantTypes: m.GrantTypes, DPoPBound: m.DPoPBound,
	}
	token := randomSecret(s.config.Prefix)
	info := clientInformation{
		ID: client.ID, Issued: s.config.Now().Unix(), Token: token, URI: s.url("/register/" + client.ID), clientMetadata: m,
	}
	if m.AuthMethod != AuthNone && m.AuthMethod != AuthPrivateKeyJWT {
		client.Secret = randomSecret(s.config.Prefix)
		info.Secret, info.SecretExpires = client.Secret, new(int64)
	}
	if err := client.check(); err != nil {
		return info, &oauthError{"invalid_client_metadata", "The metadata contradict themselves: " + err.Error() + "."}
	}
	s.clients.add(registration{client: client, info: info, token: digestOf(token)})
	return info, nil
}

// serveRegistration is the client configuration endpoint (RFC 7592 §2), but for updates.
func (s *Server) serveRegistration(w http.ResponseWriter, r *http.Request) {
	known, ok := s.clients.registration(r.PathValue("id"))
	// RFC 7592 §2.1: where the client does not exist, "the server MUST respond with HTTP 401 Unauthorized", as for a token
	// that is not this client's.
	if !ok || digestOf(bearerOf(r)) != known.token {
		s.refuseRegistration(w)
		return
	}
	if r.Method == http.MethodDelete {
		s.clients.remove(known.client.ID)
		s.ledger.forget(known.client.ID)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeTokenJSON(w, http.StatusOK, known.info)
}
