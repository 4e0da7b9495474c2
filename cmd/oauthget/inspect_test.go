package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/inspect"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/token"
)

var lookedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// issuer signs with one key, and introspects for the client "cli" alone.
type issuer struct {
	*httptest.Server
	t        *testing.T
	key      ed25519.PrivateKey
	answer   string // of the introspection endpoint
	requests map[string]int
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t, key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), requests: map[string]int{}}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.requests[r.URL.Path]++
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q,"introspection_endpoint":%q,"id_token_signing_alg_values_supported":["RS256"]}`,
				i.URL, i.URL+"/a", i.URL+"/t", i.URL+"/jwks", i.URL+"/introspect")
		case "/jwks":
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k1"}}})
		case "/introspect":
			if id, _, _ := r.BasicAuth(); id != "cli" {
				w.WriteHeader(http.StatusUnauthorized)
				fmt.Fprint(w, `{"error":"invalid_client"}`)
				return
			}
			fmt.Fprint(w, strings.ReplaceAll(i.answer, "$TOKEN", r.PostFormValue("token")))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(i.Close)
	return i
}

// sign makes a JWT of the issuer's, with changes to its claims; one of nil takes a claim away.
func (i *issuer) sign(changes map[string]any) string {
	i.t.Helper()
	claims := map[string]any{
		"iss": i.URL, "sub": "ada", "aud": "https://api.example", "scope": "orders:read",
		"exp": lookedAt.Add(59 * time.Minute).Unix(), "iat": lookedAt.Add(-time.Minute).Unix(),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	payload, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	options := new(jose.SignerOptions).WithType("at+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: i.key, KeyID: "k1"}}, options)
	if err != nil {
		i.t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		i.t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

// looking runs inspect with a token on standard input, and fails where the token comes out again.
func looking(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := map[string]string{"HOME": t.TempDir(), "OAUTHGET_CLIENT_SECRET": "canary-secret"}
	if strings.Contains(strings.Join(args, " "), "nobody") {
		delete(env, "OAUTHGET_CLIENT_SECRET")
	}
	status = run(t.Context(), append([]string{"inspect"}, args...), outside{
		stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, goos: "linux",
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		now:       func() time.Time { return lookedAt },
	}).Code
	for part := range strings.FieldsSeq(stdin) {
		if len(part) > 8 && strings.Contains(out.String()+errs.String(), part) {
			t.Errorf("the token comes out again: %s%s", out.String(), errs.String())
		}
	}
	if strings.Contains(out.String()+errs.String(), "canary-") {
		t.Errorf("a secret comes out: %s%s", out.String(), errs.String())
	}
	return status, out.String(), errs.String()
}

func TestInspectShowsAJWTAndWhoSignedIt(t *testing.T) {
	i := newIssuer(t)
	status, out, errs := looking(t, "Bearer "+i.sign(nil)+"\r\n", "-", "--issuer", i.URL)
	want := strings.ReplaceAll(`token:    a JWT of the type at+jwt
expires:  2026-01-02T04:03:05Z (in 59m)
header:
  alg  EdDSA
  kid  k1
  typ  at+jwt
claims:
  iss    $ISSUER
  sub    ada
  aud    https://api.example
  scope  orders:read
  exp    2026-01-02T04:03:05Z (in 59m)
  iat    2026-01-02T03:03:05Z (1m ago)
signature: good (EdDSA, kid k1, keys of $ISSUER)
`, "$ISSUER", i.URL)
	if diff := cmp.Diff(want, out); diff != "" || status != 0 || errs != "" {
		t.Errorf("status %d, stderr %q\n%s", status, errs, diff)
	}
	if i.requests["/introspect"] > 0 {
		t.Error("a JWT was introspected")
	}
}

func TestInspectPrintsAStableObject(t *testing.T) {
	i := newIssuer(t)
	raw := i.sign(map[string]any{"exp": lookedAt.Add(-time.Hour).Unix(), "big": json.Number("12345678901234567890"), "odd": "a\u009b2J\u202eb"})
	status, out, _ := looking(t, raw, "-", "--issuer", i.URL, "--json")
	var got map[string]any
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&got); err != nil || status != 0 {
		t.Fatalf("status %d, %v", status, err)
	}
	want := map[string]any{
		"version": json.Number("1"), "format": "jwt", "expired": true, "expires_at": "2026-01-02T02:04:05Z", "verified": true,
		"header": map[string]any{"alg": "EdDSA", "kid": "k1", "typ": "at+jwt"},
		"claims": map[string]any{
			"iss": i.URL, "sub": "ada", "aud": "https://api.example", "scope": "orders:read", "odd": "a\u009b2J\u202eb",
			"exp": json.Number("1767319445"), "iat": json.Number("1767322985"), "big": json.Number("12345678901234567890"),
		},
		"times":     map[string]any{"exp": "2026-01-02T02:04:05Z", "iat": "2026-01-02T03:03:05Z"},
		"signature": map[string]any{"algorithm": "EdDSA", "key_id": "k1", "issuer": i.URL, "jwks_uri": i.URL + "/jwks"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if strings.ContainsFunc(out, func(r rune) bool { return r > 126 }) {
		t.Errorf("what nobody sees is not written by its number: %q", out)
	}
}

func TestInspectKeepsNamesApartThatLookAlike(t *testing.T) {
	i := newIssuer(t)
	raw := i.sign(map[string]any{"sub\u202e": "mallory"})
	if _, out, _ := looking(t, raw, "-"); !strings.Contains(out, "\n  sub          ada\n") || !strings.Contains(out, `"sub\u202e"  mallory`) {
		t.Error(out)
	}
	_, out, _ := looking(t, raw, "-", "--json")
	if !strings.Contains(out, `"sub\u202e": "mallory"`) || !strings.Contains(out, `"sub": "ada"`) {
		t.Error(out)
	}
}

func TestInspectBelievesTheIssuerThatWasNamedAndNoOther(t *testing.T) {
	i, evil := newIssuer(t), newIssuer(t)
	evil.key = ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	encode := base64.RawURLEncoding.EncodeToString
	unsigned := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"sub":"ada"}`)) + "."
	for name, test := range map[string]struct {
		token string
		args  []string
		want  string // of the error
	}{
		"another's signature":    {evil.sign(map[string]any{"iss": i.URL}), []string{"--issuer", i.URL}, "the signature is not by the issuer's key"},
		"another's name":         {i.sign(map[string]any{"iss": evil.URL}), []string{"--issuer", i.URL}, "its issuer is"},
		"another's altogether":   {evil.sign(nil), []string{"--issuer", i.URL}, "the signature is not"},
		"changed":                {i.sign(nil)[:60] + "AAAA" + i.sign(nil)[64:], []string{"--issuer", i.URL}, "inspect token"},
		"signed by nobody":       {unsigned, []string{"--issuer", i.URL}, `alg is "none"`},
		"nobody, and no issuer":  {unsigned, nil, `alg is "none"`},
		"claims that are no map": {encode([]byte(`{"alg":"EdDSA"}`)) + "." + encode([]byte(`[]`)) + ".AA", nil, "not a JSON object"},
		"not for this client":    {i.sign(nil), []string{"--issuer", i.URL, "--client-id", "cli", "--id-token"}, "not for this client"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := looking(t, test.token, append(test.args, "-")...)
			if status != remedy.StatusServer || out != "" || !strings.Contains(errs, test.want) {
				t.Errorf("status %d, stdout %q, stderr %q, want %q", status, out, errs, test.want)
			}
		})
	}
	status, out, _ := looking(t, evil.sign(nil), "-")
	if status != 0 || !strings.Contains(out, "signature: not verified: give --issuer") || evil.requests["/jwks"] > 0 {
		t.Errorf("status %d, %q, asked of the issuer in the token: %v", status, out, evil.requests)
	}
	status, out, _ = looking(t, evil.sign(nil), "-", "--issuer", i.URL, "--offline")
	if status != 0 || !strings.Contains(out, "signature: not verified: --offline") {
		t.Errorf("status %d, %q", status, out)
	}
	for _, args := range [][]string{{"-", "--id-token"}, {"-", "--id-token", "--issuer", i.URL}} {
		if status, out, errs := looking(t, i.sign(nil), args...); status != remedy.StatusUsage || out != "" || !strings.Contains(errs, "give --issuer and --client-id") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, out, errs)
		}
	}
	if status, out, _ = looking(t, i.sign(nil), "-", "--offline", "--id-token"); status != 0 || !strings.Contains(out, "ID Token, a JWT") {
		t.Errorf("status %d, %q", status, out)
	}
	if status, out, _ = looking(t, unsigned, "-", "--offline"); status != 0 || !strings.Contains(out, "signature: none: anybody") {
		t.Errorf("status %d, %q", status, out)
	}
}

func TestInspectAsksWhatAnOpaqueTokenMeans(t *testing.T) {
	i := newIssuer(t)
	const opaque = "canary-2YotnFZFEjr1zCsicMWpAA"
	asCLI := []string{"-", "--issuer", i.URL, "--client-id", "cli"}
	for name, test := range map[string]struct {
		answer string
		args   []string
		status int
		want   string
	}{
		"active":            {`{"active":true,"scope":"a b","exp":1767326585,"username":"ada"}`, asCLI, 0, "\n  active    true\n  scope     a b\n  exp       2026-01-02T04:03:05Z (in 59m)\n"},
		"not active":        {`{"active":false}`, asCLI, 0, "active  false"},
		"echoing":           {`{"active":true,"sub":"$TOKEN","x$TOKEN":1}`, asCLI, 0, "[redacted]"},
		"echoing, escaped":  {`{"active":true,"sub":"\u0063anary-2YotnFZFEjr1zCsicMWpAA","x":{"\u0063anary-secret":["canary\u002dsecret"]}}`, asCLI, 0, `{"[redacted]":["[redacted]"]}`},
		"escaped, for JSON": {`{"active":true,"sub":"\u0063anary-2YotnFZFEjr1zCsicMWpAA","x":{"\u0063anary-secret":["canary\u002dsecret"]}}`, append(asCLI, "--json"), 0, `"sub": "[redacted]"`},
		"what nobody sees":  {`{"active":true,"sub":"\u0063anary-\u200bsecret"}`, asCLI, 0, "  sub     [redacted]\n"},
		"to deceive":        {`{"active":true,"sub":"\u001b[2J\nsignature: good"}`, asCLI, 0, "  sub     [2J signature: good\n"},
		"not to be read":    {`{"active":"yes"}`, asCLI, 0, "introspection: none; introspect token: the answer has no active that is true or false"},
		"no client":         {`{"active":true}`, []string{"-", "--issuer", i.URL}, 0, "introspection: none; give --client-id"},
		"no issuer":         {`{"active":true}`, []string{"-"}, 0, "introspection: none; give --issuer and --client-id"},
		"offline":           {`{"active":true}`, append(asCLI, "--offline"), 0, "introspection: none; --offline"},
		"a public client":   {`{"active":true}`, []string{"-", "--issuer", i.URL, "--client-id", "nobody"}, 0, "invalid_client; few servers answer a client without a secret"},
		"without endpoint":  {`{"active":true}`, append(asCLI, "--introspection-endpoint", i.URL+"/gone"), 0, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			i.answer = test.answer
			status, out, errs := looking(t, opaque, test.args...)
			if status != test.status || !strings.Contains(out+errs, test.want) {
				t.Errorf("status %d, %q, %q, want %q", status, out, errs, test.want)
			}
		})
	}
	encrypted := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"dir","enc":"A256GCM"}`)) + "..AA.AA.AA"
	i.answer = `{"active":true}`
	if status, out, _ := looking(t, encrypted, asCLI...); status != 0 || !strings.Contains(out, "an encrypted JWT") || !strings.Contains(out, "active  true") {
		t.Errorf("status %d, %q", status, out)
	}
}

func TestInspectTakesOneTokenFromStandardInput(t *testing.T) {
	for stdin, want := range map[string]string{
		"":                             "there is no token",
		" \r\n":                        "there is no token",
		"canary-one canary-two":        "several words",
		"Bearer canary-one canary-two": "several words",
		"canary-\x00":                  "a character",
		"canary-ä":                     "a character",
		strings.Repeat("canary ", maxStdin/7) + "canary-long": "longer than",
	} {
		status, out, errs := looking(t, stdin, "-")
		if status != remedy.StatusUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%.20q: status %d, %q, want %q", stdin, status, errs, want)
		}
	}
	for _, stdin := range []string{"canary-one", " canary-one\n", "bearer canary-one", "DPoP canary-one", "Authorization: Bearer canary-one\r\n", "Bearer"} {
		if status, out, errs := looking(t, stdin, "-"); status != 0 || !strings.Contains(out, "opaque") {
			t.Errorf("%q: status %d, %q, %q", stdin, status, out, errs)
		}
	}
	if _, err := inspect.ParseToken("Bearer"); err != nil { // a token may be called so
		t.Error(err)
	}
	for _, args := range [][]string{{"-", "-"}, {"-", "work"}, {"a", "b"}, {"a", "-", "-"}} {
		if status, _, _ := looking(t, "canary-one", args...); status != remedy.StatusUsage {
			t.Errorf("%q: status %d", args, status)
		}
	}
}

// FuzzInspection has anybody's JWT shown to a person and printed as JSON.
func FuzzInspection(f *testing.F) {
	f.Add([]byte(`{"exp":1e9,"sub":"\u001b[2J","a":{"b":["\u202e"]}}`))
	f.Add([]byte(`{"exp":1e999,"aud":[null],"iss":"canary-x"}`))
	f.Add([]byte("{\"\u009b\":\"\u00ad\U000E0041\"}"))
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	f.Fuzz(func(t *testing.T, claims []byte) {
		raw := token.NewSecret(header + "." + base64.RawURLEncoding.EncodeToString(claims) + ".")
		i := inspect.Inspector{Given: raw, Offline: true, Now: func() time.Time { return lookedAt }}
		r, err := i.Inspect(t.Context())
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := newApp(outside{stdout: &out}).printJSON(r); err != nil || !json.Valid(out.Bytes()) {
			t.Errorf("%v: %s", err, out.Bytes())
		}
		out.WriteString(r.Text(lookedAt))
		unfit := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
		if text, _ := io.ReadAll(&out); bytes.ContainsFunc(text, unfit) || bytes.Contains(text, []byte(raw.Reveal())) {
			t.Errorf("not fit for a terminal: %q", text)
		}
	})
}
