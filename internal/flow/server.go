package flow

import (
	"cmp"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
)

// Server returns m with the endpoints that the profile sets. Without an issuer, m is otherwise empty.
//
// If the profile has a certificate, the server's aliases for mutual TLS replace the other published endpoints, whether
// the client authenticates with the certificate or only binds its tokens to it (RFC 8705 §3, §4).
func Server(m discovery.Metadata, p config.Profile) discovery.Metadata {
	var alias discovery.Endpoints
	if p.TLS.CertificateFile != "" {
		alias = m.MTLSEndpointAliases
	}
	// RFC 8705 §5: "An OAuth client intending to do mutual TLS (for OAuth client authentication and/or to acquire or
	// use certificate-bound tokens) when making a request directly to the authorization server MUST use the alias URL
	// of the endpoint within the "mtls_endpoint_aliases", when present, in preference to the endpoint URL of the same
	// name at the top level of metadata." The authorization endpoint has no alias: the browser, which opens it, has no
	// such certificate.
	for _, e := range []struct {
		published  *string
		alias, own string
	}{
		{&m.AuthorizationEndpoint, "", p.AuthorizationEndpoint},
		{&m.TokenEndpoint, alias.TokenEndpoint, p.TokenEndpoint},
		{&m.DeviceAuthorizationEndpoint, alias.DeviceAuthorizationEndpoint, p.DeviceAuthorizationEndpoint},
		{&m.PushedAuthorizationRequestEndpoint, alias.PushedAuthorizationRequestEndpoint, p.PushedAuthorizationRequestEndpoint},
		{&m.RevocationEndpoint, alias.RevocationEndpoint, p.RevocationEndpoint},
		{&m.IntrospectionEndpoint, alias.IntrospectionEndpoint, p.IntrospectionEndpoint},
		{&m.UserinfoEndpoint, alias.UserinfoEndpoint, p.UserinfoEndpoint},
		{&m.RegistrationEndpoint, alias.RegistrationEndpoint, p.RegistrationEndpoint},
		{&m.JWKSURI, "", p.JWKSURI},
	} {
		*e.published = cmp.Or(e.own, e.alias, *e.published)
	}
	return m
}
