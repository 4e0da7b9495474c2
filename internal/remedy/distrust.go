package remedy

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// distrusted returns what to do about something that the server sent and that must not be trusted; nil for other errors.
func (f failure) distrusted() []string {
	is := func(target error) bool { return errors.Is(f.err, target) }
	as := func(target any) bool { return errors.As(f.err, target) }
	var (
		notFound  *discovery.NotFoundError
		mismatch  *discovery.IssuerMismatchError
		member    *discovery.MemberError
		symmetric *idtoken.SymmetricError
		tokenType *flow.TokenTypeError
		noToken   *flow.NoTokenError
		otherIss  *idtoken.IssuerError
		lacks     *idtoken.LacksError
	)
	if hints := f.apiHints(); hints != nil {
		return hints
	}
	switch {
	// The metadata, and the addresses in it.
	case as(&notFound):
		return f.noMetadataHints(notFound)
	case as(&member) && f.line([]string{member.Name}) != "":
		return []string{"correct " + member.Name + " in the profile", f.line([]string{member.Name})}
	case as(&member):
		return []string{"set " + member.Name + " in the profile, which comes before the metadata"}
	case as(&mismatch):
		return []string{mismatchHint(mismatch)}
	case as(new(*endpoint.RedirectError)):
		return []string{"if the server has moved, set the endpoint in the profile to where it redirects, which --trace shows"}
	case as(new(*flow.NoTokenResponseError)):
		return append([]string{"compare token_endpoint with the server's documentation"}, some(f.line([]string{"token_endpoint", "issuer"}))...)
	case is(flow.ErrEndpointMoved):
		return []string{f.fill("log in at the new address: {login}", nil)}

	// The redirect.
	case is(flow.ErrNoIssuer):
		return []string{"if this server never sends iss, do without its metadata: beside issuer, set " + f.instead()}
	case as(new(*loopback.MalformedError)):
		return []string{f.fill("the server answered in words of its own: compare client_id {client_id}, the scopes and the redirect URI {redirect_uri} with the registration", nil)}

	// The tokens.
	case is(flow.ErrBearer):
		return []string{"have the server bind tokens for this client, or accept Bearer tokens with dpop_allow_bearer = true"}
	case as(&tokenType) && strings.EqualFold(tokenType.Type, dpop.Scheme):
		return []string{"the server binds tokens to a key for this client: set dpop = true"}
	case as(&tokenType):
		return []string{"if it means Bearer there, set accepted_token_types = [" + untrusted.Quote(tokenType.Type) + "]"}
	case as(&noToken) && (noToken.Inside != "" || noToken.Expected != ""):
		return []string{noTokenHint(noToken)}
	case as(new(*flow.ServerLacksError)):
		return []string{"ask those who run the server for it, or remove security_profile from the profile, which requires it"}
	case is(flow.ErrNoIDToken):
		return f.noIDTokenHints()
	case as(&symmetric):
		return []string{"if the client has a secret and is registered for it, set id_token_signed_response_alg = " + strconv.Quote(symmetric.Algorithm)}
	case is(idtoken.ErrEncrypted):
		return []string{"have the server sign the token for this client without encrypting it"}
	case as(new(*idtoken.AudienceError)):
		return append([]string{f.fill("compare client_id {client_id} with the registration: the token is for another client", nil)}, some(f.line([]string{"client_id"}))...)
	case as(&otherIss) && config.ValidIssuer(otherIss.Got):
		return []string{"if that is the right server, set issuer = " + untrusted.Quote(otherIss.Got) + ", and " + f.instead()}
	case is(idtoken.ErrNoNonce) && f.profile.PKCE:
		return []string{"if this server never repeats the nonce, set nonce = false: PKCE still binds the code to the login"}
	case is(idtoken.ErrNoNonce):
		return []string{"if this server never repeats the nonce, set nonce = false and pkce = true"}
	case as(&lacks):
		keys := map[string][]string{"auth_time": {"max_age", "claims"}, "acr": {"claims", "acr_values"}}[lacks.Claim]
		return append([]string{"the server does not tell " + lacks.Claim + ": remove what asks for it from the profile"}, some(f.line(keys))...)
	case as(new(*idtoken.StaleError)):
		return []string{"have the server ask the person again: --prompt login"}
	case as(new(*idtoken.ClockError)):
		return []string{"compare this computer's clock with the server's: oauthget doctor shows the difference"}
	case as(new(*untrusted.Error)):
		return []string{"run the command again with --trace to see what the server sent"}
	}
	return nil
}

// instead are the keys that stand for the metadata.
func (f failure) instead() string {
	return listed(append(config.EndpointKeys(cmp.Or(f.profile.Grant, config.GrantAuthorizationCode)), "jwks_uri"))
}
