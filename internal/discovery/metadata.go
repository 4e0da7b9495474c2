// Package discovery reads what an authorization server publishes about itself: its metadata (RFC 8414, OpenID Connect
// Discovery 1.0) and its keys (the JWK Set of RFC 7517 §5 at jwks_uri), and keeps both on disk for a while.
//
// Everything it returns has been checked as far as the document alone allows: the issuer is the one asked for, and
// every endpoint is one a secret may be sent to. It deliberately does not choose among what a server supports, does
// not fill in a standard's defaults for absent members (their comments tell them), does not read signed_metadata
// ("Consumers of the metadata MAY ignore the signed metadata", RFC 8414 §2.1), and verifies no signature.
package discovery

import "encoding/json"

// Metadata is an authorization server's metadata. The names are those of the IANA registry "OAuth Authorization
// Server Metadata"; a member the server left out, or gave as null, is empty.
type Metadata struct {
	Issuer string `json:"issuer"`
	Endpoints
	// MTLSEndpointAliases are for clients that authenticate by mutual TLS; an alias that is empty means the ordinary
	// endpoint (RFC 8705 §5).
	MTLSEndpointAliases Endpoints `json:"mtls_endpoint_aliases"`
	JWKSURI             string    `json:"jwks_uri"`

	ScopesSupported        []string `json:"scopes_supported"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	ResponseModesSupported []string `json:"response_modes_supported"` // absent: query and fragment
	GrantTypesSupported    []string `json:"grant_types_supported"`    // absent: authorization_code and implicit
	// CodeChallengeMethodsSupported: "If omitted, the authorization server does not support PKCE" (RFC 8414 §2). Many
	// servers that do support it leave it out all the same.
	CodeChallengeMethodsSupported []string `json:"code_challenge_methods_supported"`
	PromptValuesSupported         []string `json:"prompt_values_supported"`

	TokenEndpointAuthMethodsSupported          []string `json:"token_endpoint_auth_methods_supported"` // absent: client_secret_basic
	TokenEndpointAuthSigningAlgValuesSupported []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevocationEndpointAuthMethodsSupported     []string `json:"revocation_endpoint_auth_methods_supported"`    // absent: client_secret_basic
	IntrospectionEndpointAuthMethodsSupported  []string `json:"introspection_endpoint_auth_methods_supported"` // absent: unknown

	IDTokenSigningAlgValuesSupported       []string `json:"id_token_signing_alg_values_supported"`
	AuthorizationSigningAlgValuesSupported []string `json:"authorization_signing_alg_values_supported"` // JARM
	RequestObjectSigningAlgValuesSupported []string `json:"request_object_signing_alg_values_supported"`
	DPoPSigningAlgValuesSupported          []string `json:"dpop_signing_alg_values_supported"`
	AuthorizationDetailsTypesSupported     []string `json:"authorization_details_types_supported"`
	RequirePushedAuthorizationRequests     bool     `json:"require_pushed_authorization_requests"`
	RequireSignedRequestObject             bool     `json:"require_signed_request_object"`
	RequestParameterSupported              bool     `json:"request_parameter_supported"`
	ClientIDMetadataDocumentSupported      bool     `json:"client_id_metadata_document_supported"`
	TLSClientCertificateBoundAccessTokens  bool     `json:"tls_client_certificate_bound_access_tokens"`
	// AuthorizationResponseIssParameterSupported: every authorization response bears iss (RFC 9207 §3), so that one without
	// it is to be refused (§2.4).
	AuthorizationResponseIssParameterSupported bool `json:"authorization_response_iss_parameter_supported"`

	// Source is the URL the document came from.
	Source string `json:"-"`
	// Raw is the whole document, with the members that are not read here.
	Raw json.RawMessage `json:"-"`
}

// Endpoints are the URLs a client sends requests to. RFC 8705 §5 lets a server give a second set of them.
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
