package registration

import (
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/signing"
)

// Metadata is what a client says of itself (RFC 7591 §2): in a registration request, or in the document that its client_id leads to
// (draft-ietf-oauth-client-id-metadata-document).
type Metadata struct {
	ClientID        string   `json:"client_id,omitempty"` // of a document; a server gives a registered client its own
	ClientName      string   `json:"client_name"`
	ApplicationType string   `json:"application_type"`
	RedirectURIs    []string `json:"redirect_uris,omitempty"`
	GrantTypes      []string `json:"grant_types"`
	ResponseTypes   []string `json:"response_types"`
	// AuthMethod is never one with a secret in a document: "the "token_endpoint_auth_method" property MUST NOT include
	// client_secret_post, client_secret_basic, client_secret_jwt, or any other method based around a shared symmetric secret".
	AuthMethod string              `json:"token_endpoint_auth_method"`
	JWKS       *jose.JSONWebKeySet `json:"jwks,omitempty"`
}

// Native returns the metadata of a native client for a grant, by the grant's name in token requests, and for refreshes. Without
// redirect URIs it has no response types. key may be nil; its public part is told if the method is private_key_jwt.
func Native(grant string, redirectURIs []string, method string, key *signing.Key) Metadata {
	m := Metadata{
		ClientName: "oauthget", ApplicationType: "native", RedirectURIs: redirectURIs,
		GrantTypes: []string{grant, "refresh_token"}, ResponseTypes: []string{}, AuthMethod: method,
	}
	if len(redirectURIs) > 0 {
		m.ResponseTypes = []string{"code"}
	}
	if method == privateKeyJWT && key != nil {
		m.JWKS = &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Published()}}
	}
	return m
}

const privateKeyJWT = "private_key_jwt"

// Method chooses how a client authenticates. A key of its own comes first; else it is a public client, which has no secret to keep.
// A server that lists no "none" gets the best of the rest.
func (s Server) Method(hasKey bool) string {
	for _, method := range []string{privateKeyJWT, "none", "client_secret_basic", "client_secret_post"} {
		if slices.Contains(s.AuthMethods, method) && (hasKey || method != privateKeyJWT) {
			return method
		}
	}
	return "none"
}
