package flow

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
)

// newFAPI is a client and a server that hold to the FAPI 2.0 Security Profile. The server is not asked.
func newFAPI(t *testing.T) *rig {
	t.Helper()
	f, r := newFront(t)
	r.Profile.SecurityProfile, r.Auth.Method = config.FAPI2, clientauth.PrivateKeyJWT
	s := &r.Server
	s.PushedAuthorizationRequestEndpoint = f.url + "/par"
	s.CodeChallengeMethodsSupported = []string{"S256"}
	s.DPoPSigningAlgValuesSupported = []string{"ES256"}
	s.AuthorizationResponseIssParameterSupported = true
	return r
}

func TestSecurityProfileIsMetAndTurnsOnWhatItNeeds(t *testing.T) {
	r := newFAPI(t)
	r.Server.IDTokenSigningAlgValuesSupported = []string{"RS256", "PS256"}
	r.Server.AuthorizationSigningAlgValuesSupported = []string{"RS256"}
	if err := r.checkSecurityProfile(); err != nil {
		t.Fatal(err)
	}
	if !r.asksForDPoP() || !slices.Equal(r.algorithms(nil), FAPIAlgorithms()) ||
		!slices.Equal(r.verifier().Algorithms, []string{"PS256"}) ||
		!slices.Equal(r.newJARM(t.Context(), "s").verifier.Algorithms, FAPIAlgorithms()) {
		t.Errorf("DPoP %v, metadata %+v, ID Tokens %q", r.asksForDPoP(), r.Server, r.verifier().Algorithms)
	}
	r = newFAPI(t)
	r.Auth.Method, r.Profile.TLS.CertificateFile, r.Server.TLSClientCertificateBoundAccessTokens = clientauth.TLS, "c.pem", true
	if err := r.checkSecurityProfile(); err != nil || r.asksForDPoP() {
		t.Errorf("with a certificate: %v, DPoP %v", err, r.asksForDPoP())
	}
	r = newFAPI(t)
	r.Profile.Grant, r.Server.PushedAuthorizationRequestEndpoint, r.Profile.PKCE = config.GrantClientCredentials, "", false
	if err := r.checkSecurityProfile(); err != nil {
		t.Errorf("a grant without a browser: %v", err)
	}
}

func TestSecurityProfileNamesEveryLack(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Client)
		want   string
		server bool
	}{
		"no issuer":        {func(c *Client) { c.Profile.Issuer = "" }, "the profile has no issuer", false},
		"an own endpoint":  {func(c *Client) { c.Profile.TokenEndpoint = "https://x" }, "endpoints", false},
		"a secret":         {func(c *Client) { c.Auth.Method = clientauth.Basic }, "by client_secret_basic, not by private_key_jwt", false},
		"nothing at all":   {func(c *Client) { c.Auth.Method = clientauth.None }, "by none, not by private_key_jwt", false},
		"another audience": {func(c *Client) { c.Profile.ClientKey.AssertionAudience = "x" }, "client_assertion_audience", false},
		"PKCE off":         {func(c *Client) { c.Profile.PKCE = false }, "turns pkce off", false},
		"PAR off":          {func(c *Client) { c.Profile.WithoutPAR = true }, "require_pushed_authorization_requests", false},
		"RS256 requests":   {func(c *Client) { c.Profile.RequestObjectSigningAlg = "RS256" }, "request_object_signing_alg", false},
		"RS256 ID Tokens":  {func(c *Client) { c.Profile.OpenID.IDTokenSignedResponseAlg = "RS256" }, "id_token_signed_response_alg", false},
		"bearer allowed":   {func(c *Client) { c.Profile.DPoPAllowBearer = true }, "dpop_allow_bearer", false},
		"no certificate":   {func(c *Client) { unbound(c); c.Server.TLSClientCertificateBoundAccessTokens = true }, "no tls_certificate_file", false},
		"no PAR":           {func(c *Client) { c.Server.PushedAuthorizationRequestEndpoint = "" }, "no pushed_authorization_request_endpoint", true},
		"no S256":          {func(c *Client) { c.Server.CodeChallengeMethodsSupported = []string{"plain"} }, "S256", true},
		"PKCE not told":    {func(c *Client) { c.Server.CodeChallengeMethodsSupported = nil }, "S256", true},
		"no iss":           {func(c *Client) { c.Server.AuthorizationResponseIssParameterSupported = false }, "does not promise iss", true},
		"bearer tokens":    {unbound, "binds tokens neither", true},
		"DPoP not there":   {func(c *Client) { unbound(c); c.Profile.DPoP = true }, "dpop_signing_alg_values_supported", true},
		"RS256 assertions": {func(c *Client) { c.Server.TokenEndpointAuthSigningAlgValuesSupported = []string{"RS256"} }, "token_endpoint_auth_signing_alg_values_supported", true},
		"weak ID Tokens": {func(c *Client) {
			c.Profile.Scopes = []string{"openid"}
			c.Server.IDTokenSigningAlgValuesSupported = []string{"RS256"}
		}, "id_token_signing_alg_values_supported", true},
		"weak answers": {func(c *Client) {
			c.Profile.ResponseMode = "jwt"
			c.Server.AuthorizationSigningAlgValuesSupported = []string{"ES512"}
		}, "authorization_signing_alg_values_supported", true},
		"another code": {func(c *Client) { c.Server.ResponseTypesSupported = []string{"code id_token"} }, "response_type code", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFAPI(t)
			c.change(r.Client)
			err := refusedBeforeTheBrowser(t, r, c.want)
			if isUntrusted(err) != c.server || isConfigError(err) == c.server {
				t.Errorf("%T", err)
			}
			if _, ok := errors.AsType[*ServerLacksError](err); ok != c.server {
				t.Errorf("whose lack it is: %v", err)
			}
			if strings.Contains(err.Error(), ";") {
				t.Errorf("more than one lack: %v", err)
			}
		})
	}
}

func unbound(c *Client) { c.Server.DPoPSigningAlgValuesSupported = nil }

func TestSecurityProfileTellsAllLacksAtOnce(t *testing.T) {
	r := newFAPI(t)
	r.Profile.PKCE, r.Auth.Method, r.Server.PushedAuthorizationRequestEndpoint = false, clientauth.None, ""
	err := refusedBeforeTheBrowser(t, r, "by none", "turns pkce off", "the server has no pushed_authorization_request_endpoint")
	if !isConfigError(err) {
		t.Errorf("%T", err)
	}
}

func TestSecurityProfileWantsIssInTheResponse(t *testing.T) {
	r := newFAPI(t)
	if err := r.checkSecurityProfile(); err != nil {
		t.Fatal(err)
	}
	if err := r.checkIssuer(map[string][]string{"code": {"x"}}); err == nil {
		t.Error("a response without iss was taken")
	}
}
