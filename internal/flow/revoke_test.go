package flow

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestRevokedTokensAreGoodForNothing(t *testing.T) {
	r := newRig(t, testas.Config{})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Refresh(t.Context(), set); !RefreshTokenDead(err) {
		t.Errorf("the refresh token lives: %v", err)
	}
	req, _ := http.NewRequest(http.MethodGet, r.server.APIURL(), nil)
	req.Header.Set("Authorization", "Bearer "+set.AccessToken.Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the API answered %s", resp.Status)
	}
}

func TestRevocationIsAuthenticatedLikeATokenRequest(t *testing.T) {
	const secret = "canary-%+& :/s"
	for _, method := range []clientauth.Method{clientauth.Basic, clientauth.Post} {
		r := newRig(t, testas.Config{Clients: []testas.Client{{
			ID: "conf", Secret: secret, RedirectURIs: []string{config.DefaultRedirectURI}, AuthMethod: string(method),
		}}})
		r.Profile.ClientID = "conf"
		r.Auth = clientauth.Client{ID: "conf", Method: method, Secret: token.NewSecret(secret)}
		set, err := r.AuthorizationCode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Revoke(t.Context(), set); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		if _, err := r.Refresh(t.Context(), set); !RefreshTokenDead(err) {
			t.Errorf("%s: the refresh token lives: %v", method, err)
		}
	}
}

func TestSecretIsSentAsTheEndpointListsIt(t *testing.T) {
	basic, post := []string{"client_secret_basic"}, []string{"client_secret_post", "private_key_jwt"}
	for name, c := range map[string]struct {
		method clientauth.Method
		listed []string
		want   clientauth.Method
	}{
		"as at the token endpoint":     {clientauth.Basic, basic, clientauth.Basic},
		"nothing is listed":            {clientauth.Post, nil, clientauth.Post},
		"the other way":                {clientauth.Post, basic, clientauth.Basic},
		"and the other way round":      {clientauth.Basic, post, clientauth.Post},
		"neither is listed":            {clientauth.Basic, []string{"private_key_jwt"}, clientauth.Basic},
		"a client without a secret":    {clientauth.None, basic, clientauth.None},
		"a key is not sent in the way": {clientauth.PrivateKeyJWT, basic, clientauth.PrivateKeyJWT},
	} {
		client := Client{Auth: clientauth.Client{Method: c.method}}
		client.Server.RevocationEndpointAuthMethodsSupported = c.listed
		client.Server.IntrospectionEndpointAuthMethodsSupported = c.listed
		for _, endpoint := range []string{"revocation_endpoint", "introspection_endpoint"} {
			if got := client.AuthAt(endpoint).Method; got != c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := client.AuthAt("device_authorization_endpoint").Method; got != c.method {
			t.Errorf("%s: elsewhere %s", name, got)
		}
	}
}

func TestFailedRevocationNamesTheReasonAndNoToken(t *testing.T) {
	set := token.Set{AccessToken: token.NewSecret("canary-a")}
	r := newRig(t, testas.Config{Faults: testas.Faults{RevokeStatus: 503}})
	err := r.Revoke(t.Context(), token.Set{AccessToken: set.AccessToken, RefreshToken: token.NewSecret("canary-r")})
	if e, ok := errors.AsType[*ServerError](err); !ok || e.Status != 503 || strings.Contains(err.Error(), "canary-") {
		t.Errorf("%v", err)
	}
	if got := r.server.Requests(demoas.EndpointRevoke); got != 2 {
		t.Errorf("%d requests: one that fails must not keep the other from being sent", got)
	}
	r.HTTP = &http.Client{Transport: canned{400, "application/json", `{"error":"unsupported_token_type","error_description":"canary-a?"}`}}
	if err := r.Revoke(t.Context(), set); err == nil || strings.Contains(err.Error(), "canary-") || !strings.Contains(err.Error(), "unsupported_token_type") {
		t.Errorf("%v", err)
	}
	r.Server.RevocationEndpoint = ""
	if err := r.Revoke(t.Context(), set); !errors.Is(err, ErrNoRevocation) {
		t.Errorf("%v", err)
	}
}

func TestRevocationIsToldAsItWas(t *testing.T) {
	both := token.Set{AccessToken: token.NewSecret("canary-a"), RefreshToken: token.NewSecret("canary-r")}
	for name, c := range map[string]struct {
		set     token.Set
		answers []func() (canned, error)
		want    string
	}{
		"204":                        {both, []func() (canned, error){says(204, "")}, ""},
		"202":                        {both, []func() (canned, error){says(202, "{}")}, ""},
		"no access token":            {token.Set{RefreshToken: both.RefreshToken}, []func() (canned, error){says(200, ""), says(500, "")}, ""},
		"the access token is dead":   {both, []func() (canned, error){says(200, ""), says(400, `{"error":"invalid_token"}`)}, "*flow.AccessTokenError: revoke access token: the server answered invalid_token"},
		"the access token alone":     {token.Set{AccessToken: both.AccessToken}, []func() (canned, error){says(400, `{"error":"invalid_token"}`)}, "*flow.ServerError: revoke access token: the server answered invalid_token"},
		"the refresh token is alive": {both, []func() (canned, error){says(400, `{"error":"invalid_client"}`), says(200, "")}, "*flow.ServerError: revoke refresh token: the server answered invalid_client"},
		"both are alive":             {both, []func() (canned, error){says(503, "")}, "*fmt.wrapErrors: revoke refresh token: the server answered 503 Service Unavailable; revoke access token: the server answered 503 Service Unavailable"},
		"a redirect":                 {both, []func() (canned, error){says(302, "")}, "*fmt.wrapErrors: revoke refresh token: the server answered 302 Found; revoke access token: the server answered 302 Found"},
	} {
		r, _ := newScripted(config.Profile{}, c.answers...)
		r.Server.RevocationEndpoint = "https://as.example/revoke"
		got := ""
		if err := r.Revoke(t.Context(), c.set); err != nil {
			got = fmt.Sprintf("%T: %v", err, err)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestUserinfoTellsWhomTheTokenIsFor(t *testing.T) {
	r := newRig(t, testas.Config{})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	subject := set.Subject
	set.Subject, set.Username = "", ""
	if set, err = r.Userinfo(t.Context(), set); err != nil || set.Subject != subject || set.Username != "ada" {
		t.Errorf("%v, %q %q", err, set.Subject, set.Username)
	}
}

func TestUserinfoAboutSomebodyElseIsNotBelieved(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{WrongUserinfoSubject: true}})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Userinfo(t.Context(), set); err == nil {
		t.Error("somebody else's claims were taken")
	}
	for _, body := range []string{"", "[]", `{"sub":""}`, `{"sub":1}`, "<html>"} {
		r.HTTP = &http.Client{Transport: canned{200, "application/json", body}}
		if _, err := r.Userinfo(t.Context(), token.Set{AccessToken: token.NewSecret("a")}); !isUntrusted(err) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func isUntrusted(err error) bool {
	_, ok := errors.AsType[*untrusted.Error](err)
	return ok
}
