package testas

import (
	"net/http"

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
		if f.RegistrationHTML {
			writePortal(w)
			return
		}
		if f.spoil(w, f.RegistrationStatus, f.RegistrationError) {
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
