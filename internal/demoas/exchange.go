package demoas

import (
	"cmp"
	"slices"

	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

	typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	typeIDToken     = "urn:ietf:params:oauth:token-type:id_token"
)

// exchange is token exchange (RFC 8693): an access token or ID Token of this server for an access token of the client,
// about the same person, be it with an actor or without.
func (s *Server) exchange(q tokenRequest, f Faults) (issuing, *oauthError) {
	if t := q.form.Get("requested_token_type"); t != "" && t != typeAccessToken {
		return issuing{}, &oauthError{"invalid_request", "The only requested_token_type is access_token."}
	}
	subject, e := s.presented(q, "subject_token")
	if e != nil {
		return issuing{}, e
	}
	var actor *grant
	switch {
	case q.form.Has("actor_token"):
		if actor, e = s.presented(q, "actor_token"); e != nil {
			return issuing{}, e
		}
	// RFC 8693 §2.1: actor_token_type "is REQUIRED when the "actor_token" parameter is present in the request but MUST NOT be
	// included otherwise."
	case q.form.Has("actor_token_type"):
		return issuing{}, &oauthError{"invalid_request", "There is an actor_token_type and no actor_token."}
	}
	answer, e := s.impersonal(q, subject.login, f)
	if e != nil {
		return issuing{}, e
	}
	if q.form.Get("scope") == "" && len(subject.scopes) > 0 {
		answer.scopes = slices.DeleteFunc(slices.Clone(subject.scopes), func(scope string) bool { return scope == scopeOffline })
		answer.grant.scopes = answer.scopes
	}
	if subject.login.user == "" {
		answer.grant.login.user = subject.clientID
	}
	if actor != nil {
		answer.grant.actor = actor.subject()
	}
	answer.tokenType = typeAccessToken
	return answer, nil
}

// presented reads subject_token or actor_token with its type.
//
// RFC 8693 §2.2.2: "If the request itself is not valid or if either the "subject_token" or "actor_token" are invalid for
// any reason, or are unacceptable based on policy, the authorization server MUST construct an error response […] The value
// of the "error" parameter MUST be the "invalid_request" error code."
func (s *Server) presented(q tokenRequest, name string) (*grant, *oauthError) {
	text := q.form.Get(name)
	switch q.form.Get(name + "_type") {
	case typeAccessToken:
		if token, live := s.ledger.accessToken(text); live {
			return &grant{clientID: token.grant.clientID, login: token.grant.login, scopes: token.scopes}, nil
		}
	case typeIDToken:
		if g, ok := s.ownIDToken(text); ok {
			return g, nil
		}
	default:
		return nil, &oauthError{"invalid_request", name + "_type is neither access_token nor id_token."}
	}
	return nil, &oauthError{"invalid_request", name + " is unknown, expired, revoked or not of this server."}
}

// ownIDToken returns who an ID Token of this server is about. It has no name but with the scope profile.
func (s *Server) ownIDToken(text string) (*grant, bool) {
	keys := s.signer.public()
	var named struct {
		User     string `json:"preferred_username"`
		AuthTime int64  `json:"auth_time"`
	}
	claims, err := signedBy(text, &keys, &named)
	if err != nil || claims.Expiry == nil || len(claims.Audience) != 1 || claims.ValidateWithLeeway(jwt.Expected{
		Issuer: s.Issuer(), Time: s.config.Now(),
	}, 0) != nil {
		return nil, false
	}
	by := login{user: cmp.Or(named.User, claims.Subject), at: s.config.Now()}
	return &grant{clientID: claims.Audience[0], login: by}, true
}
