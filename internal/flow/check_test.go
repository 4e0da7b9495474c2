package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// TestCheckSaysWhatTheGrantWould has obstacles of several kinds. The server is nowhere: whatever is sent fails otherwise.
func TestCheckSaysWhatTheGrantWould(t *testing.T) {
	run := map[string]func(*testing.T, *Client) error{
		config.GrantAuthorizationCode: func(t *testing.T, c *Client) error { _, err := c.AuthorizationCode(t.Context()); return err },
		config.GrantDeviceCode:        func(t *testing.T, c *Client) error { _, err := c.DeviceCode(t.Context()); return err },
		config.GrantClientCredentials: func(t *testing.T, c *Client) error { _, err := c.ClientCredentials(t.Context()); return err },
		config.GrantJWTBearer:         func(t *testing.T, c *Client) error { _, err := c.JWTBearer(t.Context(), token.Secret{}); return err },
	}
	for name, c := range map[string]struct {
		grant  string
		change func(*Client)
		want   string
	}{
		"security profile":      {config.GrantAuthorizationCode, func(c *Client) { c.Profile.SecurityProfile = config.FAPI2 }, "fapi2"},
		"prompt":                {config.GrantAuthorizationCode, func(c *Client) { c.Profile.OpenID.Prompt = "bogus" }, "prompt"},
		"prompt of a device":    {config.GrantDeviceCode, func(c *Client) { c.Profile.OpenID.Prompt = "bogus" }, "prompt"},
		"details":               {config.GrantClientCredentials, details("payment", "account"), "authorization_details"},
		"no pushed requests":    {config.GrantAuthorizationCode, func(c *Client) { c.Profile.RequirePAR = true }, "pushed"},
		"no key for a request":  {config.GrantAuthorizationCode, func(c *Client) { c.Server.RequireSignedRequestObject = true }, "client_key_file"},
		"no key for assertions": {config.GrantJWTBearer, func(*Client) {}, "no client_key_file"},
		"no algorithm of DPoP": {config.GrantClientCredentials, func(c *Client) {
			c.Profile.DPoP, c.Server.DPoPSigningAlgValuesSupported = true, []string{"none"}
		}, "DPoP"},
		"token endpoint": {config.GrantClientCredentials, func(c *Client) { c.Server.TokenEndpoint += "?code=1" }, "token_endpoint has"},
		"token endpoint of a login": {
			config.GrantAuthorizationCode, func(c *Client) { c.Server.TokenEndpoint += "?code=1" }, "token_endpoint has",
		},
		"authorization endpoint": {config.GrantAuthorizationCode, func(c *Client) {
			c.Profile.Audience = []string{"a"}
			c.Server.AuthorizationEndpoint += "?audience=b"
		}, "authorization_endpoint has"},
		"device endpoint": {config.GrantDeviceCode, func(c *Client) {
			c.Profile.Audience = []string{"a"}
			c.Server.DeviceAuthorizationEndpoint += "?audience=b"
		}, "device_authorization_endpoint has"},
	} {
		r, s := newScripted(config.Profile{Grant: c.grant, RedirectURI: config.DefaultRedirectURI}, says(500, ""))
		r.Server.AuthorizationEndpoint = "https://as.example/authorize"
		c.change(r.Client)
		found := r.Check()
		if len(found) != 1 || !strings.Contains(found[0].Error(), c.want) {
			t.Errorf("%s: %v", name, found)
			continue
		}
		if err := run[c.grant](t, r.Client); err == nil || err.Error() != found[0].Error() || len(s.forms) > 0 {
			t.Errorf("%s: the grant says %v, and has sent %d requests", name, err, len(s.forms))
		}
	}
}

func details(asked, known string) func(*Client) {
	return func(c *Client) {
		c.Profile.AuthorizationDetails = `[{"type":"` + asked + `"}]`
		c.Server.AuthorizationDetailsTypesSupported = []string{known}
	}
}

func TestCheckLetsPassWhatWorksAndChangesNothing(t *testing.T) {
	r := newFAPI(t)
	r.Profile.Grant = config.GrantAuthorizationCode
	if found := r.Check(); len(found) > 0 || r.Profile.DPoP || len(r.events) > 0 {
		t.Errorf("%v", found)
	}
	r, s := newScripted(config.Profile{Grant: config.GrantJWTBearer}, says(500, ""))
	r.Auth.Key = sure(signing.Generate())
	if found := r.Check(); len(found) > 0 || len(s.forms) > 0 {
		t.Errorf("%v", found)
	}
}

func TestCheckTellsAllAndWarns(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Profile.Grant, r.Profile.ResponseMode = config.GrantAuthorizationCode, "form_post"
	r.Profile.RequirePAR, r.Profile.OpenID.Prompt = true, "bogus"
	r.Server.ResponseModesSupported = nil
	if found := r.Check(); len(found) != 2 || len(r.warnings) != 1 {
		t.Errorf("%v, warnings %q", found, r.warnings)
	}
}

// TestEventsSayWhatWasChecked is about those that a walk through a login repeats as a promise.
func TestEventsSayWhatWasChecked(t *testing.T) {
	r := newRig(t, testas.Config{})
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !event[AuthorizationResponse](t, r).FromIssuer || !event[ValidIDToken](t, r).Nonce || !event[TokenResponse](t, r).ScopeAsAsked {
		t.Errorf("%+v", r.events)
	}
	r = newRig(t, testas.Config{Faults: testas.Faults{WrongIss: true}})
	if _, err := r.AuthorizationCode(t.Context()); err == nil || event[AuthorizationResponse](t, r).FromIssuer {
		t.Errorf("%v", err)
	}
	r = newRig(t, testas.Config{Faults: testas.Faults{NarrowScope: []string{"openid"}}})
	if _, err := r.AuthorizationCode(t.Context()); err != nil || event[TokenResponse](t, r).ScopeAsAsked {
		t.Errorf("%v", err)
	}
	r = newRig(t, testas.Config{})
	r.Server.Issuer = "" // nobody to compare with
	if _, err := r.AuthorizationCode(t.Context()); err != nil || event[AuthorizationResponse](t, r).FromIssuer {
		t.Errorf("%v", err)
	}
}

func TestIDTokenThatTheClientSecretProvesIsSaidToBe(t *testing.T) {
	secret := strings.Repeat("s", 32)
	signer := sure(jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(secret)}, nil))
	now := time.Now().Unix()
	claims := fmt.Sprintf(`{"iss":"https://as.example","sub":"ada","aud":"c","iat":%d,"exp":%d}`, now, now+60)
	idToken := sure(sure(signer.Sign([]byte(claims))).CompactSerialize())
	r, _ := newScripted(config.Profile{}, says(200, `{"access_token":"canary-a","token_type":"Bearer","id_token":"`+idToken+`"}`))
	r.Server.Issuer, r.Auth.Secret = "https://as.example", token.NewSecret(secret)
	r.Profile.OpenID.IDTokenSignedResponseAlg = "HS256"
	if _, err := r.ClientCredentials(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := event[ValidIDToken](t, r); !got.Symmetric || got.Nonce {
		t.Errorf("%+v", got)
	}
}
