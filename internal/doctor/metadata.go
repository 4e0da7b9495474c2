package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Metadata compares the profile with what its server publishes. An absent list promises nothing and denies nothing.
func Metadata(p config.Profile, m discovery.Metadata) []Finding {
	var found []Finding
	for _, check := range []func(config.Profile, discovery.Metadata) []Finding{
		grant, pkce, method, scopes, response, binding, request, issuer, revocation,
	} {
		found = append(found, check(p, m)...)
	}
	return found
}

func grant(p config.Profile, m discovery.Metadata) []Finding {
	const check = "grant"
	needed := map[string]string{"token_endpoint": m.TokenEndpoint}
	switch p.Grant {
	case config.GrantAuthorizationCode:
		needed["authorization_endpoint"] = m.AuthorizationEndpoint
	case config.GrantDeviceCode:
		needed["device_authorization_endpoint"] = m.DeviceAuthorizationEndpoint
	}
	for _, name := range []string{"authorization_endpoint", "device_authorization_endpoint", "token_endpoint"} {
		if url, wanted := needed[name]; wanted && url == "" {
			return []Finding{fail(check, "the server names no "+name, "set "+name+" in the profile, if the server has one")}
		}
	}
	want := config.GrantType(p.Grant)
	if missing(m.GrantTypesSupported, want) {
		return []Finding{fail(check, fmt.Sprintf("the server does not list %s: %s", want, listed(m.GrantTypesSupported)), "choose another grant in the profile")}
	}
	return []Finding{ok(check, p.Grant)}
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
		return []Finding{ok(check, "S256; the server announces nothing of it, and most that do so take it")}
	case !slices.Contains(announced, "S256"):
		return []Finding{fail(check, "the server knows "+listed(announced)+" and not S256", "set pkce = false, if there is no better server")}
	}
	return []Finding{ok(check, "S256")}
}

func method(p config.Profile, m discovery.Metadata) []Finding {
	const check = "client authentication"
	supported := m.TokenEndpointAuthMethodsSupported
	switch configured := p.TokenEndpointAuthMethod; {
	case configured != "" && missing(supported, configured):
		return []Finding{fail(check, "the server does not list "+configured+": "+listed(supported), "set token_endpoint_auth_method to one of these")}
	case configured != "":
		return []Finding{ok(check, configured)}
	case p.ClientSecret.Empty() && p.ClientKey.File == "" && p.TLS.CertificateFile == "" && missing(supported, "none"):
		return []Finding{warn(check, "the server lists no public clients: "+listed(supported), "set a client secret, if the client has one")}
	}
	return []Finding{ok(check, "chosen by what is configured and what the server lists")}
}

func scopes(p config.Profile, m discovery.Metadata) []Finding {
	const check = "scopes"
	var unknown []string
	for _, s := range p.Scopes {
		if missing(m.ScopesSupported, s) {
			unknown = append(unknown, s)
		}
	}
	var found []Finding
	switch {
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
	if slices.Contains(p.Scopes, "openid") && m.JWKSURI == "" {
		found = append(found, warn("id token", "the server names no jwks_uri, so an ID Token cannot be checked and is left out", "set jwks_uri in the profile"))
	}
	return found
}

func response(p config.Profile, m discovery.Metadata) []Finding {
	if p.Grant != config.GrantAuthorizationCode || p.ResponseMode == "" || p.ResponseMode == "query" || !missing(m.ResponseModesSupported, p.ResponseMode) {
		return nil
	}
	return []Finding{fail("response mode", "the server does not list "+p.ResponseMode+": "+listed(m.ResponseModesSupported), "remove response_mode")}
}

func binding(p config.Profile, m discovery.Metadata) []Finding {
	if !p.DPoP {
		return nil
	}
	if len(m.DPoPSigningAlgValuesSupported) == 0 {
		return []Finding{fail("dpop", "the server does not announce DPoP", "remove dpop, or ask whoever runs the server")}
	}
	return []Finding{ok("dpop", listed(m.DPoPSigningAlgValuesSupported))}
}

func request(p config.Profile, m discovery.Metadata) []Finding {
	var found []Finding
	if p.RequirePAR && m.PushedAuthorizationRequestEndpoint == "" {
		found = append(found, fail("pushed requests", "the server names no pushed_authorization_request_endpoint", "set it in the profile, or remove require_pushed_authorization_requests"))
	}
	if alg := p.RequestObjectSigningAlg; alg != "" && missing(m.RequestObjectSigningAlgValuesSupported, alg) {
		found = append(found, fail("request object", "the server does not list "+alg+": "+listed(m.RequestObjectSigningAlgValuesSupported), "set request_object_signing_alg to one of these"))
	}
	if m.RequireSignedRequestObject && p.RequestObjectSigningAlg == "" {
		found = append(found, fail("request object", "the server takes signed requests only", "set request_object_signing_alg and client_key_file"))
	}
	return found
}

// issuer: RFC 9207 §4 has the iss parameter as the defence against mix-up attacks.
func issuer(_ config.Profile, m discovery.Metadata) []Finding {
	if !m.AuthorizationResponseIssParameterSupported {
		return nil
	}
	return []Finding{ok("iss", "the server names itself in its answers, and is held to it (RFC 9207)")}
}

func revocation(_ config.Profile, m discovery.Metadata) []Finding {
	if m.RevocationEndpoint == "" {
		return []Finding{warn("revocation", "the server names no revocation_endpoint: oauthget logout cannot end tokens there", "set revocation_endpoint in the profile, if the server has one")}
	}
	return []Finding{ok("revocation", "oauthget logout ends tokens at the server")}
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
