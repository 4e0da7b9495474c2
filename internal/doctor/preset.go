package doctor

import (
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/provider"
)

// Preset judges the profile by what its preset says of the provider. A redirect URI that the provider does not take is
// refused by package config already.
func Preset(p config.Profile) []Finding {
	if p.Preset == "" {
		return nil
	}
	known, err := provider.Lookup(p.Preset)
	if err != nil {
		return nil // not reached: there would be no profile
	}
	found := []Finding{ok("preset", known.Name+": "+known.Summary)}
	if p.Grant == config.GrantAuthorizationCode {
		found = append(found, redirectTo(known, p)...)
		found = append(found, secretFor(known, p)...)
	}
	if scope := known.Register.RefreshScope; scope != "" && p.NeedsPerson() && !slices.Contains(p.Scopes, scope) {
		found = append(found, warn("refresh", known.Title+" gives no refresh token without the scope "+scope, "add "+scope+" to scopes"))
	}
	return found
}

func redirectTo(known *provider.Preset, p config.Profile) []Finding {
	const check = "redirect uri"
	redirect, err := url.Parse(p.RedirectURI)
	switch {
	case err != nil || !confidential.Loopback(redirect.Hostname()): // something in front has an address of its own
		return Redirect(p)
	case redirect.Port() != "" || len(p.RedirectPorts) > 0 || known.Register.Port == provider.PortAny:
		return []Finding{ok(check, p.RedirectURI+", which "+known.Title+" takes; not checked: only the server knows whether it is registered")}
	case known.Register.Port == provider.PortExact:
		return []Finding{fail(check, known.Title+" compares the port of the redirect URI, and "+p.RedirectURI+" has none", "register a redirect URI with a port, and set redirect_uri to it")}
	}
	return []Finding{warn(check, "nobody knows whether "+known.Title+" compares the port of the redirect URI, and "+p.RedirectURI+" has none", "register a redirect URI with a port, and set redirect_uri to it")}
}

func secretFor(known *provider.Preset, p config.Profile) []Finding {
	const check = "client secret"
	authenticates := !p.ClientSecret.Empty() || p.ClientKey.File != "" || p.TLS.CertificateFile != ""
	switch {
	case p.ClientID == "": // a client is registered
	case known.Register.Secret == provider.SecretRequired && !authenticates:
		return []Finding{fail(check, known.Title+" wants one, and the profile has none", "set client_secret_keychain, client_secret_file, client_secret_env or client_secret_command")}
	case known.Register.Secret == provider.SecretNone && !p.ClientSecret.Empty() && p.ClientSecret.Source() != "":
		return []Finding{warn(check, "a client of this kind has none at "+known.Title, "remove "+p.ClientSecret.Key+" if the server refuses the client")}
	}
	return nil
}

// Dialect tells how the requests and answers differ from the standards by the profile, and what of it has no effect.
func Dialect(p config.Profile) []Finding {
	const check = "dialect"
	var differs []string
	for _, key := range config.Keys() {
		if slices.Contains(dialect, key.Name) && len(key.Of(p)) > 0 && strings.Join(key.Of(p), "") != "" {
			differs = append(differs, key.Name)
		}
	}
	if len(differs) == 0 {
		return nil
	}
	found := []Finding{ok(check, "by "+strings.Join(differs, ", "))}
	if p.RefreshEndpoint != "" && p.TokenEndpoint != "" && !origin.SameText(p.RefreshEndpoint, p.TokenEndpoint) {
		found = append(found, warn("refresh", "refresh tokens go to another server than codes: "+p.RefreshEndpoint, "compare refresh_endpoint with the server's documentation"))
	}
	if p.TokenResponse.Has("access_token") && !p.TokenResponse.Has("refresh_token") && strings.Count(p.TokenResponse.Get("access_token"), "/") > 1 {
		found = append(found, warn(check, "a refresh token is looked for on top of the answer, although the access token is inside it", "set refresh_token in token_response, if it is beside the access token"))
	}
	return found
}

// dialect are the keys of [config.Dialect], and of the lifetime and the nonce.
var dialect = []string{
	"scope_delimiter", "scope_parameter", "client_id_parameter", "token_request_format", "token_response", "accepted_token_types", "refresh_endpoint",
	"refresh_parameters", "keep_members", "keep_callback_parameters", "client_secret_basic_encoding", "default_expires_in", "metadata_url",
}
