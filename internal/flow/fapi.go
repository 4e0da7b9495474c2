package flow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// FAPIAlgorithms returns the algorithms that clients "when creating or processing JWTs shall … use": "PS256, ES256, or
// EdDSA (using the Ed25519 variant) algorithms". FAPI 2.0 Security Profile §5.4.1. Other EdDSA keys are never accepted.
func FAPIAlgorithms() []string { return []string{"PS256", "ES256", "EdDSA"} }

// checkSecurityProfile checks the client and the server against the profile's security_profile. It reports everything
// that is missing at once: as a *config.Error if the profile can mend any of it, else as an *untrusted.Error with a
// *ServerLacksError in it. What the security profile turns on or narrows is in asksForDPoP and algorithms.
func (c *Client) checkSecurityProfile() error {
	if !c.fapi() {
		return nil
	}
	var ours, theirs []string
	for _, d := range append(c.fapiGeneral(), c.fapiCodeFlow()...) {
		switch {
		case d.met:
		case d.byServer:
			theirs = append(theirs, "the server "+d.lack)
		default:
			ours = append(ours, "the profile "+d.lack)
		}
	}
	const op = "apply security_profile fapi2"
	cause := errors.New(strings.Join(append(ours, theirs...), "; "))
	switch {
	case len(ours) > 0:
		return &config.Error{
			Key: "security_profile", Err: fmt.Errorf("%s: %w", op, cause),
			Advice: "change the profile, or remove security_profile from it; docs/advanced.md lists what fapi2 requires",
		}
	case len(theirs) > 0:
		return &untrusted.Error{Op: op, Err: &ServerLacksError{cause}}
	}
	return nil
}

// ServerLacksError reports that the server's metadata lacks what the security profile requires.
type ServerLacksError struct{ error }

// demand is one requirement of the security profile.
type demand struct {
	met      bool
	byServer bool   // it is the server's to meet, else the profile's
	lack     string // continues "the server" or "the profile" in the error
}

// fapiGeneral returns the requirements of FAPI 2.0 Security Profile §5.3.3.1 and §5.4.1, for every grant.
func (c *Client) fapiGeneral() []demand {
	p, s, method, weak := c.Profile, c.Server, c.Auth.Method, c.weakLists()
	return []demand{
		// "shall only use authorization server metadata (such as the authorization endpoint) retrieved from the metadata
		// document as specified in [OIDD] and [RFC8414]"
		{p.Issuer != "", false, "has no issuer"},
		{p.MetadataURL == "", false, "sets metadata_url, but the metadata must be at the issuer"},
		{p.Endpoints == config.Endpoints{}, false, "sets endpoints, which must come from the metadata"},
		// "shall support client authentication using one or both of the following methods: MTLS …, private_key_jwt"
		{
			method == clientauth.PrivateKeyJWT || isTLS(method), false,
			fmt.Sprintf("authenticates the client by %s, not by private_key_jwt or mutual TLS", method),
		},
		// "if using private_key_jwt, shall use the authorization server's issuer identifier value … in the aud claim in client
		// authentication assertions."
		{
			p.ClientKey.AssertionAudience == "" || p.ClientKey.AssertionAudience == p.Issuer, false,
			"sets a client_assertion_audience that is not the issuer",
		},
		{c.keyIsStrong(), false, "has a client_key_file that signs with none of " + strings.Join(FAPIAlgorithms(), ", ")},
		{
			p.RequestObjectSigningAlg == "" || slices.Contains(FAPIAlgorithms(), p.RequestObjectSigningAlg), false,
			"has a request_object_signing_alg that is none of " + strings.Join(FAPIAlgorithms(), ", "),
		},
		{
			p.OpenID.IDTokenSignedResponseAlg == "" || slices.Contains(FAPIAlgorithms(), p.OpenID.IDTokenSignedResponseAlg), false,
			"has an id_token_signed_response_alg that is none of " + strings.Join(FAPIAlgorithms(), ", "),
		},
		// "shall support sender-constrained access tokens using one or both of the following methods: MTLS …, DPoP"
		c.constrained(),
		{
			!c.asksForDPoP() || containsAny(s.DPoPSigningAlgValuesSupported, FAPIAlgorithms()), true,
			"lists none of " + strings.Join(FAPIAlgorithms(), ", ") + " in dpop_signing_alg_values_supported",
		},
		{!p.DPoPAllowBearer, false, "sets dpop_allow_bearer"},
		{len(weak) == 0, true, "names in " + strings.Join(weak, ", ") + " none of " + strings.Join(FAPIAlgorithms(), ", ")},
	}
}

// fapiCodeFlow returns the requirements of FAPI 2.0 Security Profile §5.3.3.2, for the authorization code flow.
func (c *Client) fapiCodeFlow() []demand {
	p, s := c.Profile, c.Server
	if p.Grant != "" && p.Grant != config.GrantAuthorizationCode {
		return nil
	}
	return []demand{
		// "shall use pushed authorization requests according to [RFC9126]"
		{!p.WithoutPAR, false, "turns require_pushed_authorization_requests off"},
		{s.PushedAuthorizationRequestEndpoint != "", true, "has no pushed_authorization_request_endpoint"},
		// "shall use PKCE [RFC7636] with S256 as the code challenge method"
		{p.PKCE, false, "turns pkce off"},
		{slices.Contains(s.CodeChallengeMethodsSupported, "S256"), true, "does not list S256 in code_challenge_methods_supported"},
		// "shall check the iss parameter in the authorization response according to [RFC9207] to prevent mix-up
		// attacks". A signed response always has it.
		{s.AuthorizationResponseIssParameterSupported || c.signedResponse(), true, "does not promise iss in its responses (authorization_response_iss_parameter_supported)"},
		// Of servers, §5.3.2.2: "shall require the value of response_type described in [RFC6749] to be code"
		{supports(s.ResponseTypesSupported, "code"), true, "does not list the response_type code"},
	}
}

func isTLS(m clientauth.Method) bool { return m == clientauth.TLS || m == clientauth.SelfSignedTLS }

func (c *Client) fapi() bool { return c.Profile.SecurityProfile == config.FAPI2 }

// asksForDPoP reports whether DPoP is asked for: by the profile, or by its security profile if nothing else binds the token
// to the client.
func (c *Client) asksForDPoP() bool {
	return c.Profile.DPoP || c.fapi() && !c.certificateBound() && containsAny(c.Server.DPoPSigningAlgValuesSupported, FAPIAlgorithms())
}

// constrained is the requirement that something binds the token to the client.
func (c *Client) constrained() demand {
	d := demand{met: c.asksForDPoP() || c.certificateBound(), byServer: true, lack: "binds tokens neither to a DPoP key nor to a certificate"}
	if c.Server.TLSClientCertificateBoundAccessTokens {
		d.byServer, d.lack = false, "has no tls_certificate_file, and the server binds tokens to nothing else"
	}
	return d
}

// certificateBound reports whether tokens are bound to the client's certificate (RFC 8705 §3).
func (c *Client) certificateBound() bool {
	return c.Profile.TLS.CertificateFile != "" && c.Server.TLSClientCertificateBoundAccessTokens
}

func containsAny(listed, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(listed, w) })
}

func (c *Client) keyIsStrong() bool {
	if c.Auth.Key == nil {
		return true // none is needed, or its absence is reported elsewhere
	}
	_, err := c.Auth.Key.Algorithm(FAPIAlgorithms())
	return err == nil
}

// algorithms returns those that a metadata member lists and the security profile allows. Without one it is the list itself.
func (c *Client) algorithms(listed []string) []string {
	if !c.fapi() {
		return listed
	}
	both := slices.DeleteFunc(FAPIAlgorithms(), func(alg string) bool { return !supports(listed, alg) })
	if len(both) == 0 { // an empty list would mean any
		return FAPIAlgorithms()
	}
	return both
}

// weakLists returns the metadata members in use that list none of FAPIAlgorithms.
func (c *Client) weakLists() (weak []string) {
	s := c.Server
	for _, list := range []struct {
		name   string
		listed []string
		used   bool
	}{
		{"token_endpoint_auth_signing_alg_values_supported", s.TokenEndpointAuthSigningAlgValuesSupported, c.Auth.Method == clientauth.PrivateKeyJWT},
		{"request_object_signing_alg_values_supported", s.RequestObjectSigningAlgValuesSupported, c.Profile.RequestObjectSigningAlg != "" || s.RequireSignedRequestObject},
		{"id_token_signing_alg_values_supported", s.IDTokenSigningAlgValuesSupported, slices.Contains(c.Profile.Scopes, "openid")},
		{"authorization_signing_alg_values_supported", s.AuthorizationSigningAlgValuesSupported, c.signedResponse()},
	} {
		if list.used && len(list.listed) > 0 && !containsAny(list.listed, FAPIAlgorithms()) {
			weak = append(weak, list.name)
		}
	}
	return weak
}
