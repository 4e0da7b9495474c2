package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// grantInputs are the tokens that a grant presents to the server. Those that it does not need are empty.
type grantInputs struct{ assertion, subject, actor token.Secret }

// grantInputs reads or obtains what the profile's grant presents.
func (s *Session) grantInputs(ctx context.Context) (in grantInputs, err error) {
	exchange := s.Profile.Exchange
	switch s.Profile.Grant {
	case config.GrantJWTBearer:
		in.assertion, err = s.GrantInput(ctx, s.Profile.Assertion.Source, "")
	case config.GrantTokenExchange:
		if in.subject, err = s.GrantInput(ctx, exchange.Subject, exchange.SubjectType); err == nil {
			in.actor, err = s.GrantInput(ctx, exchange.Actor, exchange.ActorType)
		}
	}
	return in, err
}

// GrantInput gets one token that a grant presents. tokenType selects one of another profile's tokens.
func (s *Session) GrantInput(ctx context.Context, source config.SecretSource, tokenType string) (token.Secret, error) {
	access := s.secretAccess()
	access.Stdin = s.options.Stdin
	access.Profile = func(ctx context.Context, name string) (token.Secret, error) {
		return s.tokenOf(ctx, name, flow.TokenType(tokenType))
	}
	if source.GitHubActions() != "" {
		authorities, err := s.Authorities(ctx)
		if err != nil {
			return token.Secret{}, err
		}
		access.HTTP = s.options.HTTPClient(s.HTTPOptions(authorities, nil))
	}
	return s.readSecret(ctx, source, access)
}

// lifeToPresent is how much longer a token must live to be presented.
const lifeToPresent = 30 * time.Second

var errCycle = errors.New("the profiles refer to each other in a cycle")

// tokenOf obtains a token of another profile, as `oauthget token NAME` does without variables that describe a client.
func (s *Session) tokenOf(ctx context.Context, name, tokenType string) (token.Secret, error) {
	ancestors := append(slices.Clone(s.ancestors), s.Profile.Name)
	if slices.Contains(ancestors, name) {
		return token.Secret{}, &config.Error{
			Err:    fmt.Errorf("%w: %s", errCycle, strings.Join(append(ancestors, name), " → ")),
			Advice: "have one of them present a token that comes from somewhere else",
		}
	}
	options := s.options
	options.OneOfMany = true
	other, err := Open(options, s.file, name, nil)
	if err != nil {
		return token.Secret{}, err
	}
	other.ancestors, other.secretEnv = ancestors, s.secretEnv
	request := tokensource.Request{MinTTL: lifeToPresent, IDToken: tokenType == flow.TypeIDToken}
	if s.Profile.Grant == config.GrantJWTBearer && flow.TokenType(other.Profile.Exchange.RequestedType) == flow.TypeIDJAG {
		s.assertFor(other)
		request.Force = true // RFC 7523 §3: a server may take each jti once
	}
	set, _, err := other.Token(ctx, request)
	if e, ok := errors.AsType[*config.Error](err); ok && errors.Is(err, errCycle) {
		return token.Secret{}, e // without the prefix of each profile of the cycle
	}
	if err != nil {
		return token.Secret{}, err
	}
	secret, err := pick(set, name, tokenType)
	return secret, other.Failed(err)
}

// assertFor has the company's server, which is other's, issue an assertion for the server and the API of s, unless other's profile
// says whom it is for. "audience: REQUIRED. The Issuer URL of the Resource Authorization Server […]. resource: OPTIONAL. The Resource
// Identifier of the Resource Server". draft-ietf-oauth-identity-assertion-authz-grant §4.3
func (s *Session) assertFor(other *Session) {
	p := &other.Profile
	if len(p.Audience) == 0 && s.Profile.Issuer != "" {
		p.Audience = []string{s.Profile.Issuer}
	}
	if len(p.Resource) == 0 {
		p.Resource = s.Profile.Resource
	}
	if len(p.Scopes) == 0 {
		p.Scopes = s.Profile.Scopes
	}
	other.Key = storeKey(*p)
}

// pick returns the token of a type. Any type but those of a refresh token and an ID Token means the access token, which may
// be a JWT.
func pick(set token.Set, profile, tokenType string) (token.Secret, error) {
	secret, name := set.AccessToken, "access token"
	switch tokenType {
	case flow.TypeIDToken:
		secret, name = set.IDToken, "ID Token"
	case flow.TypeRefreshToken:
		secret, name = set.RefreshToken, "refresh token"
	}
	if secret.Empty() {
		return secret, &MissingTokenError{Profile: profile, Token: name}
	}
	return secret, nil
}
