package demoas

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// bearer returns the access token that the request bears if it is good for scope, or answers as RFC 6750 §3 says.
func (s *Server) bearer(w http.ResponseWriter, r *http.Request, scope string) (accessToken, bool) {
	values := r.Header.Values("Authorization")
	if len(values) > 1 {
		s.challenge(w, http.StatusBadRequest, schemeBearer, `error="invalid_request", error_description="There are two Authorization headers."`)
		return accessToken{}, false
	}
	name, secret, _ := strings.Cut(strings.Join(values, ""), " ")
	scheme, secret := s.presentedAs(name), strings.TrimSpace(secret)
	// RFC 6750 §3.1: "If the request lacks any authentication information (e.g., the client was unaware that authentication is
	// necessary or attempted using an unsupported authentication method), the resource server SHOULD NOT include an error
	// code or other error information."
	if scheme == "" {
		if s.config.DPoP {
			s.challenge(w, 0, schemeDPoP, "")
		}
		s.challenge(w, http.StatusUnauthorized, schemeBearer, "")
		return accessToken{}, false
	}
	token, live := s.holdsKey(w, r, scheme, secret)
	if !live {
		return accessToken{}, false
	}
	if !slices.Contains(token.scopes, scope) {
		s.challenge(w, http.StatusForbidden, scheme, fmt.Sprintf(`error="insufficient_scope", scope=%q`, scope))
		return accessToken{}, false
	}
	return token, true
}

// challenge adds a challenge, and answers unless status is 0.
func (s *Server) challenge(w http.ResponseWriter, status int, scheme, attributes string) {
	if attributes != "" {
		attributes = ", " + attributes
	}
	// RFC 9728 §5.1: resource_metadata is "The URL of the protected resource metadata."
	metadata := strings.TrimSuffix(s.Issuer(), s.issuer.Path) + "/.well-known/oauth-protected-resource" + s.issuer.Path + "/api/orders"
	if scheme == schemeDPoP {
		// RFC 9449 §7.1: algs lists what proofs may be signed with.
		attributes = `, algs="` + joined(keyAlgorithms()) + `"` + attributes
	}
	w.Header().Add("WWW-Authenticate", fmt.Sprintf(`%s realm="demo", resource_metadata=%q%s`, scheme, metadata, attributes))
	if status != 0 {
		w.WriteHeader(status)
	}
}

// serveOrders is the protected resource of the demo.
func (s *Server) serveOrders(w http.ResponseWriter, r *http.Request) {
	token, ok := s.bearer(w, r, scopeOrders)
	if !ok {
		return
	}
	type order struct {
		ID       string `json:"id"`
		Item     string `json:"item"`
		Quantity int    `json:"quantity"`
		Status   string `json:"status"`
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"customer": token.grant.subject(),
		"orders": []order{
			{"1842-A", "Difference engine, second-hand", 1, "shipped"},
			{"1843-B", "Punched cards, box of 500", 3, "packed"},
			{"1843-G", "Notes on the analytical engine", 7, "ordered"},
		},
	})
}
