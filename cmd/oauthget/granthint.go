package main

import (
	"errors"
	"slices"

	"github.com/oauthget/oauthget/internal/advice"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/output"
)

// aboutIDToken adds to an error what brings an ID Token, where the want of one is what it is about.
func (s *session) aboutIDToken(err error) error {
	switch {
	case !errors.Is(err, output.ErrNoIDToken):
		return err
	case !s.profile.NeedsPerson():
		// OpenID Connect Core §2: "a security token that contains Claims about the Authentication of an End-User".
		return &hinted{err, []string{"an ID Token is about a person who signs in, and the grant " + s.profile.Grant + " has nobody do so: use another profile, or the access token"}}
	case slices.Contains(s.profile.Scopes, "openid"):
		return &hinted{err, []string{"have the server issue ID Tokens to this client: the scope openid asks for one already"}}
	}
	return &hinted{err, []string{`add "openid" to the profile's scopes and log in again`}}
}

// adviceOnGrant is for the errors of which the code means another thing in each grant: invalid_grant is about what was
// presented, "invalid, expired, revoked, … or was issued to another client" (RFC 6749 §5.2).
func adviceOnGrant(e *flow.ServerError) (advice.Advice, bool) {
	if e.Grant == "" || e.Grant == config.GrantAuthorizationCode {
		return advice.Advice{}, false
	}
	switch e.Code {
	case "unauthorized_client", "unsupported_grant_type":
		return advice.Advice{
			Text: "allow this client the grant " + e.Grant + " at the server, or use another grant", Keys: []string{"grant"},
		}, true
	case "invalid_grant":
		a, ok := map[string]advice.Advice{
			config.GrantDeviceCode: {Text: "the device code is not known any more: run the command again"},
			config.GrantClientCredentials: {
				Text: "see whether the server lets this client have what it asks for: {scopes}",
				Keys: []string{"scopes", "resource", "audience"},
			},
			config.GrantJWTBearer: {
				Text: "compare whom the assertion is about and for, and who signed it, with what the server knows, and this computer's clock",
				Keys: []string{"assertion_subject", "assertion_audience", "client_key_file"},
			},
			config.GrantTokenExchange: {
				Text: "see that the subject token is alive, of the type that is said, and of a server that this one trusts",
				Keys: []string{"subject_token_type"},
			},
		}[e.Grant]
		return a, ok
	}
	return advice.Advice{}, false
}
