package testas

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/demoas"
)

// APIFaults are how the API differs, and what it says of itself and of its server.
type APIFaults struct {
	APITakesPOSTAlone bool `json:"api_takes_post_alone,omitempty"` // a GET is not found
	APITakesDPoPAlone bool `json:"api_takes_dpop_alone,omitempty"` // with the feature DPoP
	// APIChallenge is WWW-Authenticate in each 401, in place of the one that is there. "none" leaves it out.
	APIChallenge string `json:"api_challenge,omitempty"`
	// APIRedirectTo answers each request that bears a token with 302 to this URL.
	APIRedirectTo string `json:"api_redirect_to,omitempty"`
	APIOpen       bool   `json:"api_open,omitempty"`    // answers everybody
	APIRefuses    bool   `json:"api_refuses,omitempty"` // no token is good enough
	// What the API demands of every request, beside its scope.
	APIDemandsScope string `json:"api_demands_scope,omitempty"`
	APIDemandsACR   string `json:"api_demands_acr,omitempty"` // that the login was asked for

	// The metadata of the API.

	ResourceAt         string         `json:"resource_at,omitempty"` // the one path where it stands
	ResourceHTML       bool           `json:"resource_html,omitempty"`
	ResourceStatus     int            `json:"resource_status,omitempty"`
	ResourceRedirectTo string         `json:"resource_redirect_to,omitempty"` // 302 to this URL
	ResourceMembers    map[string]any `json:"resource_members,omitempty"`     // as MetadataMembers

	// RefuseResource refuses authorization requests that have the parameter resource.
	RefuseResource bool `json:"refuse_resource,omitempty"`
	// ComparePorts shows a page with an error, unless the port of the redirect URI too is the registered one.
	ComparePorts bool `json:"compare_ports,omitempty"`
	// IssuerSlash ends the issuer with a slash, wherever the server names it.
	IssuerSlash bool `json:"issuer_slash,omitempty"`
	// ForgetClients shows a page with an error for clients that have registered themselves, and answers their token requests
	// with invalid_client.
	ForgetClients bool `json:"forget_clients,omitempty"`
}

// The places of the API's metadata besides the one of demoas.
const (
	resourceRoot      = "/.well-known/oauth-protected-resource"
	resourceElsewhere = "/about-the-api"
)

// serveResourceMetadata is the API's metadata (RFC 9728 §3) with its faults.
func (s *Server) serveResourceMetadata(w http.ResponseWriter, r *http.Request) {
	f := s.currentFaults()
	stands := r.URL.Path == f.ResourceAt || f.ResourceAt == "" && strings.HasSuffix(r.URL.Path, "/api/orders")
	switch {
	case f.ResourceRedirectTo != "":
		http.Redirect(w, r, f.ResourceRedirectTo, http.StatusFound)
		return
	case f.ResourceHTML:
		writePortal(w)
		return
	case f.ResourceStatus != 0:
		w.WriteHeader(f.ResourceStatus)
		return
	case !stands:
		http.NotFound(w, r)
		return
	}
	document := s.ResourceMetadata()
	if s.config.DPoP {
		document["dpop_signing_alg_values_supported"] = keyAlgorithms()
	}
	replaceMembers(document, f.ResourceMembers)
	demoas.WriteJSON(w, http.StatusOK, document)
}

// replaceMembers puts the members into a document. A null removes one.
func replaceMembers(document, members map[string]any) {
	maps.Copy(document, members)
	maps.DeleteFunc(document, func(_ string, value any) bool { return value == nil })
}

// spoiltAPI is the API with its faults.
func (s *Server) spoiltAPI(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, demand := s.demanded(r)
		switch f := s.currentFaults(); {
		case r.Method == http.MethodGet && f.APITakesPOSTAlone:
			http.NotFound(w, r)
		case f.APIOpen:
			demoas.WriteJSON(w, http.StatusOK, map[string]string{"customer": "anybody"})
		case f.APIRedirectTo != "" && r.Header.Get("Authorization") != "":
			http.Redirect(w, r, f.APIRedirectTo, http.StatusFound)
		case f.APIRefuses && r.Header.Get("Authorization") != "":
			s.Challenge(w, http.StatusUnauthorized, `error="invalid_token"`)
		case demand != "":
			s.Challenge(w, status, demand)
		case f.APIChallenge != "":
			h(&challenger{w, f.APIChallenge}, r)
		default:
			h(w, r)
		}
	}
}

// demanded returns what the faults have the API demand beyond a token that is valid; empty if the token has it.
func (s *Server) demanded(r *http.Request) (status int, challenge string) {
	_, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token, live := s.AccessToken(strings.TrimSpace(secret))
	switch f := s.currentFaults(); {
	case !live:
		return 0, ""
	// RFC 6750 §3.1
	case f.APIDemandsScope != "" && !slices.Contains(token.Scopes, f.APIDemandsScope):
		return http.StatusForbidden, fmt.Sprintf(`error="insufficient_scope", scope=%q`, f.APIDemandsScope)
	// RFC 9470 §3
	case f.APIDemandsACR != "" && extraOf(token.Grant).acr != f.APIDemandsACR:
		return http.StatusUnauthorized, fmt.Sprintf(`error="insufficient_user_authentication", acr_values=%q`, f.APIDemandsACR)
	}
	return 0, ""
}

// challenger replaces the challenge of each 401.
type challenger struct {
	http.ResponseWriter
	field string
}

func (c *challenger) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		if c.Header().Del("WWW-Authenticate"); c.field != "none" {
			c.Header().Set("WWW-Authenticate", c.field)
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// issuer is how the server calls itself.
func (s *Server) issuer(f Faults) string {
	if f.IssuerSlash {
		return s.Issuer() + "/"
	}
	return s.Issuer()
}

// refusesPort reports whether the port of a request's redirect URI is another than the one that the client has registered.
func (s *Server) refusesPort(r *http.Request, f Faults) bool {
	client, known := s.client(r.Form.Get("client_id"))
	return f.ComparePorts && known && !slices.Contains(client.RedirectURIs, r.Form.Get("redirect_uri"))
}

// forgotten reports whether the client is one that registered itself, and that the server no longer knows.
func (f Faults) forgotten(clientID string) bool {
	return f.ForgetClients && strings.HasPrefix(clientID, "client-")
}
