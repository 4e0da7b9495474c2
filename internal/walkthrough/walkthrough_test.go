package walkthrough

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/trace"
)

// recorded returns a token request with its answer, as package trace records it.
func recorded(t *testing.T) (Server, trace.Exchange) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"canary-token","token_type":"Bearer","scope":"a` + "```" + `b"}`))
	}))
	t.Cleanup(server.Close)
	var told trace.Exchange
	client := http.Client{Transport: trace.Record(http.DefaultTransport, func(e trace.Exchange) { told = e })}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {"canary-code"}, "resource": {"https://api.example/?a=$(id)`\"\\it's!1"}}
	req, _ := http.NewRequest(http.MethodPost, server.URL+"/token?tenant=1", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("cli", "canary-secret")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return Server{TokenEndpoint: server.URL + "/token?tenant=1"}, told
}

func steps(t *testing.T) []Step {
	server, e := recorded(t)
	u, _ := url.Parse("https://as.example/authorize?client_id=cli&state=canary-state&scope=a")
	return []Step{
		AuthorizationRequest(u, time.Unix(0, 0)),
		AuthorizationResponse(Response{
			When: time.Unix(1, 0), RedirectURI: "http://127.0.0.1:8400/callback", FromIssuer: true,
			Parameters: url.Values{"code": {"canary-code"}, "state": {"canary-state"}, "iss": {"https://as.example"}},
		}),
		server.Exchange(e),
		IDToken(IDTokenChecks{Nonce: true}),
		TokenResponse(Tokens{Type: "Bearer"}),
	}
}

func TestStepsTellTheirRulesAndNoSecret(t *testing.T) {
	text, markdown, curl := "", "", ""
	for i, s := range steps(t) {
		text, markdown, curl = text+Text(i+1, s), markdown+Markdown(i+1, s), curl+Curl(i+1, s)
	}
	for _, want := range []string{
		"1  Authorization request  (RFC 6749 §4.1.1, RFC 8252 §4.1)", "> GET https://as.example/authorize  (in the browser)",
		"client_id  cli  (RFC 6749 §2.2)", "✓ iss is the server that was asked (RFC 9207 §2.4)",
		"3  Token request  (RFC 6749 §4.1.3, RFC 7636 §4.5)", "< 200 OK",
		"4  ID Token", "✓ nonce is the one that was sent (item 11)", "5  Token response", "✓ the token type is understood (RFC 6749 §7.1)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if strings.Count(markdown, "```")%2 != 0 || !strings.Contains(markdown, "- [x] state") || !strings.Contains(markdown, "a'''b") {
		t.Errorf("Markdown:\n%s", markdown)
	}
	for _, want := range []string{`-u "$CLIENT_ID:$CLIENT_SECRET"`, `--data-urlencode 'code='"$CODE"`, "state=$STATE", "# the redirect has code=…"} {
		if !strings.Contains(curl, want) {
			t.Errorf("curl lacks %q:\n%s", want, curl)
		}
	}
	har, err := json.Marshal(HAR("test", steps(t)))
	if err != nil {
		t.Fatal(err)
	}
	if all := text + markdown + curl + string(har); strings.Contains(all, "canary") {
		t.Errorf("a secret is told:\n%s", all)
	}
}

// TestNoExchangeIsCalledChecked: an answer of status 200 may be anything.
func TestNoExchangeIsCalledChecked(t *testing.T) {
	const as = "https://as.example"
	server := Server{
		TokenEndpoint: as + "/token", PAR: as + "/par", Device: as + "/device", Revocation: as + "/revoke",
		Introspection: as + "/introspect", Userinfo: as + "/userinfo", JWKS: as + "/.well-known/jwks.json",
	}
	for target, title := range map[string]string{
		"/token": "Token request", "/par": "Pushed authorization request", "/device": "Device authorization request",
		"/revoke": "Revocation", "/introspect": "Introspection", "/userinfo": "UserInfo", "/elsewhere": "Request",
		"/.well-known/openid-configuration": "Metadata",
		"/.well-known/jwks.json":            "Keys", // where Auth0 and Amazon Cognito have them
	} {
		for _, e := range []trace.Exchange{{Status: 200}, {Status: 400}, {Failed: "connection refused"}} {
			e.Target = as + target
			if s := server.Exchange(e); len(s.Checked) > 0 || s.Title != title {
				t.Errorf("%s: %+v", target, s)
			}
		}
	}
}

// TestWhatIsSaidToBeCheckedDependsOnWhatWas has for each text the step that says it, and one that does not.
func TestWhatIsSaidToBeCheckedDependsOnWhatWas(t *testing.T) {
	for text, c := range map[string]struct{ with, without Step }{
		"by one of the server's keys":  {IDToken(IDTokenChecks{}), IDToken(IDTokenChecks{Symmetric: true})},
		"the MAC is by the client":     {IDToken(IDTokenChecks{Symmetric: true}), IDToken(IDTokenChecks{})},
		"nonce is the one":             {IDToken(IDTokenChecks{Nonce: true}), IDToken(IDTokenChecks{})},
		"iss is the server":            {AuthorizationResponse(Response{FromIssuer: true}), AuthorizationResponse(Response{Parameters: url.Values{"iss": {"a"}}})},
		"it is signed":                 {AuthorizationResponse(Response{Signed: true}), AuthorizationResponse(Response{})},
		"the scope is the one":         {TokenResponse(Tokens{ScopeAsAsked: true}), TokenResponse(Tokens{})},
		"bound to the key":             {TokenResponse(Tokens{Type: "dpop"}), TokenResponse(Tokens{Type: "bearer"})},
		"the token is no access token": {TokenResponse(Tokens{Type: "n_a"}), TokenResponse(Tokens{Type: "bearer"})},
		"issued_token_type is present": {TokenResponse(Tokens{Grant: grantExchange, IssuedType: "urn:x"}), TokenResponse(Tokens{Grant: grantExchange})},
		"the token type is understood": {TokenResponse(Tokens{Type: "Bearer"}), TokenResponse(Tokens{Type: "DPoP"})},
	} {
		if !strings.Contains(Text(1, c.with), text) || strings.Contains(Text(1, c.without), text) {
			t.Errorf("%s:\n%s%s", text, Text(1, c.with), Text(1, c.without))
		}
	}
}

func TestEndpointIsKnownHoweverItsPathIsWritten(t *testing.T) {
	for _, path := range []string{"/token/!export:1/x", "/a%2Fb/token", "/%7etoken", "/token?", "/" + strings.Repeat("long/", 60) + "token", "/t#f"} {
		var told trace.Exchange
		answer := roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
		})
		client := http.Client{Transport: trace.Record(answer, func(e trace.Exchange) { told = e })}
		if _, err := client.PostForm("https://as.example"+path, url.Values{"grant_type": {"client_credentials"}}); err != nil {
			t.Fatal(err)
		}
		if s := (Server{TokenEndpoint: "https://as.example" + path}).Exchange(told); s.Title != "Token request" {
			t.Errorf("%s is told as a %s to %s", path, s.Title, told.Target)
		}
	}
}

func TestOnlyAPollWithoutADecisionIsPending(t *testing.T) {
	poll := func(grant, code string) trace.Exchange {
		return trace.Exchange{
			Request:  trace.Message{Body: trace.Body{Fields: []trace.Field{{Name: "grant_type", Value: grant}}}},
			Response: trace.Message{Body: trace.Body{Fields: []trace.Field{{Name: "error", Value: `"` + code + `"`}}}},
		}
	}
	for want, list := range map[bool][]trace.Exchange{
		true:  {poll(deviceCode, "authorization_pending")},
		false: {poll(deviceCode, "slow_down"), poll(deviceCode, "access_denied"), poll("authorization_code", "authorization_pending"), {}},
	} {
		for _, e := range list {
			if Pending(e) != want {
				t.Errorf("%+v: %v", e, !want)
			}
		}
	}
	if why := Polls(1).Why + Polls(3).Why; !strings.Contains(why, " once more.") || !strings.Contains(why, " 3 times more.") {
		t.Error(why)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCurlCommandMeansWhatItSays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
	server, e := recorded(t)
	script := `curl() { for a; do printf '%s\n' "$a"; done; }; CODE=c; CLIENT_ID=i; CLIENT_SECRET=s` + "\n" + Curl(1, server.Exchange(e))
	out, err := exec.Command("sh", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	// Outside of single quotes, an interactive bash would put a line of its history there.
	if bare := singleQuoted.ReplaceAllString(Curl(1, server.Exchange(e)), ""); strings.Contains(bare, "!") {
		t.Errorf("%s", bare)
	}
	want := []string{
		"-sS", e.Target + "?tenant=" + "", "-u", "i:s", "--data-urlencode", "code=c", "--data-urlencode", "grant_type=authorization_code",
		"--data-urlencode", "resource=https://api.example/?a=$(id)`\"\\it's!1", "",
	}
	got := strings.Split(string(out), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, script)
	}
}

var singleQuoted = regexp.MustCompile(`'[^']*'|\\'`)

// TestHARHasWhatTheFormatDemands holds the members that HAR 1.2 does not call optional.
func TestHARHasWhatTheFormatDemands(t *testing.T) {
	data, err := json.Marshal(HAR("1", steps(t)))
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &har); err != nil || har.Log.Version != "1.2" || har.Log.Creator.Name == "" || len(har.Log.Entries) != 2 {
		t.Fatalf("%v: %s", err, data)
	}
	for _, e := range har.Log.Entries {
		for _, part := range []struct {
			name    string
			members string
		}{
			{"request", "method url httpVersion cookies headers queryString headersSize bodySize"},
			{"response", "status statusText httpVersion cookies headers content redirectURL headersSize bodySize"},
			{"timings", "send wait receive"},
			{"cache", ""},
		} {
			var object map[string]any
			if err := json.Unmarshal(e[part.name], &object); err != nil {
				t.Fatal(err)
			}
			for _, m := range strings.Fields(part.members) {
				if _, ok := object[m]; !ok {
					t.Errorf("%s lacks %s", part.name, m)
				}
			}
		}
		var request struct{ URL string }
		_ = json.Unmarshal(e["request"], &request)
		if u, err := url.Parse(request.URL); err != nil || !u.IsAbs() {
			t.Errorf("%s is no URL", request.URL)
		}
	}
}
