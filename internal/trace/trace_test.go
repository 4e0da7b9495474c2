package trace

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// exchange sends one request through a trace and returns the trace and what the caller received.
func exchange(t *testing.T, req *http.Request, answer http.HandlerFunc) (written, received string) {
	t.Helper()
	s := httptest.NewServer(answer)
	defer s.Close()
	target, _ := url.Parse(s.URL)
	req.URL.Scheme, req.URL.Host = target.Scheme, target.Host
	var out bytes.Buffer
	client := http.Client{Transport: (&Writer{W: &out}).Wrap(s.Client().Transport)}
	resp, err := client.Do(req)
	if err != nil {
		return out.String(), ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return out.String(), string(body)
}

func tokenRequest() *http.Request {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {"canary-code"}, "code_verifier": {"canary-verifier"},
		"client_secret": {"canary secret+"}, "brand_new_parameter": {"canary-future"}, "redirect_uri": {"http://127.0.0.1:1/cb"},
	}
	req, _ := http.NewRequest(http.MethodPost, "http://x/token?api_key=canary-query", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("client", "canary-basic")
	req.Header.Set("X-Api-Key", "canary-header")
	req.Header.Set("DPoP", "canary-proof")
	return req
}

func TestTraceShowsTheExchangeWithoutItsSecrets(t *testing.T) {
	const answer = `{"access_token":"canary-at","refresh_token":"canary-rt","id_token":"canary.id.token","token_type":"Bearer",` +
		`"expires_in":3600,"scope":"a b","new_member":{"deep":"canary-deep"},"number":12}`
	written, received := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "session=canary-cookie")
		io.WriteString(w, answer)
	})
	if received != answer {
		t.Errorf("the caller received %q", received)
	}
	if strings.Contains(written, "canary") {
		t.Errorf("a secret is in the trace:\n%s", written)
	}
	for _, want := range []string{"> POST ", "grant_type=authorization_code", "redirect_uri=http://127.0.0.1:1/cb", "< 200 OK", "expires_in: 3600", `scope: "a b"`, "code=[11 bytes, hmac "} {
		if !strings.Contains(written, want) {
			t.Errorf("no %q in the trace:\n%s", want, written)
		}
	}
}

func TestTraceMasksAnEcho(t *testing.T) {
	for _, echo := range []string{"canary-code", "canary+secret%2B", "canary secret+", "canary-basic", "canary-query", "canary-verifier", "canary-proof"} {
		written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer error_description="+echo)
			w.Header().Set("Location", "https://x/?error="+url.QueryEscape(echo))
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"invalid_grant","error_description":"unknown: `+echo+`","`+echo+`":1}`)
		})
		if strings.Contains(written, echo) || strings.Contains(written, "canary") {
			t.Errorf("echo of %q:\n%s", echo, written)
		}
	}
}

func TestTraceMasksSecretsThatTheAnswerRepeats(t *testing.T) {
	var escaped strings.Builder
	for _, c := range "canary-code" {
		fmt.Fprintf(&escaped, `\u%04x`, c)
	}
	basic := base64.StdEncoding.EncodeToString([]byte("client:canary-basic"))
	for name, answer := range map[string]string{
		"escaped":      `{"error_description":"` + escaped.String() + `"}`,
		"in a list":    `{"error_description":["` + escaped.String() + `"]}`,
		"its token":    `{"access_token":"canary-token","scope":"a canary-token"}`,
		"earlier":      `{"access_token":"canary-token","aud_endpoint":"canary-token","Scope":"x"}`,
		"its own name": `{"access_token":"canary-token","canary-token":1}`,
		"in a header":  `{"refresh_token":"canary-in-a-header"}`,
		"upper case":   `{"error_description":"CANARY-CODE"}`,
		"base64":       `{"error_description":"` + basic + `"}`,
	} {
		written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Canary-Code", "1")
			w.Header().Set("Location", "https://as.example/%63anary-code/canary%2Dcode")
			w.Header().Set("Server", "canary-in-a-header")
			if name != "in a header" {
				w.Header().Del("Server")
			}
			io.WriteString(w, answer)
		})
		if strings.Contains(strings.ToLower(written), "canary") || strings.Contains(written, basic) {
			t.Errorf("%s:\n%s", name, written)
		}
	}
}

func TestTraceMasksAPartOfASecret(t *testing.T) {
	const code = "SplxlOBeZQQYbYS6WxSbIA"
	for _, echo := range []string{code[:20], hex.EncodeToString([]byte(code)), base64.StdEncoding.EncodeToString([]byte("x" + code[:15]))[3:19]} {
		req := tokenRequest()
		req.URL.RawQuery = "code=" + code
		written, _ := exchange(t, req, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "as/"+echo)
			w.Header().Set("Location", "https://x/"+echo+"?error="+echo)
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error_description":"`+echo+`","`+echo+`":1}`)
		})
		if strings.Contains(written, echo[:12]) {
			t.Errorf("%s:\n%s", echo, written)
		}
	}
}

func TestTraceLeavesTheServersAddressInSight(t *testing.T) {
	written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"verification_uri":"https://as.example/realms/demo/device","verification_uri_complete":"https://as.example/realms/demo/device?user_code=WDJB-MJHT","error_description":"WDJB-MJHT"}`)
	})
	if !strings.Contains(written, `verification_uri: "https://as.example/realms/demo/device"`) || strings.Contains(written, "WDJB") {
		t.Error(written)
	}
}

func TestTraceShowsWhyTheServerRefused(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"no such client"}`:                 `< reason: "no such client"`,
		`{"error":{"message":"no such client"}}`:       `< reason: "no such client"`,
		`no such client`:                               `< reason: "no such client"`,
		`{"message":"no canary-code here"}`:            `< reason: "no [redacted] here"`,
		`{"message":"no","secret":"canary-new"}`:       `< reason: "no"`,
		`{"message":"is canary-new","x":"canary-new"}`: `< reason: "is [redacted]"`,
		`{"error":"x","error_description":"so"}`:       `error_description: "so"`,
	} {
		written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, body)
		})
		if !strings.Contains(written, want) || strings.Contains(written, "canary") || strings.Contains(body, "error_description") == strings.Contains(written, "reason") {
			t.Errorf("%s:\n%s", body, written)
		}
	}
	written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"message":"canary-new"}`) // is no refusal
	})
	if strings.Contains(written, "canary") || strings.Contains(written, "reason") {
		t.Error(written)
	}
}

func TestTraceShowsMetadata(t *testing.T) {
	req, _ := http.NewRequest(http.MethodGet, "http://x/.well-known/openid-configuration", nil)
	written, _ := exchange(t, req, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"issuer":"https://as.example","token_endpoint":"https://as.example/token","scopes_supported":["a","b"],"cloud_name":"as.example"}`)
	})
	for _, want := range []string{`issuer: "https://as.example"`, `token_endpoint: "https://as.example/token"`, `scopes_supported: ["a","b"]`} {
		if !strings.Contains(written, want) {
			t.Errorf("no %q in the trace:\n%s", want, written)
		}
	}
}

func TestTraceLimitsTheNumberOfMembers(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `"hidden%d":"secret%d",`, i, i)
	}
	written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{`+b.String()+`"scope":"canary-scope"}`)
	})
	if !strings.Contains(written, "not shown]") || strings.Contains(written, "canary") {
		t.Errorf("%d bytes written", len(written))
	}
}

func TestParametersMaskAHiddenValueInAShownOne(t *testing.T) {
	got := Parameters(url.Values{"code": {"canary-code"}, "scope": {"openid CANARY-code"}, "iss": {"https://as.example"}})
	if strings.Contains(strings.ToLower(got), "canary") || !strings.Contains(got, "iss=https://as.example") || !strings.Contains(got, "scope=openid [redacted]") {
		t.Error(got)
	}
	u := &url.URL{Scheme: "https", Host: "as.example", RawQuery: "state=canary-state&prompt=canary-state"}
	if got := URL(u); strings.Contains(got, "canary") {
		t.Error(got)
	}
}

func TestTraceHasNoControlCharacters(t *testing.T) {
	written, _ := exchange(t, tokenRequest(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "\x1b[2J<html>canary-page")
	})
	if strings.ContainsAny(written, "\x1b\r") || strings.Contains(written, "canary") || !strings.Contains(written, "not shown]") {
		t.Errorf("%q", written)
	}
}

func TestTraceReportsAFailureAndPassesItOn(t *testing.T) {
	var out bytes.Buffer
	boom := fmt.Errorf("canary-code %w", io.EOF) // net/http quotes what it cannot read
	rt := (&Writer{W: &out}).Wrap(failing{boom})
	if _, err := rt.RoundTrip(tokenRequest()); !errors.Is(err, boom) {
		t.Error(err)
	}
	if got := out.String(); strings.Contains(got, "canary") || !strings.Contains(got, "! connection closed") {
		t.Errorf("%s", got)
	}
}

func TestSecretInsideAnObjectIsMaskedWhereItIsRepeated(t *testing.T) {
	r := newRedactor(tokenRequest(), nil)
	body := []byte(`{"data":{"inner":{"access_token":"canary-token"}},"scope":"read canary-token"}`)
	r.rememberAnswer(&http.Response{Header: http.Header{"Content-Type": {"application/json"}}}, body)
	if text := fmt.Sprint(r.body("application/json", body)); strings.Contains(text, "canary-token") {
		t.Error(text)
	}
	request := tokenRequest()
	request.Header.Set("Content-Type", "application/json")
	sent := newRedactor(request, []byte(`{"code":"canary-json-code"}`))
	if text := fmt.Sprint(sent.body("application/json", []byte(`{"error_description":"no canary-json-code"}`))); strings.Contains(text, "canary-json-code") {
		t.Error(text)
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func FuzzTrace(f *testing.F) {
	f.Add("application/json", `{"error_description":"canary-code","x":[1,{"y":"canary-code"}],"scope":"canary-code"}`)
	f.Add("application/x-www-form-urlencoded", `error=canary%2Dcode&scope=canary-code`)
	f.Add("text/plain", "canary-code")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		got := newRedactor(tokenRequest(), []byte("code=canary-code")).body(contentType, []byte(body))
		if text := fmt.Sprint(got); strings.Contains(text, "canary-code") {
			t.Fatal(text)
		}
	})
}
