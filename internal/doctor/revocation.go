package doctor

import (
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
)

// Revocation says whether the server lets the client revoke its tokens, and ask about them, by the methods that it lists for
// the two endpoints (RFC 8414 §2).
func Revocation(client *flow.Client, m discovery.Metadata) []Finding {
	var found []Finding
	const ends = "oauthget logout cannot end tokens there"
	method := string(client.AuthAt("revocation_endpoint").Method)
	switch listedMethods := m.RevocationEndpointAuthMethodsSupported; {
	case m.RevocationEndpoint == "":
		found = append(found, warn("revocation", "the server names no revocation_endpoint: "+ends, "set revocation_endpoint in the profile, if the server has one"))
	case missing(listedMethods, method):
		found = append(found, warn("revocation", "the server does not list "+method+" for it: "+listed(listedMethods)+"; "+ends, "end tokens on the server's own page of connected applications"))
	default:
		found = append(found, ok("revocation", "oauthget logout ends tokens at the server"))
	}
	method = string(client.AuthAt("introspection_endpoint").Method)
	if listedMethods := m.IntrospectionEndpointAuthMethodsSupported; m.IntrospectionEndpoint != "" && missing(listedMethods, method) {
		found = append(found, warn("introspection", "the server does not list "+method+" for it: "+listed(listedMethods), "oauthget inspect shows no more of a token that is not a JWT; a client with a secret may ask"))
	}
	return found
}
