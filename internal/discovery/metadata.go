// Package discovery reads the documents that an authorization server publishes: its metadata (RFC 8414, OpenID Connect
// Discovery 1.0) and its keys (the JWK Set of RFC 7517 §5 at jwks_uri). It caches both on disk.
//
// What it returns has been checked as far as the document allows: the issuer is the one asked for, and a secret may be
// sent to every endpoint. It does not choose among what a server supports, does not fill in defaults for absent members
// (their comments name them), does not read signed_metadata ("Consumers of the metadata MAY ignore the signed
// metadata", RFC 8414 §2.1), and verifies no signature.
package discovery

import "encoding/json"

// Metadata is an authorization server's metadata. The names are those of the IANA registry "OAuth Authorization Server
// Metadata". A member that is absent or null is empty.
type Metadata struct {
	Issuer string `json:"issuer"`
	Endpoints
	// MTLSEndpointAliases are for clients that use mutual TLS. If an alias is empty, the ordinary endpoint applies (RFC
	// 8705 §5).
	MTLSEndpointAliases Endpoints `json:"mtls_endpoint_aliases"`
	JWKSURI             string    `json:"jwks_uri"`

	ScopesSupported        []string `json:"scopes_supported"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	ResponseModesSupported []string `json:"response_modes_supported"` // absent: query and fragment
	GrantTypesSupported    []string `json:"grant_types_supported"`    // absent: authorization_code and implicit
	// CodeChallengeMethodsSupported: "If omitted, the authorization server does not support PKCE" (RFC 8414 §2). Many
	// servers that support it omit the member.
	CodeChallengeMethodsSupported []string `json:"code_challenge_methods_supported"`
	PromptValuesSupported         []string `json:"prompt_values_supported"`

	TokenEndpointAuthMethodsSupported          []string `json:"token_endpoint_auth_methods_supported"` // absent: client_secret_basic
	TokenEndpointAuthSigningAlgValuesSupported []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevocationEndpointAuthMethodsSupported     []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionEndpointAuthMethodsSupported  []string `json:"introspection_endpoint_auth_methods_supported"`

	IDTokenSigningAlgValuesSupported       []string `json:"id_token_signing_alg_values_supported"`
	AuthorizationSigningAlgValuesSupported []string `json:"authorization_signing_alg_values_supported"` // JARM
	RequestObjectSigningAlgValuesSupported []string `json:"request_object_signing_alg_values_supported"`
	DPoPSigningAlgValuesSupported          []string `json:"dpop_signing_alg_values_supported"`
	AuthorizationDetailsTypesSupported     []string `json:"authorization_details_types_supported"`
	RequirePushedAuthorizationRequests     bool     `json:"require_pushed_authorization_requests"`
	RequireSignedRequestObject             bool     `json:"require_signed_request_object"`
	TLSClientCertificateBoundAccessTokens  bool     `json:"tls_client_certificate_bound_access_tokens"`
	// ClientIDMetadataDocumentSupported: the URL of a document may be the client_id (OAuth Client ID Metadata Document).
	ClientIDMetadataDocumentSupported bool `json:"client_id_metadata_document_supported"`
	// AuthorizationResponseIssParameterSupported: every authorization response has an iss (RFC 9207 §3), and one
	// without it must be refused (§2.4).
	AuthorizationResponseIssParameterSupported bool `json:"authorization_response_iss_parameter_supported"`

	// Rejected are the members that were left out, each with the reason as it continues the name: one of the wrong type, or a
	// URL that nothing may be sent to.
	Rejected map[string]string `json:"-"`
	// Source is the URL the document came from.
	Source string `json:"-"`
	// Raw is the whole document, including members that are not read here.
	Raw json.RawMessage `json:"-"`
}

// Endpoints are the URLs that a client sends requests to. A server may publish a second set of them (RFC 8705 §5).
type Endpoints struct {
	AuthorizationEndpoint              string `json:"authorization_endpoint"`
	TokenEndpoint                      string `json:"token_endpoint"`
	DeviceAuthorizationEndpoint        string `json:"device_authorization_endpoint"`         // RFC 8628 §4
	PushedAuthorizationRequestEndpoint string `json:"pushed_authorization_request_endpoint"` // RFC 9126 §5
	RevocationEndpoint                 string `json:"revocation_endpoint"`                   // RFC 7009
	IntrospectionEndpoint              string `json:"introspection_endpoint"`                // RFC 7662
	UserinfoEndpoint                   string `json:"userinfo_endpoint"`                     // OpenID Connect Core §5.3
	RegistrationEndpoint               string `json:"registration_endpoint"`                 // RFC 7591
	EndSessionEndpoint                 string `json:"end_session_endpoint"`                  // OpenID Connect RP-Initiated Logout
}
