package testas

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/demoas"
)

func atHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// verified returns the claims of the ID Token after checking it against the published keys, or an error.
func verified(t *testing.T, r server, idToken string) (map[string]any, error) {
	t.Helper()
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(get(t, r.Issuer()+"/jwks").body), &keys); err != nil {
		t.Fatal(err)
	}
	if len(keys.Keys) != 1 || !keys.Keys[0].IsPublic() {
		t.Fatal("not one public key")
	}
	signed, err := jose.ParseSignedCompact(idToken, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	if kid := signed.Signatures[0].Header.KeyID; kid != keys.Keys[0].KeyID {
		t.Errorf("kid %q", kid)
	}
	payload, err := signed.Verify(keys.Keys[0])
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	return claims, json.Unmarshal(payload, &claims)
}

func claimsOf(t *testing.T, r server, idToken string) map[string]any {
	t.Helper()
	claims, err := verified(t, r, idToken)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestIDTokenSaysWhoSignedIn(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now})
	now := float64(clock.Now().Unix())
	code := newCode(t, r)
	clock.advance(5 * time.Second)
	set := redeem(t, r, code).tokens(t)
	got := claimsOf(t, r, set.ID)
	want := map[string]any{
		"iss": r.Issuer(), "sub": got["sub"], "aud": "demo", "nonce": "the nonce", "at_hash": atHash(set.Access),
		"iat": now + 5, "exp": now + 5 + 600, "auth_time": now,
		"name": "Ada Lovelace", "preferred_username": "ada", "email": "ada@example.com", "email_verified": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if sub, _ := got["sub"].(string); sub == "" {
		t.Error("no sub")
	}

	clock.advance(time.Minute)
	after := claimsOf(t, r, refresh(t, r, set.Refresh).tokens(t).ID)
	for _, same := range []string{"iss", "sub", "aud", "auth_time"} {
		if after[same] != want[same] {
			t.Errorf("after refresh %s is %v", same, after[same])
		}
	}
	if after["nonce"] != nil || after["iat"] != now+65 || after["at_hash"] == want["at_hash"] {
		t.Errorf("after refresh: %v", after)
	}
}

func TestClaimsFollowTheScopes(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		for scope, want := range map[string][]string{
			"openid": nil, "openid profile": {"name", "preferred_username"}, "openid email": {"email", "email_verified"},
		} {
			set := redeem(t, r, newCode(t, r, "scope", scope)).tokens(t)
			userinfo := withBearer(t, r.Issuer()+"/userinfo", set.Access).json(t)
			for _, claims := range []map[string]any{claimsOf(t, r, set.ID), userinfo} {
				for _, claim := range []string{"name", "preferred_username", "email", "email_verified"} {
					_, got := claims[claim]
					if wanted := strings.Contains(strings.Join(want, " ")+" ", claim+" "); got != wanted {
						t.Errorf("%s: %s is there: %v", scope, claim, got)
					}
				}
			}
		}
		if set := redeem(t, r, newCode(t, r, "scope", "profile")).tokens(t); set.ID != "" {
			t.Error("an ID Token without openid")
		}
	})
}

func TestIDTokenFaults(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now})
	for name, tt := range map[string]struct {
		faults Faults
		claim  string
	}{
		"nonce":    {Faults{WrongNonce: true}, "nonce"},
		"audience": {Faults{WrongAudience: true}, "aud"},
		"issuer":   {Faults{WrongIssuerInIDToken: true}, "iss"},
		"expired":  {Faults{ExpiredIDToken: true}, "exp"},
		"at_hash":  {Faults{WrongAtHash: true}, "at_hash"},
	} {
		t.Run(name, func(t *testing.T) {
			r.SetFaults(tt.faults)
			set := redeem(t, r, newCode(t, r)).tokens(t)
			right := map[string]any{
				"nonce": "the nonce", "aud": "demo", "iss": r.Issuer(), "at_hash": atHash(set.Access),
				"exp": float64(clock.Now().Add(10 * time.Minute).Unix()),
			}
			got := claimsOf(t, r, set.ID)
			for claim := range right {
				if differs := got[claim] != right[claim]; differs != (claim == tt.claim) {
					t.Errorf("%s is %v", claim, got[claim])
				}
			}
			if exp, _ := got["exp"].(float64); tt.claim == "exp" && exp >= float64(clock.Now().Unix()) {
				t.Error("not expired")
			}
		})
	}
}

func TestSignatureFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{BadSignature: true})
	if _, err := verified(t, r, redeem(t, r, newCode(t, r)).tokens(t).ID); err == nil {
		t.Error("the bad signature is good")
	}
	r.SetFaults(Faults{AlgNone: true})
	header, rest, _ := strings.Cut(redeem(t, r, newCode(t, r)).tokens(t).ID, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || string(decoded) != `{"alg":"none"}` || !strings.HasSuffix(rest, ".") {
		t.Errorf("header %q, error %v", decoded, err)
	}
	r.SetFaults(Faults{OmitIDToken: true})
	if redeem(t, r, newCode(t, r)).tokens(t).ID != "" {
		t.Error("there is an ID Token")
	}
}
