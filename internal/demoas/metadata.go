package demoas

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// attacker is the issuer that wrong answers name. The top-level domain is reserved (RFC 2606 §2).
const attacker = "https://attacker.example"

const portalPage = "<!doctype html><title>Welcome to the airport</title><p>Accept our terms to go online."

// serveMetadata answers with the one document that both RFC 8414 §2 and OpenID Connect Discovery §3 describe.
func (s *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	f := s.currentFaults()
	if spoilMetadata(w, r, f) {
		return
	}
	issuer := s.Issuer()
	if f.WrongIssuerInMetadata {
		issuer = attacker
	}
	methods := s.authMethods()
	if f.AuthMethods != nil {
		methods = f.AuthMethods
	}
	document := map[string]any{
		"issuer":                                issuer,
		"authorization_endpoint":                s.url("/authorize"),
		"token_endpoint":                        s.url("/token"),
		"userinfo_endpoint":                     s.url("/userinfo"),
		"jwks_uri":                              s.url("/jwks"),
		"revocation_endpoint":                   s.url("/revoke"),
		"introspection_endpoint":                s.url("/introspect"),
		"scopes_supported":                      supportedScopes(),
		"response_types_supported":              []string{"code"},
		"grant_types_supported":                 slices.Sorted(maps.Keys(s.grants)),
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported":      []string{"S256"},
		"prompt_values_supported":               []string{"none", "login", "consent", "select_account"},
		"claims_supported": []string{
			"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "preferred_username", "email", "email_verified",
		},
		"token_endpoint_auth_methods_supported":          methods,
		"revocation_endpoint_auth_methods_supported":     methods,
		"introspection_endpoint_auth_methods_supported":  methods,
		"authorization_response_iss_parameter_supported": true,
		"claims_parameter_supported":                     false,
		"request_parameter_supported":                    false,
		// OpenID Connect Discovery §3: "If omitted, the default value is true."
		"request_uri_parameter_supported": false,
	}
	s.addFeatures(document)
	if f.OmitTokenEndpoint {
		delete(document, "token_endpoint")
	}
	writeJSON(w, http.StatusOK, document)
}

// spoilMetadata answers as the faults demand, and reports whether it did.
func spoilMetadata(w http.ResponseWriter, r *http.Request, f Faults) bool {
	switch {
	case f.HangMetadata:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.MetadataStatus != 0:
		w.WriteHeader(f.MetadataStatus)
	case f.MetadataHTML:
		writePortal(w)
	default:
		return false
	}
	return true
}

func (s *Server) authMethods() []string {
	methods := []string{AuthNone, AuthClientSecretBasic, AuthClientSecretPost}
	if s.config.ClientAssertions {
		methods = append(methods, AuthClientSecretJWT, AuthPrivateKeyJWT)
	}
	return methods
}

// serveResourceMetadata lets a client that knows only the API find this server (RFC 9728 §2).
func (s *Server) serveResourceMetadata(w http.ResponseWriter, _ *http.Request) {
	document := map[string]any{
		"resource":                 s.APIURL(),
		"resource_name":            "Demo orders",
		"authorization_servers":    []string{s.Issuer()},
		"scopes_supported":         []string{scopeOrders},
		"bearer_methods_supported": []string{"header"},
	}
	if s.config.DPoP {
		document["dpop_signing_alg_values_supported"] = keyAlgorithms()
	}
	writeJSON(w, http.StatusOK, document)
}

func (s *Server) serveJWKS(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.signer.public())
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // fails only where the client has gone
}

func writePortal(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(portalPage))
}
