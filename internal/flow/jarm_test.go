package flow

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
)

func TestSignedResponseIsTaken(t *testing.T) {
	for _, mode := range []string{"jwt", "query.jwt"} {
		f, r := newFront(t)
		r.Profile.ResponseMode = mode
		r.Server.ResponseModesSupported = []string{"query", "query.jwt"}
		r.Server.AuthorizationResponseIssParameterSupported = true // the JWT's iss is that
		f.jarm(f.key, nil)
		if _, err := r.AuthorizationCode(t.Context()); err != nil {
			t.Fatal(err)
		}
		if f.asked["response_mode"] != mode || event[TokenRequest](t, r).Parameters.Get("code") != "canary-code" || len(r.warnings) != 0 {
			t.Errorf("asked %v, warnings %q", f.asked["response_mode"], r.warnings)
		}
	}
}

func TestSignedDenialEndsTheLogin(t *testing.T) {
	f, r := newFront(t)
	r.Profile.ResponseMode = "jwt"
	f.jarm(f.key, map[string]any{"code": "", "error": "access_denied"})
	if _, err := r.AuthorizationCode(t.Context()); !Denied(err) {
		t.Errorf("%v", err)
	}
}

func TestSignedResponseForSomebodyElseEndsTheLogin(t *testing.T) {
	for name, c := range map[string]struct {
		changes map[string]any
		want    string
	}{
		"a foreign audience":  {map[string]any{"aud": "other"}, "not for this client"},
		"a second audience":   {map[string]any{"aud": []string{"cli", "other"}}, "not for this client"},
		"no audience":         {map[string]any{"aud": nil}, "not for this client"},
		"another issuer":      {map[string]any{"iss": "https://evil.example"}, "its issuer is"},
		"no issuer":           {map[string]any{"iss": nil}, "its issuer is"},
		"expired":             {map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, "expired"},
		"no expiry":           {map[string]any{"exp": nil}, "lacks exp"},
		"of the future":       {map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}, "becomes valid"},
		"a code of a number":  {map[string]any{"code": 1}, "code is not a string"},
		"an escaping issuer":  {map[string]any{"iss": "\x1b[2J"}, "its issuer is"},
		"an audience of text": {map[string]any{"aud": 1}, "aud is not"},
	} {
		t.Run(name, func(t *testing.T) {
			f, r := newFront(t)
			r.Profile.ResponseMode = "jwt"
			f.jarm(f.key, c.changes)
			_, err := r.AuthorizationCode(t.Context())
			if !isUntrusted(err) || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%v", err)
			}
			for _, e := range r.events {
				if _, sent := e.(TokenRequest); sent {
					t.Error("the code was redeemed")
				}
			}
		})
	}
}

// bring has the browser bring each query to the redirect URI, one after the other, and calls f for the status of each.
func bring(t *testing.T, r *rig, f *front, queries []func() url.Values) {
	r.Open = func(ctx context.Context, request AuthorizationRequest) {
		go func() {
			f.asked = map[string]any{"state": request.URL.Query().Get("state")}
			for i, q := range queries {
				resp, err := http.Get(request.RedirectURI + "?" + q().Encode())
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if last := i == len(queries)-1; last != (resp.StatusCode == http.StatusOK) {
					t.Errorf("answer %d: status %d", i, resp.StatusCode)
				}
			}
		}()
	}
}

func TestResponseThatTheIssuerHasNotSignedDoesNotEndTheLogin(t *testing.T) {
	f, r := newFront(t)
	r.Profile.ResponseMode = "jwt"
	fetched := 0
	keys := r.Keys
	r.Keys = func(ctx context.Context, fresh bool) ([]byte, error) { fetched++; return keys(ctx, fresh) }
	claims := func(state string) map[string]any {
		return map[string]any{"iss": f.url, "aud": "cli", "exp": time.Now().Add(time.Minute).Unix(), "code": "canary-code", "state": state}
	}
	signed := func(key *signing.Key, state func() string) func() url.Values {
		return func() url.Values {
			return url.Values{"response": {sure(key.Sign("ES256", signing.Header{}, claims(state())))}}
		}
	}
	bring(t, r, f, []func() url.Values{
		signed(f.key, func() string { return "another" }),
		signed(sure(signing.Generate()), func() string { return "another" }),
		func() url.Values { return url.Values{"response": {"x"}} },
		func() url.Values {
			if fetched != 0 {
				t.Error("keys were fetched for a stranger")
			}
			return url.Values{"code": {"c"}, "state": {f.state()}}
		},
		func() url.Values { return url.Values{"error": {"access_denied"}, "state": {f.state()}} },
		signed(sure(signing.Generate()), f.state),
		func() url.Values {
			text := func(v any) string { return base64.RawURLEncoding.EncodeToString(sure(json.Marshal(v))) }
			return url.Values{"response": {text(map[string]string{"alg": "none"}) + "." + text(claims(f.state())) + "."}}
		},
		func() url.Values { return url.Values{"response": {"a.b.c.d.e"}} },
		signed(f.key, f.state),
	})
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.warnings) != 3 || !strings.HasSuffix(r.warnings[1], "the login continues: it has the state of another login") ||
		!strings.Contains(r.warnings[2], "not signed, although response_mode jwt asked for that") {
		t.Errorf("warnings %q", r.warnings)
	}
}

func TestLoginThatBroughtNothingSignedSaysSo(t *testing.T) {
	f, r := newFront(t)
	r.Profile.ResponseMode, r.Patience = "jwt", 2*time.Second
	f.jarm(sure(signing.Generate()), nil)
	_, err := r.AuthorizationCode(t.Context())
	if !isUntrusted(err) || errors.Is(err, ErrPatience) || !strings.Contains(err.Error(), "the signature is not by the issuer's key") {
		t.Errorf("%v", err)
	}
}

func TestKeysThatCannotBeHadEndTheLogin(t *testing.T) {
	f, r := newFront(t)
	r.Profile.ResponseMode = "jwt"
	down := errors.New("down")
	r.Keys = func(context.Context, bool) ([]byte, error) { return nil, down }
	f.jarm(f.key, nil)
	if _, err := r.AuthorizationCode(t.Context()); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
}

func TestResponseModeThatCannotBeIsRefusedBeforeTheBrowserOpens(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Client)
		want   string
	}{
		"not listed":             {func(c *Client) { c.Server.ResponseModesSupported = []string{"query", "jwt"} }, `does not support "form_post.jwt"`},
		"nobody's keys":          {func(c *Client) { c.Server.JWKSURI = "" }, "the response could not be verified"},
		"no issuer":              {func(c *Client) { c.Server.Issuer = "" }, "the response could not be verified"},
		"signed with the secret": {func(c *Client) { c.Server.AuthorizationSigningAlgValuesSupported = []string{"HS256", "none"} }, "authorization_signing_alg_values_supported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := newFront(t)
			r.Profile.ResponseMode = "form_post.jwt"
			c.change(r.Client)
			refusedBeforeTheBrowser(t, r, c.want)
		})
	}
}

func TestPostedResponseIsTaken(t *testing.T) {
	for _, mode := range []string{"form_post", "form_post.jwt"} {
		f, r := newFront(t)
		r.Profile.ResponseMode = mode
		r.Open = func(ctx context.Context, request AuthorizationRequest) {
			q := request.URL.Query()
			f.asked = map[string]any{"state": q.Get("state")}
			form := url.Values{"code": {"canary-code"}, "state": {f.state()}}
			if mode != "form_post" {
				claims := map[string]any{"iss": f.url, "aud": "cli", "exp": time.Now().Add(time.Minute).Unix(), "code": "canary-code", "state": f.state()}
				form = url.Values{"response": {sure(f.key.Sign("ES256", signing.Header{}, claims))}}
			}
			go func() {
				if resp, err := http.PostForm(request.RedirectURI, form); err == nil {
					resp.Body.Close()
				}
			}()
		}
		if _, err := r.AuthorizationCode(t.Context()); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		if got := event[AuthorizationRequest](t, r).URL.Query().Get("response_mode"); got != mode {
			t.Errorf("response_mode %q", got)
		}
	}
}
