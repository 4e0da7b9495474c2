package idtoken

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// response is the payload of a good authorization response, with changes; a change to nil takes the claim away.
func response(changes map[string]any) []byte {
	c := map[string]any{"iss": issuerURL, "aud": clientID, "exp": now.Add(time.Minute).Unix(), "code": "canary-code", "state": "canary-state"}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return must(json.Marshal(c))
}

func TestVerifyResponseReturnsTheParametersOfAResponseAndNoOthers(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"error_uri": "u", "session_state": "x", "response": "y"}))
	got, err := verifier(t, rsaSet()).VerifyResponse(t.Context(), raw)
	if err != nil || got.Encode() != "code=canary-code&error_uri=u&iss=https%3A%2F%2Fas.example&state=canary-state" {
		t.Errorf("%v, %v", got, err)
	}
	for _, changes := range []map[string]any{
		{"exp": now.Add(-DefaultLeeway + time.Second).Unix()},
		{"nbf": now.Add(DefaultLeeway).Unix()},
		{"aud": []string{clientID}},
		{"code": nil, "error": "access_denied"},
		{"iat": "whenever"},
	} {
		raw := sign(jose.RS256, rsaKey(), "", response(changes))
		if _, err := verifier(t, rsaSet()).VerifyResponse(t.Context(), raw); err != nil {
			t.Errorf("%v: %v", changes, err)
		}
	}
}

func TestVerifyResponseTellsWhatTheIssuerSignedFromWhatAnybodyMayHave(t *testing.T) {
	good := response(nil)
	for name, c := range map[string]struct {
		raw    token.Secret
		want   string
		forged bool
	}{
		"another key":           {sign(jose.RS256, otherRSAKey(), "k1", good), "not by the issuer's key", true},
		"an unknown key":        {sign(jose.RS256, rsaKey(), "k2", good), `no key "k2"`, true},
		"no signature":          {token.NewSecret("eyJhbGciOiJub25lIn0.e30."), "not with", true},
		"the client secret":     {sign(jose.HS256, make([]byte, 32), "", good), "not with", true},
		"a public key as such":  {sign(jose.HS256, must(json.Marshal(rsaKey().Public())), "k1", good), "not with", true},
		"no JWT":                {token.NewSecret("x"), "not a signed JWT", true},
		"encrypted":             {token.NewSecret("a.b.c.d.e"), "encrypted", true},
		"signed for another":    {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"aud": "other"})), "not for this client", false},
		"signed for two":        {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"aud": []string{clientID, "x"}})), "not for this client", false},
		"another issuer's name": {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"iss": issuerURL + "/"})), "its issuer is", false},
		"expired":               {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"exp": now.Add(-DefaultLeeway).Unix()})), "expired 1m0s ago", false},
		"no expiry":             {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"exp": nil})), "lacks exp", false},
		"of the future":         {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"nbf": now.Add(time.Hour).Unix()})), "becomes valid", false},
		"a state of a list":     {sign(jose.RS256, rsaKey(), "k1", response(map[string]any{"state": []string{"a"}})), "state is not a string", false},
		"a name twice":          {sign(jose.RS256, rsaKey(), "k1", []byte(`{"aud":"other",`+string(good[1:]))), "unique names", false},
		"no object":             {sign(jose.RS256, rsaKey(), "k1", []byte(`[]`)), "unique names", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verifier(t, rsaSet()).VerifyResponse(t.Context(), c.raw)
			_, forged := errors.AsType[*SignatureError](err)
			if _, ok := errors.AsType[*untrusted.Error](err); !ok || forged != c.forged {
				t.Fatalf("%v, forged %v", err, forged)
			}
			text := err.Error()
			if !strings.HasPrefix(text, "validate authorization response: ") || !strings.Contains(text, c.want) || strings.Contains(text, "canary-") {
				t.Errorf("error %q, want %q", text, c.want)
			}
		})
	}
}

func TestVerifyResponseAcceptsOnlyAlgorithmsOfTheMetadata(t *testing.T) {
	v := verifier(t, rsaSet())
	v.Algorithms = []string{"PS256"}
	_, err := v.VerifyResponse(t.Context(), sign(jose.RS256, rsaKey(), "k1", response(nil)))
	if _, ok := errors.AsType[*SignatureError](err); !ok {
		t.Errorf("%v", err)
	}
	if CheckAlgorithms([]string{"HS256", "RS256"}) != nil || CheckAlgorithms(nil) != nil || CheckAlgorithms([]string{"HS256", "none"}) == nil {
		t.Error("CheckAlgorithms")
	}
}

func TestVerifyResponsePassesOnThatTheKeysCannotBeHad(t *testing.T) {
	down := errors.New("down")
	v := Verifier{Issuer: issuerURL, ClientID: clientID, Keys: func(context.Context, bool) ([]byte, error) { return nil, down }}
	_, err := v.VerifyResponse(t.Context(), sign(jose.RS256, rsaKey(), "k1", response(nil)))
	if _, distrusted := errors.AsType[*untrusted.Error](err); !errors.Is(err, down) || distrusted {
		t.Errorf("%v", err)
	}
}

func TestClaimedStateIsReadWithoutTrust(t *testing.T) {
	if got := ClaimedState(sign(jose.RS256, otherRSAKey(), "k1", response(nil))); got != "canary-state" {
		t.Errorf("state %q", got)
	}
	for _, raw := range []string{"", "x", "a.b", "a.b.c.d.e", "a.!.c", "a.e30.c", "a.W10.c", "a." + strings.Repeat("x", maxToken) + ".c"} {
		if got := ClaimedState(token.NewSecret(raw)); got != "" {
			t.Errorf("%.20q: state %q", raw, got)
		}
	}
}

func FuzzVerifyResponse(f *testing.F) {
	f.Add(sign(jose.RS256, rsaKey(), "k1", response(nil)).Reveal())
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, raw string) {
		v := Verifier{Issuer: issuerURL, ClientID: clientID, Now: func() time.Time { return now }, Keys: func(context.Context, bool) ([]byte, error) { return rsaSet(), nil }}
		ClaimedState(token.NewSecret(raw))
		got, err := v.VerifyResponse(t.Context(), token.NewSecret(raw))
		if err == nil && got.Get("iss") != issuerURL || err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%v, %v", got, err)
		}
	})
}
