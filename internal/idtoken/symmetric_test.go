package idtoken

import (
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
)

// clientSecret is long enough for each algorithm.
var clientSecret = token.NewSecret("canary-" + strings.Repeat("s", 64))

func wantText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary-") {
		t.Errorf("error %v, want %q and no secret", err, want)
	}
}

func TestVerifyTakesAMACOnlyWhereTheProfileNamesIt(t *testing.T) {
	for alg, hash := range map[jose.SignatureAlgorithm]crypto.Hash{
		jose.HS256: crypto.SHA256, jose.HS384: crypto.SHA384, jose.HS512: crypto.SHA512,
	} {
		h := hash.New()
		_, _ = fmt.Fprint(h, "canary-access-token")
		half := base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:hash.Size()/2])
		raw := sign(alg, []byte(clientSecret.Reveal()), "", validClaims(map[string]any{"at_hash": half}))
		v := Verifier{Issuer: issuerURL, ClientID: clientID, Now: verifier(t).Now, Algorithm: string(alg), Secret: clientSecret} // no keys are asked for
		if _, err := v.Verify(t.Context(), raw, Expected{AccessToken: token.NewSecret("canary-access-token")}); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		_, err := v.Verify(t.Context(), raw, Expected{AccessToken: token.NewSecret("canary-other")})
		wantRefusal(t, err, "at_hash", raw)

		v.Secret = token.NewSecret(clientSecret.Reveal() + "x")
		_, err = v.Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, "not by the client secret", raw)
		v.Secret = token.NewSecret("canary-short")
		_, err = v.Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, "requires", raw)
		v.Secret = token.Secret{}
		_, err = v.Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, "none is configured", raw)

		_, err = verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, "signed with alg", raw)
		if e, ok := errors.AsType[*SymmetricError](err); !ok || e.Algorithm != string(alg) {
			t.Errorf("error %v, want a *SymmetricError", err)
		}
	}
}

func TestVerifyTakesOnlyTheAlgorithmThatWasAgreedOn(t *testing.T) {
	unsigned := token.NewSecret(encode(`{"alg":"none"}`) + "." + encode(string(validClaims(nil))) + ".")
	for name, test := range map[string]struct {
		agreed string
		raw    token.Secret
		want   string
	}{
		"the one":          {"RS256", sign(jose.RS256, rsaKey(), "k1", validClaims(nil)), ""},
		"a stronger one":   {"RS256", sign(jose.PS256, rsaKey(), "", validClaims(nil)), `alg "PS256", not with RS256`},
		"a MAC":            {"RS256", sign(jose.HS256, []byte(clientSecret.Reveal()), "", validClaims(nil)), `alg "HS256", not with RS256`},
		"another MAC":      {"HS512", sign(jose.HS256, []byte(clientSecret.Reveal()), "", validClaims(nil)), `alg "HS256", not with HS512`},
		"a key for a MAC":  {"HS256", sign(jose.RS256, rsaKey(), "k1", validClaims(nil)), `alg "RS256", not with HS256`},
		"none, agreed":     {"none", unsigned, "does not accept"},
		"none, not agreed": {"HS256", unsigned, `alg "none"`},
		"unheard of":       {"XS256", unsigned, "does not accept"},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, rsaSet())
			v.Algorithm, v.Secret = test.agreed, clientSecret
			v.Algorithms = []string{"ES256", "none"} // what the metadata says is not asked then
			_, err := v.Verify(t.Context(), test.raw, Expected{})
			if test.want != "" {
				wantRefusal(t, err, test.want, test.raw)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCheckSecretWantsAsManyBytesAsTheHash(t *testing.T) {
	for alg, n := range map[string]int{"HS256": 32, "HS384": 48, "HS512": 64} {
		if err := CheckSecret(alg, token.NewSecret(strings.Repeat("x", n))); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		wantText(t, CheckSecret(alg, token.NewSecret(strings.Repeat("x", n-1))), fmt.Sprint(n))
		wantText(t, CheckSecret(alg, token.Secret{}), "none is configured")
	}
	if err := CheckSecret("RS256", token.Secret{}); err != nil {
		t.Error(err)
	}
}
