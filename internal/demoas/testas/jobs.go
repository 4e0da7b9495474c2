package testas

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

const (
	// JobToken is what a job authenticates with at the endpoint for identity tokens.
	JobToken = "canary-request-token"

	jobSubject  = "repo:octo-org/orders:ref:refs/heads/main"
	jobLifetime = 5 * time.Minute
)

// serveJobs issues a job its identity token, as GitHub Actions does: a GET with the audience in the query, to a URL that has a
// query of its own, is answered with {"value": "…"}.
func (s *Server) serveJobs(w http.ResponseWriter, r *http.Request) {
	audience := r.URL.Query().Get("audience")
	switch {
	case r.Header.Get("Authorization") != "Bearer "+JobToken:
		demoas.WriteJSON(w, http.StatusUnauthorized, map[string]string{"message": "the job of " + r.Header.Get("Authorization") + " has ended"})
		return
	case audience == "" || r.URL.Query().Get("api-version") == "":
		demoas.WriteJSON(w, http.StatusBadRequest, map[string]string{"message": "audience or api-version is missing"})
		return
	}
	now := s.config.Now()
	text, err := s.Sign("JWT", map[string]any{
		"iss": s.jobIssuer(), "sub": jobSubject, "aud": audience,
		"jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(jobLifetime).Unix(),
	})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	demoas.WriteJSON(w, http.StatusOK, map[string]any{"count": len(text), "value": text})
}

func (s *Server) jobIssuer() string { return s.URL("/jobs") }

// job returns the job that an identity token of serveJobs is about, if it is for this server.
func (s *Server) job(text string) (demoas.Login, bool) {
	keys := s.Keys()
	claims, err := signedBy(text, &keys)
	if !s.config.GitHubActions || err != nil || claims.Subject != jobSubject || claims.Expiry == nil || claims.ValidateWithLeeway(jwt.Expected{
		Issuer: s.jobIssuer(), AnyAudience: jwt.Audience{s.Issuer()}, Time: s.config.Now(),
	}, 0) != nil {
		return demoas.Login{}, false
	}
	return s.login(claims.Subject), true
}
