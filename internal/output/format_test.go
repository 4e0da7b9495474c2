package output

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func full() token.Set {
	return token.Set{
		AccessToken: token.NewSecret("abc+/="), TokenType: "bearer", RefreshToken: token.NewSecret("r"),
		IDToken: token.NewSecret("i.d.t"), Scopes: []string{"openid", "x"}, Obtained: noon, Expiry: noon.Add(time.Hour),
	}
}

func TestFormats(t *testing.T) {
	for name, want := range map[string]string{
		"token":    "abc+/=\n",
		"header":   "Authorization: Bearer abc+/=\n",
		"env":      "export OAUTHGET_ACCESS_TOKEN='abc+/='\n",
		"curl":     "header = \"Authorization: Bearer abc+/=\"\n",
		"query":    "access_token=abc%2B%2F%3D\n",
		"id_token": "i.d.t\n",
		"template={{.access_token}} {{.scope}} {{.expires_at}}": "abc+/= openid x 2026-01-02T13:00:00Z\n",
	} {
		f, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Render(full(), noon); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestJSONHasTheMembersOfTheTokenResponse(t *testing.T) {
	f, _ := Parse("json")
	text, err := f.Render(full(), noon)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"access_token": "abc+/=", "token_type": "Bearer", "refresh_token": "r", "id_token": "i.d.t", "scope": "openid x",
		"expires_in": 3600.0, "expires_at": "2026-01-02T13:00:00Z",
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
	text, _ = f.Render(token.Set{AccessToken: token.NewSecret("a")}, noon)
	if strings.Contains(text, "expires") || strings.Contains(text, "refresh") {
		t.Errorf("members that the server did not send: %s", text)
	}
}

func TestAuthorizationDetailsAreAnArrayInJSONAndTextInATemplate(t *testing.T) {
	s := full()
	s.AuthorizationDetails = `[{"type":"payment","amount":"1.50"}]`
	f, _ := Parse("json")
	text, err := f.Render(s, noon)
	var got struct {
		Details []map[string]string `json:"authorization_details"`
	}
	if err != nil || json.Unmarshal([]byte(text), &got) != nil || len(got.Details) != 1 || got.Details[0]["amount"] != "1.50" {
		t.Errorf("%s, %v", text, err)
	}
	f, _ = Parse("template={{.authorization_details}}")
	if text, err := f.Render(s, noon); err != nil || text != s.AuthorizationDetails+"\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAuthorizationDetailsHaveNoControlCharacters(t *testing.T) {
	const said = "\u009b31m\u202eevil\u2028\U000e0041"
	raw, _ := json.Marshal([]any{map[string]string{"type": said, said: "x"}})
	s := full()
	s.AuthorizationDetails = string(raw)
	for _, format := range []string{"json", "template={{.authorization_details}}"} {
		f, _ := Parse(format)
		text, err := f.Render(s, noon)
		if err != nil || strings.ContainsFunc(text, func(r rune) bool { return r > '~' }) {
			t.Errorf("%s: %q, %v", format, text, err)
		}
		if !strings.Contains(text, `\u009b31m\u202eevil`) {
			t.Errorf("%s does not say what was granted: %s", format, text)
		}
	}
}

func TestShellAndCurlReadTheTokenBackWhateverItHolds(t *testing.T) {
	nasty := token.Set{AccessToken: token.NewSecret(`a'b"c\d$(id)` + "`id`" + `!e\n`)}
	f, _ := Parse("env")
	text, _ := f.Render(nasty, noon)
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("NOT TESTED: ", err)
	}
	out, err := exec.Command("sh", "-c", text+`printf %s "$OAUTHGET_ACCESS_TOKEN"`).Output()
	if err != nil || string(out) != nasty.AccessToken.Reveal() {
		t.Errorf("sh read %q, %v", out, err)
	}
	f, _ = Parse("curl")
	if text, _ = f.Render(nasty, noon); text != `header = "Authorization: Bearer a'b\"c\\d$(id)`+"`id`"+`!e\\n"`+"\n" {
		t.Errorf("curl config: %s", text)
	}
}

func TestUnknownFormatAndBadTemplateFailBeforeAnyToken(t *testing.T) {
	for _, name := range []string{"", "jsn", "template={{", "template={{.x | nosuch}}"} {
		if _, err := Parse(name); err == nil {
			t.Errorf("Parse(%q) succeeded", name)
		}
	}
	f, err := Parse("template={{.nosuch}}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Render(full(), noon); err == nil {
		t.Error("a member that does not exist was printed")
	}
}

func TestIDTokenFormatNeedsOne(t *testing.T) {
	f, _ := Parse("id_token")
	if out, err := f.Render(token.Set{AccessToken: token.NewSecret("a")}, noon); err == nil || out != "" {
		t.Errorf("printed %q", out)
	}
}

func TestOtherTokensAreNotPrintedAsAccessTokens(t *testing.T) {
	set := token.Set{AccessToken: token.NewSecret("a"), TokenType: token.NotApplicable, IssuedType: "urn:x"}
	for _, name := range []string{"header", "curl", "env", "query", "exec-credential"} {
		f, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := f.Render(set, time.Time{}); !errors.Is(err, token.ErrNoAccessToken) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	for _, name := range []string{"token", "json", "template={{.access_token}}"} { // the user asked for it
		f, err := Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := f.Render(set, time.Time{}); err != nil || !strings.Contains(text, "a") {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if text, err := asJSON(set, time.Time{}); err != nil || !strings.Contains(text, `"issued_token_type": "urn:x"`) {
		t.Errorf("json: %q, %v", text, err)
	}
}
