package walkthrough

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/trace"
)

var update = flag.Bool("update", false, "write the golden files")

const as = "https://login.example.com"

// walk feeds a narration as a session does, with a clock that stands still between its steps.
type walk struct {
	Narration
	out bytes.Buffer
	now time.Time
}

func newWalk(format, grant string) *walk {
	w := &walk{now: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
	w.Narration = Narration{
		Format: format, Out: &w.out, Now: func() time.Time { return w.now }, Version: "1.2.3", profileGrant: grant,
	}
	w.Metadata(discovery.Metadata{
		Source: as + "/.well-known/openid-configuration",
		Endpoints: discovery.Endpoints{
			TokenEndpoint: as + "/oauth2/token", RevocationEndpoint: as + "/oauth2/revoke",
			PushedAuthorizationRequestEndpoint: as + "/oauth2/par", DeviceAuthorizationEndpoint: as + "/oauth2/device",
		},
		JWKSURI: "https://keys.example.com/jwks.json",
	})
	return w
}

// get and post send a request that package trace records.
func (w *walk) get(target string, status int, body string) { w.send(target, nil, status, body) }

func (w *walk) post(target string, form url.Values, status int, body string) {
	w.send(target, form, status, body)
}

func (w *walk) send(target string, form url.Values, status int, body string) {
	answer := roundTripper(func(*http.Request) (*http.Response, error) {
		if status == 0 {
			return nil, io.EOF
		}
		return &http.Response{
			StatusCode: status, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {"application/json"}},
		}, nil
	})
	client := http.Client{Transport: trace.Record(answer, func(e trace.Exchange) {
		e.Started, e.Took = w.now, 12*time.Millisecond
		w.now = w.now.Add(e.Took)
		w.Exchange(e)
	})}
	if form == nil {
		_, _ = client.Get(target)
	} else {
		_, _ = client.PostForm(target, form)
	}
}

func (w *walk) authorize(query, answer string) {
	u, _ := url.Parse(as + "/authorize?" + query)
	w.Event(flow.AuthorizationRequest{URL: u})
	w.now = w.now.Add(4200 * time.Millisecond)
	parameters, _ := url.ParseQuery(answer)
	w.Event(flow.AuthorizationResponse{RedirectURI: "http://127.0.0.1:8400/callback", Parameters: parameters, FromIssuer: true})
}

// redeem sends a token request.
func (w *walk) redeem(grant string, parameters url.Values, status int, body string) {
	form := url.Values{"grant_type": {grant}}
	for name, values := range parameters {
		form[name] = values
	}
	w.Event(flow.TokenRequest{Parameters: form})
	w.post(as+"/oauth2/token", form, status, body)
}

const tokens = `{"access_token":"canary-access","refresh_token":"canary-refresh","token_type":"Bearer","expires_in":3600,"scope":"openid"}`

// walks has a walk for each picture.
var walks = map[string]func(format string) *walk{
	"authorization_code": func(format string) *walk {
		w := newWalk(format, "authorization_code")
		w.get("https://api.example.com/.well-known/oauth-protected-resource/orders", 200, `{"resource":"https://api.example.com/orders"}`)
		w.post(as+"/oauth2/par", url.Values{"state": {"canary-state"}, "client_id": {"cli"}}, 201, `{"request_uri":"urn:canary-request","expires_in":60}`)
		w.Event(flow.PushedResponse{})
		w.authorize("client_id=cli&request_uri=urn:canary-request", "code=canary-code&state=canary-state&iss="+as)
		code := url.Values{"code": {"canary-code"}, "code_verifier": {"canary-verifier"}}
		w.redeem("authorization_code", code, 400, `{"error":"use_dpop_nonce"}`)
		w.redeem("authorization_code", code, 200, tokens)
		w.get("https://keys.example.com/jwks.json", 200, `{"keys":[]}`)
		w.Event(flow.ValidIDToken{Nonce: true})
		w.Event(flow.TokenResponse{Set: token.Set{TokenType: "DPoP"}, ScopeAsAsked: true})
		w.post(as+"/oauth2/revoke", url.Values{"token": {"canary-refresh"}}, 200, "")
		return w
	},
	"device_code": func(format string) *walk {
		w := newWalk(format, "device_code")
		w.post(as+"/oauth2/device", url.Values{"client_id": {"cli"}}, 200,
			`{"device_code":"canary-device","user_code":"CANARY-CODE","verification_uri":"`+as+`/device","expires_in":600}`)
		w.Event(flow.DeviceResponse{})
		for range 4 {
			w.now = w.now.Add(5 * time.Second)
			w.redeem(deviceCode, url.Values{"device_code": {"canary-device"}}, 400, `{"error":"authorization_pending"}`)
		}
		w.redeem(deviceCode, url.Values{"device_code": {"canary-device"}}, 200, tokens)
		w.Event(flow.TokenResponse{Set: token.Set{TokenType: "Bearer"}})
		return w
	},
	"client_credentials": func(format string) *walk {
		w := newWalk(format, "client_credentials")
		w.redeem("client_credentials", url.Values{"client_secret": {"canary-secret"}}, 401,
			`{"error":"invalid_client","error_description":"the secret canary-secret is wrong"}`)
		w.post(as+"/oauth2/revoke", url.Values{"token": {"canary-refresh"}}, 0, "")
		return w
	},
}

func (w *walk) written(t testing.TB) string {
	t.Helper()
	var err error
	if w.grant == "client_credentials" {
		err = io.EOF
	}
	if got := w.end(err); got != err {
		t.Fatal(got)
	}
	return fingerprint.ReplaceAllString(w.out.String(), "hmac 01234567")
}

var (
	fingerprint = regexp.MustCompile(`hmac [0-9a-f]+`) // of this run
	style       = regexp.MustCompile(`(?s)<meta http-equiv.*?>\n|<style>.*</style>\n`)
)

func TestPictures(t *testing.T) {
	for name, do := range walks {
		for format, extension := range map[string]string{FormatHTML: "html", FormatMermaid: "mmd"} {
			got := do(format).written(t)
			if strings.Contains(strings.ToLower(got), "canary") {
				t.Errorf("a secret is in the picture:\n%s", got)
			}
			got = style.ReplaceAllString(got, "")
			file := filepath.Join("testdata", name+"."+extension)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			// Git may have changed the line ends.
			if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
				t.Errorf("%s (go test ./internal/walkthrough -update writes it):\n%s", file, diff)
			}
		}
	}
}

func TestPageLoadsNothing(t *testing.T) {
	page := walks["authorization_code"](FormatHTML).written(t)
	for _, word := range []string{"<script", "javascript:", "<link", "<img", "<iframe", "<base", "<form", "url(", "@import", "style=", "src=", "href="} {
		if strings.Contains(page, word) {
			t.Errorf("the page has %s", word)
		}
	}
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if !strings.Contains(html.UnescapeString(page), `<meta http-equiv="Content-Security-Policy" content="`+policy+`">`) {
		t.Errorf("the policy is not %s", policy)
	}
}

// hostile has the same text in each place where a server's text is.
func hostile(format, text string) *walk {
	w := newWalk(format, "authorization_code")
	text = "x" + text // something is left of it
	encoded, _ := json.Marshal(text)
	quoted := string(encoded)
	w.get(as+"/elsewhere/"+url.PathEscape(text), 200, `{"issuer":`+quoted+`,`+quoted+`:1,"scopes_supported":[`+quoted+`]}`)
	w.authorize("client_id=cli&scope="+url.QueryEscape(text), "state=canary-state&error="+url.QueryEscape(text)+"&error_description="+url.QueryEscape(text))
	w.redeem("authorization_code", url.Values{"code": {"canary-code"}, text: {"canary-value"}}, 400,
		`{"error":`+quoted+`,"error_description":`+quoted+`,`+quoted+`:"canary-member"}`)
	return w
}

var (
	mermaidLine = regexp.MustCompile(`^    (title |(actor|participant) [a-z]+ as |Note over oauthget: |[a-z]+(->>|-->>|--\)|--x)[a-z]+: )` +
		`(<br/>|#\d+;|[\pL\p{Nd} .,/_()§✓-])*$`)
	marks = regexp.MustCompile(`[<>"']`)
)

// checkInert checks that a text has added nothing to either format but text.
func checkInert(t *testing.T, text string) {
	t.Helper()
	marksOf := func(text string) string {
		page := hostile(FormatHTML, text).written(t)
		if bad := control.FindString(page); bad != "" {
			t.Errorf("the page of %q has %q", text, bad)
		}
		return strings.Join(marks.FindAllString(page, -1), "")
	}
	if got, want := marksOf(text), marksOf("plain"); got != want {
		t.Errorf("%q has changed the page: %d marks, not %d", text, len(got), len(want))
	}
	diagram := hostile(FormatMermaid, text).written(t)
	lines := strings.Split(strings.TrimSuffix(diagram, "\n"), "\n")
	if plain := hostile(FormatMermaid, "plain").written(t); len(lines) != strings.Count(plain, "\n") || lines[0] != "sequenceDiagram" {
		t.Errorf("the diagram of %q:\n%s", text, diagram)
	}
	for _, line := range lines[1:] {
		if !mermaidLine.MatchString(line) {
			t.Errorf("the diagram of %q has the line %q", text, line)
		}
	}
}

// control matches what could hide or reorder text.
var control = regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\x{2028}\x{2029}]`)

var hostileTexts = []string{
	"</script><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "' onmouseover='alert(1)", "</style><style>*{}</style>", "<!--", "{{.}}",
	"]]>", "&lt;b&gt;", "javascript:alert(1)", "</dd></dl></details>",
	"; person->>server: forged", "#59; x", "\nNote over person: forged", "%%{init: {'securityLevel': 'loose'}}%%", "wrap: x", "nowrap: x", "end",
	"```\n# forged", "$$\\alpha$$", "<br/>", "ﬂ°°60¶ß", "click person href \"x\"", "`**x**`",
	"\x1b[2J\x00\x7f", "\u202eforged\u2066", "\u2028forged", "a\r\nb", strings.Repeat("long", 500), "",
}

func TestServersTextsStayInert(t *testing.T) {
	for _, text := range hostileTexts {
		checkInert(t, text)
	}
}

func FuzzPicture(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	f.Fuzz(checkInert)
}

func TestEchoedSecretIsMasked(t *testing.T) {
	for _, format := range []string{FormatHTML, FormatMermaid} {
		w := newWalk(format, "authorization_code")
		w.authorize("client_id=cli&state=canary-state&scope=canary-state", "state=canary-state&error=canary-state&error_description=x+canary-state")
		w.redeem("authorization_code", url.Values{"code": {"canary-code"}, "canary-code": {"x"}}, 400,
			`{"error":"canary-code","error_description":"x \u0063anary-code","canary-code":1,"scope":"CANARY-code"}`)
		w.redeem("authorization_code", url.Values{"code": {"canary-code"}}, 500, `no such code: canary-code`)
		if got := w.written(t); strings.Contains(strings.ToLower(got), "canary") || !strings.Contains(got, "redacted") {
			t.Errorf("%s", got)
		}
	}
}

func TestRequestToAnotherHostHasItsName(t *testing.T) {
	diagram := walks["authorization_code"](FormatMermaid).written(t)
	for _, line := range []string{
		"participant server as Authorization server<br/>login.example.com", "participant api as API<br/>api.example.com",
		"Keys<br/>RFC 7517 §5, OpenID Connect Core §10.1<br/>GET keys.example.com/jwks.json", "POST /oauth2/token",
	} {
		if !strings.Contains(diagram, line+"\n") {
			t.Errorf("no %q in\n%s", line, diagram)
		}
	}
}

func TestRefusedAuthorizationSaysNothingOfADecision(t *testing.T) {
	if page := hostile(FormatHTML, "server_error").written(t); strings.Contains(page, "signs in and decides, if asked") || !strings.Contains(page, "answer bad") {
		t.Error(page)
	}
}

func TestWalkWithoutAStepIsDrawn(t *testing.T) {
	for _, format := range []string{FormatHTML, FormatMermaid} {
		w := &walk{}
		w.Narration = Narration{Format: format, Out: &w.out, profileGrant: "client_credentials"}
		if err := w.end(io.EOF); err != io.EOF || !strings.Contains(w.out.String(), "failed") {
			t.Errorf("%v: %s", err, w.out.String())
		}
	}
}
