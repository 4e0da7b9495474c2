package challenge

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type params = map[string]string

func TestChallengesAreRead(t *testing.T) {
	for field, want := range map[string][]Challenge{
		"":       nil,
		" , ,\t": nil,
		"DPoP":   {{Scheme: "DPoP"}},
		`DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"`: {
			{Scheme: "DPoP", Params: params{"error": "use_dpop_nonce", "error_description": "Resource server requires nonce in DPoP proof"}},
		},
		// RFC 9449 §7.2, figures 17 and 18.
		`Bearer, DPoP algs="ES256 PS256"`: {{Scheme: "Bearer"}, {Scheme: "DPoP", Params: params{"algs": "ES256 PS256"}}},
		`Bearer error="invalid_token", error_description="Invalid token", DPoP algs="ES256 PS256"`: {
			{Scheme: "Bearer", Params: params{"error": "invalid_token", "error_description": "Invalid token"}},
			{Scheme: "DPoP", Params: params{"algs": "ES256 PS256"}},
		},
		// RFC 9110 §11.6.1.
		`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`: {
			{Scheme: "Basic", Params: params{"realm": "simple"}},
			{Scheme: "Newauth", Params: params{"realm": "apps", "type": "1", "title": `Login to "apps"`}},
		},
		"Negotiate dGVzdA==, DPoP Error = use_dpop_nonce": {
			{Scheme: "Negotiate", Token68: "dGVzdA=="}, {Scheme: "DPoP", Params: params{"error": "use_dpop_nonce"}},
		},
		`,,DPoP   a=b ,, c="",`:  {{Scheme: "DPoP", Params: params{"a": "b", "c": ""}}},
		`X a="DPoP error=\"x\""`: {{Scheme: "X", Params: params{"a": `DPoP error="x"`}}},
	} {
		got, err := Parse(field)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", field, err, diff)
		}
	}
}

func TestWhatIsNoListOfChallengesIsRefused(t *testing.T) {
	for _, field := range []string{
		`error="use_dpop_nonce"`,      // a parameter without a scheme
		`DPoP error="use_dpop_nonce`,  // the quote does not end
		`DPoP error="use_dpop_nonce\`, // nor here
		`DPoP error="a" algs="b"`,     // no comma
		`DPoP error="a"algs="b"`,
		`DPoP error="a", error="b"`,     // twice
		`DPoP error="a", ERROR="b"`,     // in another case
		`DPoP a b`,                      // two words
		`Negotiate dGVzdA==, error="x"`, // a parameter beside a token68
		`DPoP "error"=x`,
		`DPoP error=@`,
		`DPoP error="` + "\x01" + `"`,
		"DPoP\terror=x", // RFC 9110 §11.3 has spaces there
		`@`,
		`DPoP@`, `DPoP/abc`,
	} {
		if got, err := Parse(field); err == nil {
			t.Errorf("%s: %v", field, got)
		}
	}
}

// FuzzParse writes what was read and reads it again: text in a parameter's value cannot become a challenge.
func FuzzParse(f *testing.F) {
	for _, field := range []string{
		`DPoP error="use_dpop_nonce", algs="ES256"`, `Negotiate dGVzdA==, Basic realm="a\"b"`, `Bearer, DPoP`, `a b=c,d=e , f g==`,
		`DPoP a="`, `,,`, `x =`, "X a=\"\xff\"", `x y=`,
	} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		got, err := Parse(field)
		if err != nil {
			return
		}
		again, err := Parse(write(got))
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Fatalf("%q became %q: %v\n%s", field, write(got), err, diff)
		}
		for _, c := range got {
			if c.Scheme == "" || c.Token68 != "" && c.Params != nil {
				t.Fatalf("%q: %v", field, c)
			}
		}
	})
}

// write returns list as a field, with every value quoted.
func write(list []Challenge) string {
	var fields []string
	for _, c := range list {
		var members []string
		for name, value := range c.Params {
			members = append(members, name+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`)
		}
		slices.Sort(members)
		fields = append(fields, strings.TrimSpace(c.Scheme+" "+c.Token68+strings.Join(members, ", ")))
	}
	return strings.Join(fields, ", ")
}

func TestWhatIsNoScopeIsLeftOut(t *testing.T) {
	for scope, want := range map[string]string{
		"":                             "",
		"a  b:c":                       "a b:c",
		"a \"b c\\d \u202ee f\x1b[31m": "a",
	} {
		if got := strings.Join((Challenge{Params: map[string]string{"scope": scope}}).Scopes(), " "); got != want {
			t.Errorf("%q: %q, want %q", scope, got, want)
		}
	}
}
