package flow

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestNormalizeMendsWhatServersAreKnownToSend(t *testing.T) {
	for in, want := range map[string]string{
		`{"expires_in":3600}`:                     `{"expires_in":3600}`,
		`{"expires_in":"3600"}`:                   `{"expires_in":3600}`,
		`{"expires_in":3599.7}`:                   `{"expires_in":3599}`,
		`{"expires_in":3.6e3}`:                    `{"expires_in":3600}`,
		`{"expires_in":600000000000}`:             `{"expires_in":2147483647}`,
		`{"expires_in":0}`:                        `{"expires_in":1}`,
		`{"expires_in":""}`:                       `{}`,
		`{"expires_in":null}`:                     `{}`,
		`{"expires_in":-5}`:                       `{}`,
		`{"expires_in":"NaN"}`:                    `{}`,
		`{"expires_in":{}}`:                       `{}`,
		`{"expires":"5183999"}`:                   `{"expires":"5183999","expires_in":5183999}`,
		`{"expires":1798761600}`:                  `{"expires":1798761600}`,
		`{"expires":"Tue, 01 Dec 2026"}`:          `{"expires":"Tue, 01 Dec 2026"}`,
		`{"expires":60,"expires_in":3600}`:        `{"expires":60,"expires_in":3600}`,
		`{"scope":["a","b"]}`:                     `{"scope":"a b"}`,
		`{"scope":"a b"}`:                         `{"scope":"a b"}`,
		`{"scope":[1]}`:                           `{}`,
		`{"token_type":" Bearer\n"}`:              `{"token_type":"Bearer"}`,
		`{"token_type":["Bearer"]}`:               `{"token_type":["Bearer"]}`,
		`{"id_token":false,"refresh_token":null}`: `{}`,
		`{"id_token":{}}`:                         `{"id_token":{}}`,
		`{"error":false,"error_description":[]}`:  `{}`,
		"\n {\"access_token\":\"x\"}":             `{"access_token":"x"}`,
		`{"Access_Token":"b","access_token":"a"}`: `{"access_token":"a"}`,
		`{"acce\u017fs_token":"b","Tenant":"T"}`:  `{"Tenant":"T"}`,
		"access_token=x&expires_in=5":             `{"access_token":"x","expires_in":5}`,
		"access_token=x&token_type=bearer%20":     `{"access_token":"x","token_type":"bearer"}`,
	} {
		members, err := readMembers([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if got, _ := (&tokenTransport{members: members, profile: new(config.Profile)}).normalize(); string(got) != want {
			t.Errorf("normalize(%s) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{`<html>`, `{"broken`, ``, `[]`, `"x"`, `null`, `a=b`, `access_token=%zz`} {
		if members, err := readMembers([]byte(in)); members != nil || err != nil {
			t.Errorf("%s: %v, %v", in, members, err)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add([]byte(`{"access_token":"x","expires_in":"1e9999","scope":["a"]}`))
	f.Add([]byte(`{"expires_in":` + strings.Repeat("9", 400) + `}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := readMembers(body)
		if err != nil || members == nil {
			return
		}
		got, _ := (&tokenTransport{members: members, profile: new(config.Profile)}).normalize()
		var after map[string]any
		if err := json.Unmarshal(got, &after); err != nil {
			t.Fatalf("an object became %q", got)
		}
		if v, ok := after["expires_in"]; ok {
			if n, ok := v.(float64); !ok || n < 1 || n > maxLifetime {
				t.Fatalf("expires_in %v", v)
			}
		}
	})
}

// answeringWith returns a client whose token endpoint answers so.
func answeringWith(contentType, body string) *rig {
	r, _ := newScripted(config.Profile{Grant: config.GrantClientCredentials}, func() (canned, error) {
		return canned{http.StatusOK, contentType, body}, nil
	})
	return r
}

func TestMemberThatOccursTwiceIsRefused(t *testing.T) {
	for _, body := range []string{
		`{"access_token":"canary-a","access_token":"canary-b"}`,
		`{"access_token":"canary-a","access_token":"canary-b","ACCESS_TOKEN":"canary-c"}`,
		`{"access_token":"canary-a","token_type":"Bearer","token_type":"DPoP"}`,
		`{"access_token":"canary-a","x":1,"x":2}`,
		`access_token=canary-a&access_token=canary-b`,
	} {
		_, err := answeringWith("application/json", body).ClientCredentials(t.Context())
		if _, ok := errors.AsType[*untrusted.Error](err); !ok || !strings.Contains(err.Error(), "a member occurs twice") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAnswerIsReadWhateverItsContentType(t *testing.T) {
	for _, contentType := range []string{"text/html; charset=utf-8", "text/plain", "", "application/x-www-form-urlencoded", "application/json", "text/javascript"} {
		for _, body := range []string{
			`{"access_token":"canary-a","token_type":"bearer ","expires_in":60}`,
			`access_token=canary-a&token_type=bearer&expires=60`,
		} {
			set, err := answeringWith(contentType, body).ClientCredentials(t.Context())
			if err != nil || set.AccessToken.Reveal() != "canary-a" || set.Type() != "Bearer" {
				t.Errorf("%q, %s: %v, %q", contentType, body, err, set.TokenType)
			}
			if life := set.Expiry.Sub(set.Obtained).Round(time.Second); life != time.Minute {
				t.Errorf("%q, %s: lives %v", contentType, body, life)
			}
		}
	}
}

func TestAnswerWithoutATokenIsToldByWhatItHas(t *testing.T) {
	for body, want := range map[string]string{
		`{"ok":true,"authed_user":{"access_token":"canary-a"},"team":{}}`: "no access_token in the token endpoint's answer; it has: authed_user, ok, team",
		`{}`: "no access_token in the token endpoint's answer",
		`{"canary-secret\u001b[2J":1,"a b":2,"` + strings.Repeat("x", 40) + `":3,"data":{}}`: "it has: data",
		`{"access_token":["canary-a"]}`:              "access_token in the token endpoint's answer is not a string",
		`{"access_token":"canary-a","token_type":7}`: "token_type in the token endpoint's answer is not a string",
		`<html>canary-a</html>`:                      "is a web page",
		``:                                           "is empty",
		`canary-a`:                                   "is not a token response",
		`{"access_token":"","token_type":"Bearer"}`:            "no access_token",
		`{"id_token":"canary-a"}`:                              "it has: id_token",
		`{"ok":false,"error":{"message":"the code is wrong"}}`: `the server answered 200 OK: "the code is wrong"`,
		`{"errcode":40029,"errmsg":"invalid code"}`:            `the server answered 200 OK: "invalid code"`,
		`error=invalid_grant&error_description=bad`:            `the server answered invalid_grant: "bad"`,
	} {
		r := answeringWith("application/json", body)
		r.Auth = clientauth.Client{ID: "c", Method: clientauth.Post, Secret: token.NewSecret("canary-secret")}
		_, err := r.ClientCredentials(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

// withKeys makes r trust signingKey.
func withKeys(t *testing.T, r *rig) {
	t.Helper()
	keyed, _ := repeating(t, nil)
	r.Server.Issuer, r.Server.JWKSURI, r.Keys = keyed.Server.Issuer, keyed.Server.JWKSURI, keyed.Keys
}

func TestIDTokenAloneIsAcceptedWhereNoMoreIsWanted(t *testing.T) {
	body := `{"id_token":"` + signed(t, signingKey, person("email", "ada@example.com")) + `","refresh_token":"canary-r"}`
	for _, wanted := range []bool{true, false} {
		r := answeringWith("application/json", body)
		withKeys(t, r)
		r.IDTokenAlone, r.Profile.DPoP = wanted, true
		set, err := r.ClientCredentials(t.Context())
		if (err == nil) != wanted || set.IDToken.Empty() == wanted || !set.AccessToken.Empty() || len(r.warnings) > 0 {
			t.Errorf("wanted %v: %v, %v, %q", wanted, err, set, r.warnings)
		}
		r.Profile.DPoP = false
		set, err = r.Refresh(t.Context(), token.Set{RefreshToken: token.NewSecret("canary-old")})
		if (err == nil) != wanted || wanted && set.RefreshToken.Reveal() != "canary-r" {
			t.Errorf("refresh, wanted %v: %v", wanted, err)
		}
	}
	r := answeringWith("application/json", body) // and nothing to check it with
	r.IDTokenAlone = true
	if _, err := r.ClientCredentials(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be checked") {
		t.Error(err)
	}
}

func TestIDTokenThatNobodyAskedForMayBeAnything(t *testing.T) {
	for _, c := range []struct {
		idToken string
		scopes  []string
		fails   bool
	}{
		{`"opaque"`, nil, false},
		{`false`, nil, false},
		{`{}`, nil, false},
		{`{}`, []string{"openid"}, true},
		{`false`, []string{"openid"}, false}, // there is none, which is told
		{`"opaque"`, []string{"openid"}, true},
		{`"e30.e30.e30"`, []string{"openid"}, true},
		{`"eyJhbGciOiJSUzI1NiJ9.e30.e30"`, nil, true}, // a JWT is a claim about somebody
	} {
		r := answeringWith("application/json", `{"access_token":"canary-a","token_type":"Bearer","id_token":`+c.idToken+`}`)
		withKeys(t, r)
		r.Profile.Scopes = c.scopes
		r.Keys = func(context.Context, bool) ([]byte, error) { return []byte(`{"keys":[]}`), nil }
		set, err := r.ClientCredentials(t.Context())
		if (err != nil) != c.fails || !set.IDToken.Empty() {
			t.Errorf("%+v: %v", c, err)
		}
		if c.idToken == `"opaque"` && !c.fails {
			event[Ignored](t, r)
		}
	}
}

func TestRefusalInAnyFormGivesItsReason(t *testing.T) {
	for _, c := range []struct {
		status            int
		contentType, body string
		want              string
	}{
		{400, "application/json", `{"message":"invalid client secret"}`, `the server answered 400 Bad Request: "invalid client secret"`},
		{400, "application/json", `{"error":{"message":"no canary-secret","code":100}}`, `the server answered 400 Bad Request: "no [redacted]"`},
		{401, "application/json", `{"error":400,"message":"Unauthorized"}`, `the server answered 401 Unauthorized: "Unauthorized"`},
		{401, "application/json", `{"errorCode":"invalid_client","errorSummary":"Invalid\u001b[2J value"}`, `the server answered invalid_client: "Invalid[2J value"`},
		{400, "application/problem+json", `{"title":"Bad","detail":"redirect"}`, `400 Bad Request: "redirect"`},
		{400, "text/plain", "unknown client", `400 Bad Request: "unknown client"`},
		{405, "text/html", "<html>canary-secret</html>", "redeem: the server answered 405 Method Not Allowed"},
		{599, "", "", "the server answered 599"},
	} {
		for name, ask := range map[string]func(*Client) error{
			"token": func(c *Client) error {
				_, err := c.requestToken(t.Context(), "redeem", url.Values{"grant_type": {"x"}}, nil)
				return err
			},
			"other": func(c *Client) error {
				_, err := c.post(t.Context(), "redeem", "x_endpoint", "https://as.example/x", url.Values{}, http.StatusOK)
				return err
			},
		} {
			r, _ := newScripted(config.Profile{}, func() (canned, error) { return canned{c.status, c.contentType, c.body}, nil })
			r.Auth = clientauth.Client{ID: "c", Method: clientauth.Post, Secret: token.NewSecret("canary-secret")}
			err := ask(r.Client)
			e, ok := errors.AsType[*ServerError](err)
			if !ok || e.Status != c.status || e.Endpoint == "" || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %d %s: %v, want %s", name, c.status, c.body, err, c.want)
			}
		}
	}
}

func TestReasonMayStandInTheChallenge(t *testing.T) {
	a := answer{status: 401, header: http.Header{"Www-Authenticate": {`Basic realm="x"`, `Bearer error="invalid_token", error_description="expired canary-at"`}}}
	err := a.refusal("ask", "userinfo_endpoint", []token.Secret{token.NewSecret("canary-at")})
	if err.Error() != `ask: the server answered invalid_token: "expired [redacted]"` {
		t.Error(err)
	}
}

func TestKeyThatIsMissingToCheckTheIDTokenIsNamed(t *testing.T) {
	for issuer, want := range map[string]string{"": "set issuer in the profile", "https://as.example": "set jwks_uri in the profile"} {
		r := answeringWith("application/json", `{"access_token":"canary-a","token_type":"Bearer","id_token":"e30.e30.e30"}`)
		r.Server.Issuer, r.Profile.Scopes = issuer, []string{"openid"}
		if _, err := r.ClientCredentials(t.Context()); err != nil || len(r.warnings) != 1 || !strings.Contains(r.warnings[0], want) {
			t.Errorf("issuer %q: %v, %q", issuer, err, r.warnings)
		}
	}
}
