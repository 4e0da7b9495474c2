package flow

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// asking is a profile that asks for everything.
func asking(grant string) config.Profile {
	return config.Profile{
		Grant: grant, Scopes: []string{"a", "b"}, Resource: []string{"https://api.example/"}, Audience: []string{"api", "other"},
		AuthorizationDetails: `[{"type":"x"}]`, TokenParameters: url.Values{"tenant": {"t"}},
	}
}

// asked is what asking has every grant send.
func asked(more url.Values) url.Values {
	form := url.Values{
		"client_id": {"c"}, "scope": {"a b"}, "resource": {"https://api.example/"}, "audience": {"api", "other"},
		"authorization_details": {`[{"type":"x"}]`}, "tenant": {"t"},
	}
	for name, values := range more {
		form[name] = values
	}
	return form
}

func TestClientCredentialsBringATokenForTheClient(t *testing.T) {
	r, s := newScripted(asking(config.GrantClientCredentials), says(200, `{"access_token":"canary-a","token_type":"bearer","expires_in":60}`))
	r.Auth.Method, r.Auth.Secret = clientauth.Basic, token.NewSecret("canary-s")
	set, err := r.ClientCredentials(t.Context())
	if err != nil || set.AccessToken.Reveal() != "canary-a" || !set.RefreshToken.Empty() {
		t.Fatalf("%v", err)
	}
	form := asked(url.Values{"grant_type": {"client_credentials"}})
	form.Del("client_id") // is in the header
	wantForm(t, s.forms[0], form)
	if id, secret, ok := (&http.Request{Header: s.headers[0]}).BasicAuth(); !ok || id != "c" || secret != "canary-s" {
		t.Error("the client did not authenticate")
	}
}

func TestGrantsWithoutAPersonMissNoIDToken(t *testing.T) {
	p := asking(config.GrantClientCredentials)
	p.Scopes, p.AuthorizationDetails = []string{"openid"}, ""
	r, _ := newScripted(p, says(200, tokenAnswer))
	r.Server.Issuer = "https://as.example"
	if _, err := r.ClientCredentials(t.Context()); err != nil || len(r.warnings) != 0 {
		t.Errorf("%v, warnings %q", err, r.warnings)
	}
}

func TestGrantsHoldToTheSecurityProfile(t *testing.T) {
	for name, run := range map[string]func(*rig, context.Context) (token.Set, error){
		"device":             func(r *rig, ctx context.Context) (token.Set, error) { return r.DeviceCode(ctx) },
		"client credentials": func(r *rig, ctx context.Context) (token.Set, error) { return r.ClientCredentials(ctx) },
		"assertion": func(r *rig, ctx context.Context) (token.Set, error) {
			return r.JWTBearer(ctx, token.NewSecret("canary-j.e30.x"))
		},
		"exchange": func(r *rig, ctx context.Context) (token.Set, error) {
			return r.TokenExchange(ctx, token.NewSecret("canary-t"), token.Secret{})
		},
	} {
		r, s := newScripted(config.Profile{SecurityProfile: config.FAPI2}, says(200, tokenAnswer))
		_, err := run(r, t.Context())
		if e, ok := errors.AsType[*config.Error](err); !ok || e.Key != "security_profile" || len(s.forms) != 0 {
			t.Errorf("%s: %v, %d requests", name, err, len(s.forms))
		}
		r, s = newScripted(config.Profile{AuthorizationDetails: `[{"type":"x"}]`}, says(200, tokenAnswer))
		r.Server.AuthorizationDetailsTypesSupported = []string{"y"}
		if _, err := run(r, t.Context()); err == nil || len(s.forms) != 0 {
			t.Errorf("%s: authorization details of a type that the server does not have: %v", name, err)
		}
	}
}

func TestErrorsNameTheirGrantAndNotWhatWasPresented(t *testing.T) {
	echoed := map[string]string{config.GrantJWTBearer: "canary-j.e30.x", config.GrantTokenExchange: "canary-t"}
	for want, run := range map[string]func(*rig, context.Context) (token.Set, error){
		config.GrantClientCredentials: func(r *rig, ctx context.Context) (token.Set, error) { return r.ClientCredentials(ctx) },
		config.GrantJWTBearer: func(r *rig, ctx context.Context) (token.Set, error) {
			return r.JWTBearer(ctx, token.NewSecret("canary-j.e30.x"))
		},
		config.GrantTokenExchange: func(r *rig, ctx context.Context) (token.Set, error) {
			return r.TokenExchange(ctx, token.NewSecret("canary-t"), token.Secret{})
		},
	} {
		r, _ := newScripted(config.Profile{Grant: want}, says(400, `{"error":"unauthorized_client","error_description":"`+echoed[want]+`"}`))
		_, err := run(r, t.Context())
		if e, ok := errors.AsType[*ServerError](err); !ok || e.Grant != want || strings.Contains(err.Error(), "canary-") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestAssertionIsPresentedAsItIs(t *testing.T) {
	r, s := newScripted(asking(config.GrantJWTBearer), says(200, tokenAnswer))
	if _, err := r.JWTBearer(t.Context(), token.NewSecret("canary-j.e30.x")); err != nil {
		t.Fatal(err)
	}
	wantForm(t, s.forms[0], asked(url.Values{"grant_type": {config.GrantType(config.GrantJWTBearer)}, "assertion": {"canary-j.e30.x"}}))
	for _, other := range []string{"canary\tj", "canary-j", "canary.a b.c", "a.canary.b\n.c", "canary.a.b.c", "a..canary..b.c.d"} {
		_, err := r.JWTBearer(t.Context(), token.NewSecret(other))
		if _, ok := errors.AsType[*config.Error](err); !ok || len(s.forms) != 1 || strings.Contains(err.Error(), "canary") {
			t.Errorf("an assertion that is no JWT: %v", err)
		}
	}
}

func TestAssertionIsSignedByTheClientsKey(t *testing.T) {
	noon := time.Unix(1800000000, 0)
	for name, c := range map[string]struct {
		change   func(*Client)
		sub, aud string
	}{
		"as it stands": {func(*Client) {}, "c", "https://as.example"},
		"for somebody, at some other address": {func(c *Client) {
			c.Profile.Assertion = config.Assertion{Subject: "ada", Audience: "https://x.example/t"}
		}, "ada", "https://x.example/t"},
		"without an issuer": {func(c *Client) { c.Server.Issuer = "" }, "c", "https://as.example/token"},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := newScripted(config.Profile{}, says(200, tokenAnswer))
			r.Auth.Key, r.Server.Issuer, r.Now = ecKey(t), "https://as.example", func() time.Time { return noon }
			c.change(r.Client)
			for range 2 {
				if _, err := r.JWTBearer(t.Context(), token.Secret{}); err != nil {
					t.Fatal(err)
				}
			}
			first, second := claims(t, r.Auth.Key, s.forms[0]), claims(t, r.Auth.Key, s.forms[1])
			if first.ID == second.ID || len(first.ID) < 26 {
				t.Errorf("jti %q, then %q", first.ID, second.ID)
			}
			first.ID = ""
			want := jwt.Claims{
				Issuer: "c", Subject: c.sub, Audience: jwt.Audience{c.aud},
				IssuedAt: jwt.NewNumericDate(noon), Expiry: jwt.NewNumericDate(noon.Add(2 * time.Minute)),
			}
			if diff := cmp.Diff(want, first); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAssertionWithoutAKeyIsNotSent(t *testing.T) {
	r, s := newScripted(config.Profile{}, says(200, tokenAnswer))
	if _, err := r.JWTBearer(t.Context(), token.Secret{}); err == nil || len(s.forms) != 0 {
		t.Error(err)
	}
}

const exchanged = `{"access_token":"canary-a","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer"}`

func TestExchangeSaysWhatIsGivenAndWhatIsWanted(t *testing.T) {
	p := asking(config.GrantTokenExchange)
	r, s := newScripted(p, says(200, exchanged))
	if _, err := r.TokenExchange(t.Context(), token.NewSecret("canary-t"), token.Secret{}); err != nil {
		t.Fatal(err)
	}
	const urn = "urn:ietf:params:oauth:token-type:"
	form := asked(url.Values{"grant_type": {config.GrantType(config.GrantTokenExchange)}, "subject_token": {"canary-t"}, "subject_token_type": {urn + "access_token"}})
	wantForm(t, s.forms[0], form)

	r.Profile.Exchange = config.Exchange{SubjectType: "id_token", ActorType: "urn:example:badge", RequestedType: "access_token"}
	if _, err := r.TokenExchange(t.Context(), token.NewSecret("canary-t"), token.NewSecret("canary-b")); err != nil {
		t.Fatal(err)
	}
	form.Set("subject_token_type", urn+"id_token")
	form.Set("actor_token", "canary-b")
	form.Set("actor_token_type", "urn:example:badge")
	form.Set("requested_token_type", urn+"access_token")
	wantForm(t, s.forms[1], form)
}

func TestExchangedTokenIsOfTheTypeAskedFor(t *testing.T) {
	const urn = "urn:ietf:params:oauth:token-type:"
	for name, c := range map[string]struct{ requested, answer, want string }{
		"no type":                         {"jwt", `"token_type":"Bearer"`, ""},
		"no type, and nothing to tell it": {"", `"expires_in":60`, ""},
		"no type, asked for by name":      {"refresh_token", `"token_type":"Bearer"`, ""},
		"no type, of no use":              {"", `"token_type":"N_A"`, ""},
		"no type, and usable":             {"", `"token_type":"bearer"`, "Bearer"},
		"no type, and wanted so":          {"access_token", `"token_type":"Bearer"`, "Bearer"},
		"another type":                    {"jwt", `"token_type":"Bearer","issued_token_type":"` + urn + `access_token"`, ""},
		"a type of nobody":                {"", `"token_type":"Bearer","issued_token_type":1`, ""},
		"an access token of no use":       {"", `"token_type":"N_A","issued_token_type":"` + urn + `access_token"`, ""},
		"no token type that is known":     {"", `"token_type":"mac","issued_token_type":"` + urn + `access_token"`, ""},
		"the server's choice":             {"", `"token_type":"Bearer","issued_token_type":"` + urn + `jwt"`, "Bearer"},
		"as asked":                        {"jwt", `"token_type":"Bearer","issued_token_type":"` + urn + `jwt"`, "Bearer"},
		"what is no access token":         {"id_token", `"token_type":"N_A","issued_token_type":"` + urn + `id_token"`, token.NotApplicable},
		"what is no access token, in n_a": {"saml2", `"token_type":"n_a","issued_token_type":"` + urn + `saml2"`, token.NotApplicable},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newScripted(config.Profile{Grant: config.GrantTokenExchange, Exchange: config.Exchange{RequestedType: c.requested}}, says(200, `{"access_token":"canary-a",`+c.answer+`}`))
			set, err := r.TokenExchange(t.Context(), token.NewSecret("canary-t"), token.Secret{})
			if c.want != "" {
				if err != nil || set.Type() != c.want {
					t.Errorf("%v, type %q", err, set.Type())
				}
				if told := len(r.warnings) > 0; told != strings.HasPrefix(name, "no type") {
					t.Errorf("warned of %q", r.warnings)
				}
				return
			}
			if _, ok := errors.AsType[*untrusted.Error](err); !ok || strings.Contains(err.Error(), "canary-") {
				t.Errorf("%v", err)
			}
		})
	}
	r, _ := newScripted(config.Profile{}, says(200, `{"access_token":"a","token_type":"N_A","issued_token_type":"`+urn+`jwt"}`))
	if _, err := r.ClientCredentials(t.Context()); err == nil {
		t.Error("N_A is taken from a grant that has no such thing")
	}
}

func ecKey(t *testing.T) *signing.Key {
	t.Helper()
	return parseKey(t, func() (any, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
}

func parseKey(t *testing.T, generate func() (any, error)) *signing.Key {
	t.Helper()
	private, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.Parse(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// claims verifies the assertion of a request and returns its claims.
func claims(t *testing.T, key *signing.Key, form url.Values) jwt.Claims {
	t.Helper()
	parsed, err := jwt.ParseSigned(form.Get("assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	var c jwt.Claims
	if err := parsed.Claims(key.Public(), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGrantsBindTheirTokensToAKey(t *testing.T) {
	r, s := newScripted(config.Profile{Grant: config.GrantClientCredentials, DPoP: true}, says(200, `{"access_token":"canary-a","token_type":"DPoP"}`))
	set, err := r.ClientCredentials(t.Context())
	if err != nil || set.DPoPKey.Empty() || set.Type() != "DPoP" || s.headers[0].Get("DPoP") == "" {
		t.Errorf("%v, type %q, proof %q", err, set.Type(), s.headers[0].Get("DPoP"))
	}
	// What an exchange brings in place of an access token is bound to nothing.
	r, _ = newScripted(config.Profile{Grant: config.GrantTokenExchange, DPoP: true},
		says(200, `{"access_token":"canary-a","token_type":"N_A","issued_token_type":"urn:ietf:params:oauth:token-type:id_token"}`))
	if set, err := r.TokenExchange(t.Context(), token.NewSecret("canary-t"), token.Secret{}); err != nil || set.Type() != token.NotApplicable || len(r.warnings) != 0 {
		t.Errorf("%v, type %q, warnings %q", err, set.Type(), r.warnings)
	}
}

func TestLifetimeOfCenturiesIsWarnedOf(t *testing.T) {
	for lifetime, want := range map[string]bool{"3600": false, "315360000": false, "600000000000": true, `"9999999999"`: true} {
		r := newRig(t, testas.Config{Faults: testas.Faults{TokenBody: `{"access_token":"canary-a","token_type":"Bearer","expires_in":` + lifetime + `}`}})
		r.Profile.Scopes = nil
		if _, err := r.AuthorizationCode(t.Context()); err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(r.warnings, func(w string) bool { return strings.Contains(w, "valid for over 68 years") })
		if told != want {
			t.Errorf("%s: %q", lifetime, r.warnings)
		}
	}
}
