package signing

import (
	"errors"
	"testing"
)

func TestGenerateMakesAKeyForWhatTheServerSupports(t *testing.T) {
	for _, c := range []struct {
		supported []string
		want      string
	}{
		{nil, "ES256"},
		{[]string{"RS256", "ES256", "EdDSA"}, "ES256"},
		{[]string{"RS256", "EdDSA"}, "EdDSA"},
		{[]string{"RS256", "PS256"}, "PS256"},
		{[]string{"ES384", "PS256", "RS256"}, "PS256"}, // which FAPI 2.0 allows
		{[]string{"RS256"}, "RS256"},
		{[]string{"ES384"}, "ES384"},
		{[]string{"ES512"}, "ES512"},
	} {
		key, err := Generate(c.supported...)
		if err != nil {
			t.Fatalf("%q: %v", c.supported, err)
		}
		jwk, err := key.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		stored, err := Parse(jwk, "")
		if err != nil {
			t.Fatalf("%q: %v", c.supported, err)
		}
		for _, k := range []*Key{key, stored} { // a key that was kept signs with what it was made for
			if alg, err := k.Algorithm(nil); alg != c.want || err != nil {
				t.Errorf("%q: %s, %v", c.supported, alg, err)
			}
			if _, err := k.Sign(c.want, Header{Type: "x", Embed: true}, nil); err != nil {
				t.Error(err)
			}
		}
		if key.Thumbprint() == "" || key.Thumbprint() != stored.Thumbprint() {
			t.Errorf("%q: another thumbprint", c.supported)
		}
	}
}

func TestGenerateFailsWhereNothingIsInCommon(t *testing.T) {
	for _, supported := range [][]string{{"none"}, {"HS256"}, {""}} {
		_, err := Generate(supported...)
		if _, ok := errors.AsType[*AlgorithmError](err); !ok {
			t.Errorf("%q: %v", supported, err)
		}
	}
}
