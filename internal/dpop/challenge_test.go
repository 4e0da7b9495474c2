package dpop

import (
	"net/http"
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
		got, err := ParseChallenges(field)
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
		if got, err := ParseChallenges(field); err == nil {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func TestOnlyADPoPChallengeOfA401AsksForANonce(t *testing.T) {
	const asks = `DPoP error="use_dpop_nonce"`
	for name, c := range map[string]struct {
		status int
		fields []string
		want   bool
	}{
		"as it is":                        {401, []string{asks}, true},
		"beside Bearer":                   {401, []string{`Bearer, dpop error="use_dpop_nonce"`}, true},
		"in a second field":               {401, []string{`Bearer realm="x"`, asks}, true},
		"beside one that cannot be read":  {401, []string{`Bearer realm="x`, asks}, true},
		"another status":                  {400, []string{asks}, false},
		"of another scheme":               {401, []string{`Bearer error="use_dpop_nonce"`}, false},
		"another error":                   {401, []string{`DPoP error="invalid_token"`}, false},
		"in a description":                {401, []string{`DPoP error_description="error=\"use_dpop_nonce\""`}, false},
		"in a field that cannot be read":  {401, []string{asks + `, x="`}, false},
		"nothing":                         {401, nil, false},
		"the error's name in other cases": {401, []string{`DPoP error="USE_DPOP_NONCE"`}, false},
	} {
		resp := &http.Response{StatusCode: c.status, Header: http.Header{"Www-Authenticate": c.fields}}
		if got := AsksForNonce(resp); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzParseChallenges writes what was read and reads it again: text in a parameter's value cannot become a challenge.
func FuzzParseChallenges(f *testing.F) {
	for _, field := range []string{
		`DPoP error="use_dpop_nonce", algs="ES256"`, `Negotiate dGVzdA==, Basic realm="a\"b"`, `Bearer, DPoP`, `a b=c,d=e , f g==`,
		`DPoP a="`, `,,`, `x =`, "X a=\"\xff\"", `x y=`,
	} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		got, err := ParseChallenges(field)
		if err != nil {
			return
		}
		again, err := ParseChallenges(write(got))
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
