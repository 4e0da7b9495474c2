package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Metadata compares the profile with what its server publishes, where a grant tries all the same: each finding that is not
// fine is a warning. What a grant refuses itself is told by package flow's Client.Check. An absent list promises nothing and
// denies nothing.
func Metadata(p config.Profile, m discovery.Metadata) []Finding {
	var found []Finding
	for _, check := range []func(config.Profile, discovery.Metadata) []Finding{
		grant, pkce, nonce, scopes, binding, issuer,
	} {
		found = append(found, check(p, m)...)
	}
	return found
}

func grant(p config.Profile, m discovery.Metadata) []Finding {
	want := config.GrantType(p.Grant)
	if !missing(m.GrantTypesSupported, want) {
		return nil
	}
	return []Finding{warn("grant", fmt.Sprintf("the server does not list %s: %s", want, listed(m.GrantTypesSupported)), "choose another grant in the profile, if the server refuses this one")}
}

func pkce(p config.Profile, m discovery.Metadata) []Finding {
	const check = "pkce"
	if p.Grant != config.GrantAuthorizationCode {
		return nil
	}
	switch announced := m.CodeChallengeMethodsSupported; {
	case !p.PKCE && slices.Contains(announced, "S256"):
		return []Finding{warn(check, "pkce is off, although the server knows S256", "remove pkce = false")}
	case !p.PKCE:
		return []Finding{warn(check, "pkce is off: a stolen code can be redeemed by whoever stole it", "remove pkce = false, unless the server breaks on it")}
	case len(announced) == 0:
		return []Finding{ok(check, "S256; the server does not announce it; most such servers accept it")}
	case !slices.Contains(announced, "S256"):
		return []Finding{warn(check, "the server knows "+listed(announced)+" and not S256", "set pkce = false, if the server refuses it and there is no better one")}
	}
	return []Finding{ok(check, "S256")}
}

func nonce(p config.Profile, m discovery.Metadata) []Finding {
	const check = "nonce"
	switch {
	case p.OpenID.Nonce || p.Grant != config.GrantAuthorizationCode || !slices.Contains(p.Scopes, "openid"):
		return nil
	case !slices.Contains(m.CodeChallengeMethodsSupported, "S256"):
		return []Finding{warn(check, "nonce is off, and the server does not announce PKCE, which then has to bind the code to the login", "remove nonce = false, if the server repeats the nonce")}
	}
	return []Finding{ok(check, "off; PKCE binds the code to the login")}
}

// Authentication compares the method by which the client authenticates with those that the server lists. Servers often
// leave some out.
func Authentication(method string, supported []string) Finding {
	const check = "client authentication"
	switch {
	case !missing(supported, method):
		return ok(check, method)
	case method == "none":
		return warn(check, "the server lists no public clients: "+listed(supported), "set a client secret, if the client has one")
	}
	return warn(check, "the server does not list "+method+": "+listed(supported), "set token_endpoint_auth_method to one of these, if the server refuses the client")
}

func scopes(p config.Profile, m discovery.Metadata) []Finding {
	const check = "scopes"
	var unknown []string
	for _, s := range p.Scopes {
		if missing(m.ScopesSupported, s) {
			unknown = append(unknown, s)
		}
	}
	joined := slices.IndexFunc(unknown, func(s string) bool {
		return strings.Contains(s, ",") && !missing(m.ScopesSupported, strings.Split(s, ",")[0])
	})
	var found []Finding
	switch {
	case joined >= 0:
		found = append(found, warn(check, listed(unknown[joined:joined+1])+" is asked for as one scope, and the server lists its parts", `write them one by one; if the server wants commas between them, set scope_delimiter = ","`))
	case len(unknown) > 0:
		found = append(found, warn(check, "the server does not list "+listed(unknown), "compare scopes with scopes_supported; servers need not list all of them"))
	case len(p.Scopes) == 0:
		found = append(found, ok(check, "none are asked for; the server decides"))
	default:
		found = append(found, ok(check, listed(p.Scopes)))
	}
	const offline = "offline_access"
	if slices.Contains(m.ScopesSupported, offline) && !slices.Contains(p.Scopes, offline) && p.Grant == config.GrantAuthorizationCode {
		found = append(found, warn("refresh", offline+" is not asked for, so the server may give no refresh token", "add "+offline+" to scopes"))
	}
	bySecret := signing.IsSymmetric(p.OpenID.IDTokenSignedResponseAlg)
	if slices.Contains(p.Scopes, "openid") && m.JWKSURI == "" && !bySecret {
		found = append(found, warn("id token", "the server names no jwks_uri, so an ID Token cannot be checked and is left out", "set jwks_uri in the profile"))
	}
	return found
}

func binding(p config.Profile, m discovery.Metadata) []Finding {
	const check = "dpop"
	switch announced := m.DPoPSigningAlgValuesSupported; {
	case !p.DPoP:
		return nil
	case len(announced) > 0:
		return []Finding{ok(check, listed(announced))}
	case p.DPoPAllowBearer:
		return []Finding{warn(check, "the server does not announce DPoP, and may send a Bearer token, which is taken", "remove dpop_allow_bearer, if only a bound token will do")}
	}
	return []Finding{warn(check, "the server does not announce DPoP, and a Bearer token is refused", "ask whoever runs the server, or set dpop_allow_bearer = true")}
}

// issuer: RFC 9207 §4 has the iss parameter as the defence against mix-up attacks.
func issuer(_ config.Profile, m discovery.Metadata) []Finding {
	if !m.AuthorizationResponseIssParameterSupported {
		return nil
	}
	return []Finding{ok("iss", "the server names itself in its answers, and is held to it (RFC 9207)")}
}

// missing reports whether a list is there and does not hold value.
func missing(supported []string, value string) bool {
	return len(supported) > 0 && !slices.Contains(supported, value)
}

func listed(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	return untrusted.Text(strings.Join(values, " "))
}
