package idtoken

import (
	"crypto"
	_ "crypto/sha512" // the hashes of at_hash
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

func TestVerifyReturnsTheClaims(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(map[string]any{
		"email": "ada@example.com", "name": "Ada", "auth_time": now.Add(-time.Minute).Unix(), "nbf": 0, "unknown": []int{1},
	}))
	got, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
	if err != nil {
		t.Fatal(err)
	}
	want := Claims{
		Subject: subject, IssuedAt: now, Expiry: now.Add(time.Hour), AuthTime: now.Add(-time.Minute),
		PreferredUsername: "ada", Email: "ada@example.com", Name: "Ada",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Username() != "ada" || (Claims{Name: "Ada", Email: "a@b"}).Username() != "a@b" {
		t.Errorf("username %q", got.Username())
	}
}

func TestVerifyChecksEveryClaim(t *testing.T) {
	for name, c := range map[string]struct {
		changes map[string]any
		want    string
	}{
		"another issuer":             {map[string]any{"iss": "https://evil.example"}, `its issuer is "https://evil.example", not "https://as.example"`},
		"issuer with a slash":        {map[string]any{"iss": issuerURL + "/"}, "its issuer is"},
		"no issuer":                  {map[string]any{"iss": nil}, "its issuer is"},
		"issuer to clear the screen": {map[string]any{"iss": "\x1b[2J\u202e"}, `its issuer is "[2J"`},
		"issuer of a number":         {map[string]any{"iss": 1}, "iss is not a string"},
		"another audience":           {map[string]any{"aud": "other"}, "not for this client"},
		"no audience":                {map[string]any{"aud": nil}, "not for this client"},
		"empty audience":             {map[string]any{"aud": []string{}}, "not for this client"},
		"audience in other case":     {map[string]any{"aud": "CLI"}, "not for this client"},
		"audience of a number":       {map[string]any{"aud": []int{1}}, "aud is not"},
		"two audiences without azp":  {map[string]any{"aud": []string{clientID, "other"}}, "azp"},
		"two audiences, azp other":   {map[string]any{"aud": []string{clientID, "other"}, "azp": "other"}, `azp is "other"`},
		"one audience, azp other":    {map[string]any{"azp": "other"}, `azp is "other"`},
		"no exp":                     {map[string]any{"exp": nil}, "lacks exp or iat"},
		"no iat":                     {map[string]any{"iat": nil}, "lacks exp or iat"},
		"expired":                    {map[string]any{"exp": now.Add(-DefaultLeeway).Unix()}, "expired 1m0s ago, by this computer's clock"},
		"exp of text":                {map[string]any{"exp": "9999999999"}, "exp is not a number"},
		"exp in a galaxy far away":   {map[string]any{"exp": 1e300}, "exp is not a time"},
		"exp before 1970":            {map[string]any{"exp": -1}, "exp is not a time"},
		"iat in the future":          {map[string]any{"iat": now.Add(DefaultLeeway + time.Second).Unix()}, "issued 1m1s in the future"},
		"iat long ago":               {map[string]any{"iat": now.Add(-maxAge - time.Second).Unix()}, "issued 24h0m1s ago"},
		"nbf in the future":          {map[string]any{"nbf": now.Add(DefaultLeeway + time.Second).Unix()}, "becomes valid 1m1s in the future"},
		"nbf of text":                {map[string]any{"nbf": "soon"}, "nbf is not a number"},
		"another nonce":              {map[string]any{"nonce": nonce + "x"}, "nonce differs from the one sent"},
		"no nonce":                   {map[string]any{"nonce": nil}, "lacks the nonce"},
		"no subject":                 {map[string]any{"sub": nil}, "lacks sub"},
		"empty subject":              {map[string]any{"sub": ""}, "lacks sub"},
		"issuer twice, by case":      {map[string]any{"iss": "https://evil.example", "ISS": issuerURL}, "its issuer is"},
		"exp twice, by case":         {map[string]any{"exp": 1, "exP": now.Add(time.Hour).Unix()}, "expired"},
		"what only go-oidc refuses":  {map[string]any{"_claim_names": map[string]string{"x": "canary-nonce"}}, "refused for"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := sign(jose.RS256, rsaKey(), "k1", validClaims(c.changes))
			_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
			wantRefusal(t, err, c.want, raw)
		})
	}
}

func TestVerifyAcceptsWhatTheStandardLeavesOpen(t *testing.T) {
	for name, changes := range map[string]map[string]any{
		"audience as a list":       {"aud": []string{clientID}},
		"two audiences, azp ours":  {"aud": []string{"api", clientID}, "azp": clientID},
		"one audience, azp ours":   {"azp": clientID},
		"just not expired":         {"exp": now.Add(-DefaultLeeway + time.Second).Unix()},
		"iat just in the future":   {"iat": now.Add(DefaultLeeway).Unix()},
		"nbf just in the future":   {"nbf": now.Add(DefaultLeeway).Unix()},
		"iat almost a day ago":     {"iat": now.Add(-maxAge).Unix()},
		"times with fractions":     {"iat": float64(now.Unix()) + 0.5},
		"claims of null":           {"email": json.RawMessage("null"), "nbf": json.RawMessage("null")},
		"name with control bytes":  {"name": "\x1b"},
		"members in another case":  {"Name": 1},
		"auth_time of the year 1":  {"auth_time": 0},
		"at_hash without a caller": {"at_hash": "x"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := sign(jose.RS256, rsaKey(), "k1", validClaims(changes))
			if _, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVerifyRefusesClaimsThatAreNoSet(t *testing.T) {
	for name, payload := range map[string]string{
		"duplicate": `{"iss":"https://evil.example",` + string(validClaims(nil)[1:]),
		"array":     `[]`,
		"null":      `null`,
		"text":      `"x"`,
		"not JSON":  `{`,
		"empty":     ``,
	} {
		t.Run(name, func(t *testing.T) {
			raw := sign(jose.RS256, rsaKey(), "k1", []byte(payload))
			_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Nonce: token.NewSecret(nonce)})
			wantRefusal(t, err, "claims are not a JSON object", raw)
		})
	}
}

func TestVerifyTellsClockErrorsApart(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(map[string]any{"iat": now.Add(time.Hour).Unix()}))
	_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{})
	if clock, ok := errors.AsType[*ClockError](err); !ok || *clock != (ClockError{Claim: "iat", By: time.Hour}) {
		t.Errorf("error %v, want a *ClockError", err)
	}
	v := verifier(t, rsaSet())
	v.Leeway = time.Hour
	if _, err := v.Verify(t.Context(), raw, Expected{}); err != nil {
		t.Errorf("with more leeway: %v", err)
	}
}

func TestVerifyAfterRefreshWantsTheSameSubject(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(nil))
	_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Subject: "somebody else"})
	wantRefusal(t, err, "another user", raw)
	if _, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Subject: subject}); err != nil {
		t.Error(err)
	}
}

func TestVerifyChecksTheAccessTokenHash(t *testing.T) {
	const accessToken = "canary-access-token"
	for _, c := range []struct {
		alg  jose.SignatureAlgorithm
		key  crypto.Signer
		hash crypto.Hash
	}{
		{jose.RS256, rsaKey(), crypto.SHA256},
		{jose.PS384, rsaKey(), crypto.SHA384},
		{jose.ES256, p256Key(), crypto.SHA256},
		{jose.ES512, p521Key(), crypto.SHA512},
		{jose.EdDSA, edKey(), crypto.SHA512},
	} {
		t.Run(string(c.alg), func(t *testing.T) {
			h := c.hash.New()
			_, _ = fmt.Fprint(h, accessToken)
			half := h.Sum(nil)[:c.hash.Size()/2]
			raw := sign(c.alg, c.key, "", validClaims(map[string]any{"at_hash": base64.RawURLEncoding.EncodeToString(half)}))
			set := jwks(jose.JSONWebKey{Key: c.key.Public()})
			if _, err := verifier(t, set).Verify(t.Context(), raw, Expected{AccessToken: token.NewSecret(accessToken)}); err != nil {
				t.Error(err)
			}
			_, err := verifier(t, set).Verify(t.Context(), raw, Expected{AccessToken: token.NewSecret("canary-other")})
			wantRefusal(t, err, "at_hash", raw)
		})
	}
}

func TestTokenWithACharacterThatNoJWTHasIsRefused(t *testing.T) {
	good := sign(jose.RS256, rsaKey(), "k1", validClaims(nil)).Reveal()
	head, rest := good[:20], good[20:]
	for _, odd := range []string{"\r", "\n", "\r\n", " ", "\t", "=", "+", "/", "\x00", "\x1b", "\u00e9"} {
		for _, raw := range []string{head + odd + rest, good + odd, odd + good} {
			_, err := verifier(t, rsaSet()).Verify(t.Context(), token.NewSecret(raw), Expected{Nonce: token.NewSecret(nonce)})
			wantRefusal(t, err, "a character that is not base64url", token.NewSecret(raw))
		}
	}
}

func TestNameThatIsNoneIsLeftOut(t *testing.T) {
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(map[string]any{"preferred_username": 7, "email": []string{"ada@example.com"}, "name": "Ada", "acr": 1}))
	claims, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{})
	if err != nil || claims.Username() != "Ada" || claims.ACR != "" {
		t.Errorf("%v, %+v", err, claims)
	}
}
