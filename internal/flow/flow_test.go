package flow

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// rig is a client, a server, and what was seen of the exchange between them.
type rig struct {
	*Client
	server   *testas.Running
	events   []Event
	warnings []string
}

func newRig(t *testing.T, c testas.Config) *rig {
	t.Helper()
	c.AutoApprove = !c.DenyAll
	c.Prefix = "canary-"
	server, err := testas.Start(t.Context(), "", c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	transport := endpoint.NewClient(endpoint.Options{UserAgent: "test"})
	docs := discovery.Client{HTTP: transport}
	metadata, err := docs.Fetch(t.Context(), server.Issuer(), true)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{server: server}
	r.Client = &Client{
		Profile: config.Profile{
			Issuer: server.Issuer(), ClientID: "demo", RedirectURI: config.DefaultRedirectURI, PKCE: true, OpenID: config.OpenID{Nonce: true},
			Scopes: []string{"openid", "profile", "offline_access"},
		},
		Server: metadata, HTTP: transport, Auth: clientauth.Client{ID: "demo", Method: clientauth.None}, Patience: 10 * time.Second, Now: time.Now,
		Keys:    func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, metadata.JWKSURI, fresh) },
		Open:    visit,
		Observe: func(e Event) { r.events = append(r.events, e) },
		Warn:    func(text string) { r.warnings = append(r.warnings, text) },
	}
	return r
}

// visit is a browser: it goes where it is sent, with nobody to ask.
func visit(ctx context.Context, r AuthorizationRequest) {
	go func() {
		if resp, err := http.Get(r.URL.String()); err == nil {
			resp.Body.Close()
		}
	}()
}

// event returns the first event of a type.
func event[T Event](t *testing.T, r *rig) T {
	t.Helper()
	for _, e := range r.events {
		if e, ok := e.(T); ok {
			return e
		}
	}
	t.Fatalf("no %T among %d events", *new(T), len(r.events))
	panic("unreachable")
}

func TestAuthorizationCodeBringsACheckedSet(t *testing.T) {
	r := newRig(t, testas.Config{})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if set.AccessToken.Empty() || set.RefreshToken.Empty() || set.IDToken.Empty() || set.Username != "ada" || set.Subject == "" {
		t.Errorf("%+v", set)
	}
	if left := time.Until(set.Expiry); left < 59*time.Minute || left > time.Hour {
		t.Errorf("lives %s", left)
	}
	if len(r.warnings) != 0 {
		t.Errorf("warnings %q", r.warnings)
	}
}

func TestAuthorizationRequestBearsWhatTheStandardsAsk(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Profile.Resource = []string{"https://api.example/a", "https://api.example/b"}
	r.Profile.Audience = []string{"api"}
	r.Profile.AuthorizationParameters = url.Values{"prompt": {"consent"}}
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := event[AuthorizationRequest](t, r).URL.Query()
	if !strings.HasPrefix(q.Get("redirect_uri"), "http://127.0.0.1:") {
		t.Errorf("redirect_uri = %q", q.Get("redirect_uri"))
	}
	for name, want := range map[string][]string{
		"response_type": {"code"}, "client_id": {"demo"}, "scope": {"openid profile offline_access"},
		"code_challenge_method": {"S256"}, "resource": r.Profile.Resource, "audience": {"api"}, "prompt": {"consent"},
	} {
		if !slices.Equal(q[name], want) {
			t.Errorf("%s = %q, want %q", name, q[name], want)
		}
	}
	// 128 bits are 26 characters of base32; a challenge is 43 of base64url (RFC 7636 §4.2).
	if len(q.Get("state")) < 26 || len(q.Get("nonce")) < 26 || len(q.Get("code_challenge")) != 43 {
		t.Errorf("state %d, nonce %d, challenge %d characters", len(q.Get("state")), len(q.Get("nonce")), len(q.Get("code_challenge")))
	}
	for _, name := range []string{"code_verifier", "client_secret"} {
		if q.Has(name) {
			t.Errorf("%s is in the URL", name)
		}
	}
	form := event[TokenRequest](t, r).Parameters
	if !slices.Equal(form["resource"], r.Profile.Resource) {
		t.Errorf("resource in the token request: %q", form["resource"])
	}
	if got := r.server.Requests(demoas.EndpointToken); got != 1 {
		t.Errorf("the code was redeemed %d times", got)
	}
}

func TestNothingIsUsedTwice(t *testing.T) {
	r := newRig(t, testas.Config{})
	var seen []string
	r.Open = func(ctx context.Context, request AuthorizationRequest) {
		q := request.URL.Query()
		seen = append(seen, q.Get("state"), q.Get("nonce"), q.Get("code_challenge"))
		visit(ctx, request)
	}
	for range 2 {
		if _, err := r.AuthorizationCode(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Sort(seen); len(slices.Compact(seen)) != 6 {
		t.Errorf("something was used twice: %q", seen)
	}
}

func TestPKCEAndNonceCanBeAbsent(t *testing.T) {
	r := newRig(t, testas.Config{Clients: []testas.Client{{ID: "conf", Secret: "canary-s3cret", RedirectURIs: []string{config.DefaultRedirectURI}}}})
	r.Profile.ClientID, r.Profile.PKCE, r.Profile.Scopes = "conf", false, nil
	r.Auth = clientauth.Client{ID: "conf", Method: clientauth.Basic, Secret: token.NewSecret("canary-s3cret")}
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := event[AuthorizationRequest](t, r).URL.Query()
	if q.Has("code_challenge") || q.Has("nonce") || q.Has("scope") || !set.IDToken.Empty() {
		t.Errorf("sent %v", q)
	}
}

func TestDenialEndsTheLogin(t *testing.T) {
	r := newRig(t, testas.Config{DenyAll: true})
	_, err := r.AuthorizationCode(t.Context())
	if !Denied(err) || r.server.Requests(demoas.EndpointToken) != 0 {
		t.Errorf("%v", err)
	}
}

func TestAnswersThatMustNotBeTrustedBringNoToken(t *testing.T) {
	for name, faults := range map[string]testas.Faults{
		"another issuer's answer":  {WrongIss: true},
		"no iss although promised": {OmitIss: true},
		"nonce":                    {WrongNonce: true},
		"audience":                 {WrongAudience: true},
		"issuer":                   {WrongIssuerInIDToken: true},
		"signature":                {BadSignature: true},
		"no signature":             {AlgNone: true},
		"at_hash":                  {WrongAtHash: true},
		"expired":                  {ExpiredIDToken: true},
		"a web page":               {TokenHTML: true},
		"a redirect":               {RedirectTokenTo: "http://127.0.0.1:1/"},
		"no token in it":           {TokenBody: `{"token_type":"Bearer"}`},
		"not JSON":                 {TokenBody: `{"access_token":`},
		"a list":                   {TokenBody: `[]`},
		"another token type":       {TokenBody: `{"access_token":"a","token_type":"mac"}`},
		"an unasked DPoP token":    {TokenBody: `{"access_token":"a","token_type":"DPoP"}`},
		"an ID Token that is none": {TokenBody: `{"access_token":"a","token_type":"Bearer","id_token":{"sub":"x"}}`},
		"a line break":             {TokenBody: `{"access_token":"a\nb","token_type":"Bearer"}`},
		"an escape sequence":       {TokenBody: `{"access_token":"a","refresh_token":"\u001b[2J","token_type":"Bearer"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testas.Config{Faults: faults})
			set, err := r.AuthorizationCode(t.Context())
			if _, ok := errors.AsType[*untrusted.Error](err); !ok || !set.AccessToken.Empty() {
				t.Errorf("%v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "canary-") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestErrorOfAnotherIssuerIsNotTheServersWord(t *testing.T) {
	for name, faults := range map[string]testas.Faults{"another iss": {WrongIss: true}, "none": {OmitIss: true}} {
		r := newRig(t, testas.Config{DenyAll: true, Faults: faults})
		_, err := r.AuthorizationCode(t.Context())
		if _, ok := errors.AsType[*untrusted.Error](err); !ok || Denied(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMembersThatNobodyKnowsAreIgnored(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{
		TokenBody: `{"access_token":"a","token_type":"Bearer","Access_Token":"b","tenant":{"id":[1]},"scope":"orders:read"}`,
	}})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || set.AccessToken.Reveal() != "a" {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestErrorAnswersAreTheServersWordsMadeFit(t *testing.T) {
	for name, faults := range map[string]testas.Faults{
		"echo":        {EchoSecret: true},
		"description": {TokenError: "invalid_request", ErrorDescription: "\x1b[31mline\nbreak"},
		"status":      {TokenStatus: 503},
	} {
		r := newRig(t, testas.Config{Faults: faults})
		_, err := r.AuthorizationCode(t.Context())
		e, ok := errors.AsType[*ServerError](err)
		if !ok || strings.ContainsAny(e.Error(), "\x1b\n") || strings.Contains(e.Error(), "canary-") {
			t.Errorf("%s: %q", name, err)
		}
	}
}

func TestScopeOtherThanAskedIsAWarning(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{NarrowScope: []string{"openid"}}})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || len(r.warnings) != 1 || !slices.Equal(set.Scopes, []string{"openid"}) {
		t.Errorf("%v, warnings %q, scopes %q", err, r.warnings, set.Scopes)
	}
}

func TestMissingIDTokenIsAWarning(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{OmitIDToken: true}})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || len(r.warnings) != 1 || !strings.Contains(r.warnings[0], "no ID Token") || set.Subject != "" {
		t.Errorf("%v, warnings %q", err, r.warnings)
	}
	r.warnings = nil // OpenID Connect Core §12.2: an answer to a refresh "might not contain an id_token"
	if _, err := r.Refresh(t.Context(), set); err != nil || len(r.warnings) != 0 {
		t.Errorf("refresh: %v, warnings %q", err, r.warnings)
	}
}

func TestIDTokenThatCannotBeCheckedIsLeftOut(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Server.Issuer = ""
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || !set.IDToken.Empty() || set.Subject != "" || len(r.warnings) != 1 {
		t.Errorf("%v, warnings %q", err, r.warnings)
	}
}

func TestImpatienceEndsTheWaitAndFreesThePort(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Open = func(context.Context, AuthorizationRequest) {}
	r.Patience = time.Millisecond
	if _, err := r.AuthorizationCode(t.Context()); !errors.Is(err, ErrPatience) {
		t.Error(err)
	}
	if _, err := http.Get(event[AuthorizationRequest](t, r).RedirectURI); err == nil {
		t.Error("the port is still open")
	}
}

func TestCancellationEndsTheWaitWithItsCause(t *testing.T) {
	cause := errors.New("the person pressed Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	r := newRig(t, testas.Config{})
	r.Open = func(context.Context, AuthorizationRequest) { cancel(cause) }
	if _, err := r.AuthorizationCode(ctx); !errors.Is(err, cause) {
		t.Error(err)
	}
}

func TestRefreshCarriesOverWhatTheAnswerLeavesOut(t *testing.T) {
	r := newRig(t, testas.Config{Faults: testas.Faults{NoRefreshRotation: true}})
	old, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.server.SetFaults(testas.Faults{NoRefreshRotation: true, OmitIDToken: true})
	fresh, err := r.Refresh(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if fresh.AccessToken.Equal(old.AccessToken) || !fresh.RefreshToken.Equal(old.RefreshToken) || !fresh.IDToken.Equal(old.IDToken) ||
		fresh.Username != old.Username || !slices.Equal(fresh.Scopes, old.Scopes) {
		t.Errorf("old %+v, fresh %+v", old, fresh)
	}
}

func TestRefreshTakesTheRotatedToken(t *testing.T) {
	r := newRig(t, testas.Config{})
	old, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.events = nil
	fresh, err := r.Refresh(t.Context(), old)
	if err != nil || fresh.RefreshToken.Equal(old.RefreshToken) || fresh.RefreshToken.Empty() {
		t.Fatalf("%v", err)
	}
	// The scope of a refresh is what was granted, where the request names none (RFC 6749 §6).
	form := event[TokenRequest](t, r).Parameters
	if form.Get("grant_type") != "refresh_token" || !form.Has("refresh_token") || form.Has("scope") {
		t.Errorf("sent %q", slices.Sorted(maps.Keys(form)))
	}
	if _, err := r.Refresh(t.Context(), old); !RefreshTokenDead(err) {
		t.Errorf("a spent refresh token: %v", err)
	}
}

func TestUnreachableServerIsTheNetworksFault(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Server.TokenEndpoint = "http://127.0.0.1:1/token"
	_, err := r.Refresh(t.Context(), token.Set{RefreshToken: token.NewSecret("canary-r")})
	if _, ok := errors.AsType[*url.Error](err); !ok || strings.Contains(err.Error(), "canary-") {
		t.Errorf("%v", err)
	}
}

// FuzzTokenResponse feeds the token endpoint's answer whatever a server may send.
func FuzzTokenResponse(f *testing.F) {
	f.Add(200, "application/json", `{"access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"a b"}`)
	f.Add(200, "application/x-www-form-urlencoded", "access_token=a&scope=a,b&token_type=bearer&expires_in=x")
	f.Add(400, "application/json", `{"error":"invalid_grant","error_description":"canary-refresh-token"}`)
	f.Add(200, "text/html", "<html>canary-refresh-token")
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 200 || status > 599 {
			return
		}
		c := Client{Auth: clientauth.Client{ID: "c", Method: clientauth.None}, Now: time.Now}
		c.Server.TokenEndpoint = "https://as.example/token"
		c.HTTP = &http.Client{Transport: canned{status, contentType, body}}
		set, err := c.Refresh(t.Context(), token.Set{RefreshToken: token.NewSecret("canary-refresh-token")})
		switch {
		case err != nil && (strings.Contains(err.Error(), "canary-refresh-token") || strings.ContainsAny(err.Error(), "\n\x1b")):
			t.Fatalf("error %q", err)
		case err == nil && set.AccessToken.Empty():
			t.Fatal("success without a token")
		case err == nil && strings.ContainsAny(set.AccessToken.Reveal(), "\n\r\x00\x1b"):
			t.Fatalf("token %q", set.AccessToken.Reveal())
		}
	})
}
