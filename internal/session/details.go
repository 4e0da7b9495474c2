package session

import (
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// scopes returns the granted scopes, and by which name each was requested.
func (s *Session) scopes(set token.Set) []string {
	scopes := slices.Clone(set.Scopes)
	for i, scope := range scopes {
		if requested := flow.Alias(scope, s.Profile.Scopes); requested != "" {
			scopes[i] = requested + " (granted as " + scope + ")"
		}
	}
	return scopes
}

// Details says for whom, for what scope and until when a token was obtained. It contains no secret.
func (s *Session) Details(set token.Set) string {
	text := ""
	if name := untrusted.Text(set.User()); name != "" {
		text += " as " + name
	}
	if len(set.Scopes) > 0 {
		text += ", for " + untrusted.Text(strings.Join(s.scopes(set), " "))
	}
	if types := flow.DetailTypes(set.AuthorizationDetails); len(types) > 0 {
		text += ", with authorization details " + untrusted.Text(strings.Join(types, " "))
	}
	refreshed := ""
	if !set.RefreshToken.Empty() {
		refreshed = "; it can be refreshed"
	}
	switch {
	case !set.Expiry.IsZero():
		left := set.Expiry.Sub(s.options.Now()).Round(time.Second)
		return text + ", until " + set.Expiry.Local().Format("2006-01-02 15:04:05 MST") + " (" + left.String() + ")" + refreshed
	case s.Profile.DefaultExpiresIn == config.Never:
		return text + "; it does not expire"
	}
	return text + "; the server does not say for how long (if its documentation does, set default_expires_in)"
}
