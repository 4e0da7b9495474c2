package discovery

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Text is what a profile uses of the metadata, for a person.
func (m Metadata) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range []struct{ name, value string }{
		{"issuer", m.Issuer},
		{"metadata", m.Source},
		{"authorization_endpoint", m.AuthorizationEndpoint},
		{"token_endpoint", m.TokenEndpoint},
		{"device_authorization_endpoint", m.DeviceAuthorizationEndpoint},
		{"pushed_authorization_request_endpoint", m.PushedAuthorizationRequestEndpoint},
		{"revocation_endpoint", m.RevocationEndpoint},
		{"introspection_endpoint", m.IntrospectionEndpoint},
		{"userinfo_endpoint", m.UserinfoEndpoint},
		{"registration_endpoint", m.RegistrationEndpoint},
		{"end_session_endpoint", m.EndSessionEndpoint},
		{"jwks_uri", m.JWKSURI},
		{"grant_types_supported", join(m.GrantTypesSupported)},
		{"response_modes_supported", join(m.ResponseModesSupported)},
		{"code_challenge_methods_supported", join(m.CodeChallengeMethodsSupported)},
		{"token_endpoint_auth_methods_supported", join(m.TokenEndpointAuthMethodsSupported)},
		{"id_token_signing_alg_values_supported", join(m.IDTokenSigningAlgValuesSupported)},
		{"dpop_signing_alg_values_supported", join(m.DPoPSigningAlgValuesSupported)},
		{"scopes_supported", join(m.ScopesSupported)},
	} {
		if row.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", row.name, untrusted.Text(row.value))
		}
	}
	_ = w.Flush() // a strings.Builder never fails
	return b.String()
}

func join(values []string) string { return strings.Join(values, " ") }
