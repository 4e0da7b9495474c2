package testas

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

const (
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

	typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	typeIDToken     = "urn:ietf:params:oauth:token-type:id_token"
	typeJWT         = "urn:ietf:params:oauth:token-type:jwt"
)

// exchange is token exchange (RFC 8693): an access token or ID Token of this server for an access token of the client,
// about the same person, with an actor or without.
func (s *Server) exchange(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	switch t := q.form.Get("requested_token_type"); {
	case t == typeIDJAG && q.form.Get("audience") == "":
		return demoas.Issuing{}, failure("invalid_request", "There is no audience.")
	case t != "" && t != typeAccessToken && t != typeIDJAG:
		return demoas.Issuing{}, failure("invalid_request", "The requested_token_type is neither access_token nor id-jag.")
	}
	subject, e := s.presented(q, "subject_token")
	if e != nil {
		return demoas.Issuing{}, e
	}
	actor := ""
	switch {
	case q.form.Has("actor_token"):
		g, e := s.presented(q, "actor_token")
		if e != nil {
			return demoas.Issuing{}, e
		}
		actor = g.Login.User
	// RFC 8693 §2.1: actor_token_type "is REQUIRED when the "actor_token" parameter is present in the request but MUST NOT be
	// included otherwise."
	case q.form.Has("actor_token_type"):
		return demoas.Issuing{}, failure("invalid_request", "There is an actor_token_type and no actor_token.")
	}
	answer, e := s.withoutPerson(q, subject.Login, f)
	if e != nil {
		return demoas.Issuing{}, e
	}
	if q.form.Get("scope") == "" && len(subject.Scopes) > 0 {
		answer.Scopes = slices.DeleteFunc(slices.Clone(subject.Scopes), func(scope string) bool { return scope == demoas.ScopeOffline })
		answer.Grant.Scopes = answer.Scopes
	}
	extraOf(answer.Grant).actor = actor
	return answer, nil
}

// tellExchange makes a token response that of a token exchange (RFC 8693 §2.2.1), which has no ID Token.
func (s *Server) tellExchange(response map[string]any, form url.Values, g *demoas.Grant, f Faults) *demoas.Error {
	delete(response, "id_token")
	if form.Get("requested_token_type") == typeIDJAG {
		return s.tellIDJAG(response, form, g)
	}
	if !f.ExchangeOmitIssuedTokenType {
		response["issued_token_type"] = cmp.Or(f.ExchangeIssuedTokenType, typeAccessToken)
	}
	return nil
}

// presented reads subject_token or actor_token with its type.
//
// RFC 8693 §2.2.2: "If the request itself is not valid or if either the "subject_token" or "actor_token" are invalid for
// any reason, or are unacceptable based on policy, the authorization server MUST construct an error response […] The value
// of the "error" parameter MUST be the "invalid_request" error code."
func (s *Server) presented(q tokenRequest, name string) (*demoas.Grant, *demoas.Error) {
	text := q.form.Get(name)
	switch q.form.Get(name + "_type") {
	case typeAccessToken:
		if token, live := s.AccessToken(text); live {
			return &demoas.Grant{Login: token.Grant.Login, Scopes: token.Scopes}, nil
		}
	case typeIDToken:
		if by, ok := s.ownIDToken(text); ok {
			return &demoas.Grant{Login: by}, nil
		}
	case typeJWT:
		if by, ok := s.job(text); ok {
			return &demoas.Grant{Login: by}, nil
		}
	default:
		return nil, failure("invalid_request", name+"_type is neither access_token nor id_token nor jwt.")
	}
	return nil, failure("invalid_request", name+" is unknown, expired, revoked or not of this server.")
}

// ownIDToken returns who an ID Token of this server is about. It has no user name without the scope profile.
func (s *Server) ownIDToken(text string) (demoas.Login, bool) {
	keys := s.Keys()
	var named struct {
		User string `json:"preferred_username"`
	}
	claims, err := signedBy(text, &keys, &named)
	if err != nil || claims.Expiry == nil || len(claims.Audience) != 1 || claims.ValidateWithLeeway(jwt.Expected{
		Issuer: s.Issuer(), Time: s.config.Now(),
	}, 0) != nil {
		return demoas.Login{}, false
	}
	return s.login(cmp.Or(named.User, claims.Subject)), true
}
