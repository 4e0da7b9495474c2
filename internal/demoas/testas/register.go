package testas

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/registration"
)

// spoiltRegistration is the registration endpoint with its faults, and with the initial access token.
func (s *Server) spoiltRegistration(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			h(w, r)
			return
		}
		if token := s.config.InitialAccessToken; token != "" && !registration.Authorize(w, r, token) {
			return
		}
		f := s.currentFaults()
		switch {
		case f.RegistrationHTML:
			writePortal(w)
			return
		case f.RegistrationEndless:
			writeEndlessly(w, r)
		case f.RegistrationBody != "":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, f.RegistrationBody)
			return
		case f.spoil(w, f.RegistrationStatus, f.RegistrationError):
			return
		case f.RegistrationStrict && hasUnknownMember(r):
			s.writeError(w, r, failure("invalid_client_metadata", "A member is not recognized."))
			return
		}
		info, e := s.registry.Register(r)
		if e != nil {
			s.writeError(w, r, e)
			return
		}
		if f.RegistrationRedirectURIs != nil {
			info.RedirectURIs = f.RegistrationRedirectURIs
		}
		if f.RegistrationOmitClientID {
			info.ID = ""
		}
		demoas.WriteJSON(w, http.StatusCreated, info)
	}
}

// registrable are the members of RFC 7591 §2, and the one of OpenID Connect Dynamic Client Registration §2 that is for native
// clients.
var registrable = []string{
	"redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "client_uri", "logo_uri", "scope", "contacts",
	"tos_uri", "policy_uri", "jwks_uri", "jwks", "software_id", "software_version", "application_type",
}

// hasUnknownMember reports whether a registration request has a member that is not registrable. The body can be read again.
func hasUnknownMember(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var members map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &members) != nil {
		return true
	}
	for name := range members {
		if !slices.Contains(registrable, name) {
			return true
		}
	}
	return false
}
