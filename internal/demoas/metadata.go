package demoas

import (
	"encoding/json"
	"maps"
	"net/http"
)

func (s *Server) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.Metadata())
}

// Metadata returns the document that both RFC 8414 §2 and OpenID Connect Discovery §3 describe.
func (s *Server) Metadata() map[string]any {
	methods := AuthMethods()
	document := map[string]any{
		"issuer":                                s.Issuer(),
		"authorization_endpoint":                s.URL("/authorize"),
		"token_endpoint":                        s.URL("/token"),
		"userinfo_endpoint":                     s.URL("/userinfo"),
		"jwks_uri":                              s.URL("/jwks"),
		"revocation_endpoint":                   s.URL("/revoke"),
		"scopes_supported":                      supportedScopes(),
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 GrantTypes(),
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported":      []string{"S256"},
		"prompt_values_supported":               []string{"none", "login", "consent", "select_account"},
		"claims_supported": []string{
			"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "preferred_username", "email", "email_verified",
		},
		"token_endpoint_auth_methods_supported":          methods,
		"revocation_endpoint_auth_methods_supported":     methods,
		"authorization_response_iss_parameter_supported": true,
		"claims_parameter_supported":                     false,
		"request_parameter_supported":                    false,
		// OpenID Connect Discovery §3: "If omitted, the default value is true."
		"request_uri_parameter_supported": false,
	}
	maps.Copy(document, s.published)
	return document
}

// AuthMethods returns the client authentication methods of the server.
func AuthMethods() []string { return []string{AuthNone, AuthClientSecretBasic, AuthClientSecretPost} }

// GrantTypes returns the grant types of the server.
func GrantTypes() []string { return []string{GrantCode, GrantRefresh} }

func (s *Server) serveResourceMetadata(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.ResourceMetadata())
}

// ResourceMetadata returns the document by which a client that knows only the API finds this server (RFC 9728 §2).
func (s *Server) ResourceMetadata() map[string]any {
	return map[string]any{
		"resource":                 s.APIURL(),
		"resource_name":            "Demo orders",
		"authorization_servers":    []string{s.Issuer()},
		"scopes_supported":         []string{scopeOrders},
		"bearer_methods_supported": []string{"header"},
	}
}

func (s *Server) serveJWKS(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.Keys())
}

// WriteJSON answers with a JSON document.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // fails only if the client is gone
}
