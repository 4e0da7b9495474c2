package idtoken

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
)

func TestDecodeTellsAJWTFromWhatIsNone(t *testing.T) {
	for name, test := range map[string]struct {
		raw, want string // of the error; empty where it can be read
		opaque    bool
	}{
		"signed":             {sign(jose.RS256, rsaKey(), "k1", validClaims(nil)).Reveal(), "", false},
		"unsigned":           {encode(`{"alg":"none"}`) + "." + encode(`{}`) + ".", "", false},
		"encrypted":          {encode(`{"alg":"dir","enc":"A256GCM"}`) + "..AA.AA.AA", "", false},
		"nothing":            {"", "", true},
		"a word":             {"canary-x", "", true},
		"dots":               {"..", "", true},
		"four dots":          {"....", "", true},
		"three words":        {"one.two.three", "", true},
		"a header without":   {encode(`{"typ":"JWT"}`) + "." + encode(`{}`) + ".AA", "", true},
		"a header of list":   {encode(`["alg"]`) + "." + encode(`{}`) + ".AA", "", true},
		"alg twice":          {encode(`{"alg":"none","alg":"RS256"}`) + "." + encode(`{}`) + ".", "", true},
		"a line break":       {encode(`{"alg":"none"}`) + ".\n" + encode(`{}`) + ".", "", true},
		"claims of a list":   {encode(`{"alg":"none"}`) + "." + encode(`[]`) + ".", "not a JSON object", false},
		"claims of null":     {encode(`{"alg":"none"}`) + "." + encode(`null`) + ".", "not a JSON object", false},
		"a claim twice":      {encode(`{"alg":"none"}`) + "." + encode(`{"sub":1,"sub":2}`) + ".", "unique names", false},
		"claims cut short":   {encode(`{"alg":"none"}`) + ".A.", "base64url", false},
		"claims without end": {encode(`{"alg":"none"}`) + "." + strings.Repeat("A", maxToken) + ".", "longer than", false},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Decode(token.NewSecret(test.raw))
			switch {
			case test.opaque:
				if !errors.Is(err, ErrOpaque) {
					t.Errorf("error %v, want ErrOpaque", err)
				}
			case test.want != "":
				wantText(t, err, test.want)
			case err != nil || d.Text("alg") == "" || d.Encrypted != (d.Claims == nil):
				t.Errorf("%v, %v", d, err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sign(jose.EdDSA, edKey(), "k1", validClaims(nil)).Reveal())
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{"a":1e999}`) + ".")
	f.Add(encode(`{"alg":"dir"}`) + "....")
	f.Add("....")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Decode(token.NewSecret(text))
		if err == nil && (d.Header["alg"] == nil || d.Encrypted != (d.Claims == nil)) {
			t.Errorf("%q is decoded to %v", text, d)
		}
		if err != nil && len(text) > 20 && strings.Contains(err.Error(), text) {
			t.Errorf("error %v contains the token", err)
		}
	})
}

func TestKeysAreAskedForTwiceARunAtMost(t *testing.T) {
	asked := map[bool]int{}
	keys := Once(func(_ context.Context, fresh bool) ([]byte, error) {
		asked[fresh]++
		return jwks(jose.JSONWebKey{Key: otherRSAKey().Public(), KeyID: "k0"}), nil
	})
	for _, kid := range []string{"k1", "k2", "k3", ""} { // as many as a hostile server cares to send
		v := verifier(t)
		v.Keys = keys
		raw := sign(jose.RS256, rsaKey(), kid, validClaims(nil))
		_, err := v.Verify(t.Context(), raw, Expected{})
		wantRefusal(t, err, "", raw)
	}
	if asked[false] != 1 || asked[true] != 1 {
		t.Errorf("asked %v", asked)
	}
}

func TestAFailureToGetKeysIsNotKept(t *testing.T) {
	fails := true
	keys := Once(func(context.Context, bool) ([]byte, error) {
		if fails {
			return nil, errors.New("not now")
		}
		return []byte("keys"), nil
	})
	if _, err := keys(t.Context(), false); err == nil {
		t.Error("no error")
	}
	fails = false
	if got, err := keys(t.Context(), false); err != nil || string(got) != "keys" {
		t.Errorf("%s, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	blocked := Once(func(ctx context.Context, _ bool) ([]byte, error) { return nil, ctx.Err() })
	if _, err := blocked(ctx, true); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
