package demoas

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// serveOrders is the protected resource.
func (s *Server) serveOrders(w http.ResponseWriter, r *http.Request) {
	token, ok := s.Bearer(w, r, scopeOrders)
	if !ok {
		return
	}
	type order struct {
		ID       string `json:"id"`
		Item     string `json:"item"`
		Quantity int    `json:"quantity"`
		Status   string `json:"status"`
	}
	WriteJSON(w, http.StatusOK, map[string]any{
		"customer": token.Grant.Login.User,
		"orders": []order{
			{"1842-A", "Difference engine, second-hand", 1, "shipped"},
			{"1843-B", "Punched cards, box of 500", 3, "packed"},
			{"1843-G", "Notes on the analytical engine", 7, "ordered"},
		},
	})
}

// Bearer returns the access token of the request if it is valid for scope, or answers as RFC 6750 §3 says.
func (s *Server) Bearer(w http.ResponseWriter, r *http.Request, scope string) (AccessToken, bool) {
	values := r.Header.Values("Authorization")
	if len(values) > 1 {
		s.Challenge(w, http.StatusBadRequest, `error="invalid_request", error_description="There are two Authorization headers."`)
		return AccessToken{}, false
	}
	scheme, secret, _ := strings.Cut(strings.Join(values, ""), " ")
	// RFC 6750 §3.1: "If the request lacks any authentication information (e.g., the client was unaware that authentication is
	// necessary or attempted using an unsupported authentication method), the resource server SHOULD NOT include an error
	// code or other error information."
	if !strings.EqualFold(scheme, "Bearer") {
		s.Challenge(w, http.StatusUnauthorized, "")
		return AccessToken{}, false
	}
	token, live := s.AccessToken(strings.TrimSpace(secret))
	if !live {
		s.Challenge(w, http.StatusUnauthorized, `error="invalid_token", error_description="The access token is unknown, expired or revoked."`)
		return AccessToken{}, false
	}
	if !slices.Contains(token.Scopes, scope) {
		s.Challenge(w, http.StatusForbidden, fmt.Sprintf(`error="insufficient_scope", scope=%q`, scope))
		return AccessToken{}, false
	}
	return token, true
}

// Challenge answers with a challenge. attributes may be empty.
func (s *Server) Challenge(w http.ResponseWriter, status int, attributes string) {
	if attributes != "" {
		attributes = ", " + attributes
	}
	// RFC 9728 §5.1: resource_metadata is "The URL of the protected resource metadata."
	metadata := strings.TrimSuffix(s.Issuer(), s.issuer.Path) + "/.well-known/oauth-protected-resource" + s.issuer.Path + "/api/orders"
	w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Bearer realm="demo", resource_metadata=%q%s`, metadata, attributes))
	w.WriteHeader(status)
}
