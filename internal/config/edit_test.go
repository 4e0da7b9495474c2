package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEditTouchesNothingElse(t *testing.T) {
	set := func(name, key string, texts ...string) func(*Editor) error {
		return func(e *Editor) error { return e.Set(name, map[string][]string{key: texts}) }
	}
	add := func(name string) func(*Editor) error {
		return func(e *Editor) error {
			return e.AddProfile(name, map[string][]string{
				"client_id": {"c"}, "issuer": {"https://a.example"}, "scopes": {"a b"},
				"authorization_parameters": {"prompt=login", "x.y=1"},
			})
		}
	}
	remove := func(name string) func(*Editor) error {
		return func(e *Editor) error { return e.RemoveProfile(name) }
	}
	top := func(key, value string) func(*Editor) error {
		return func(e *Editor) error { return e.SetTop(key, value) }
	}
	const three = "# head\n\n[profiles.a] # A\nclient_id = 'a'\n# in a\n\n# about b\n[profiles.b]\n  client_id=\"b\" # B\n  pkce = true\n\n# apart\n\n[profiles.c]\nclient_id = 'c'"
	for _, test := range []struct {
		name         string
		change       func(*Editor) error
		before, want string
	}{
		{"replace", set("b", "client_id", "B\"\\"), three, strings.Replace(three, `client_id="b"`, `client_id="B\"\\"`, 1)},
		{"insert, indented", set("b", "scopes", "x y", "z"), three, strings.Replace(three, "pkce = true\n", "pkce = true\n  scopes = [\"x\", \"y\", \"z\"]\n", 1)},
		{"insert at the end", set("c", "redirect_ports", "1,2"), three, three + "\nredirect_ports = [1, 2]\n"},
		{"insert into nothing", set("a", "pkce", "false"), "[profiles.a]", "[profiles.a]\npkce = false\n"},
		{"replace over lines", set("a", "scopes", "x"), "[profiles.a]\nscopes = [\n 'a', # why\n] # tail\nclient_id='x'\n", "[profiles.a]\nscopes = [\"x\"] # tail\nclient_id='x'\n"},
		{"CRLF", set("a", "client_id", "x"), "# c\r\n[profiles.a]\r\n", "# c\r\n[profiles.a]\r\nclient_id = \"x\"\r\n"},
		{"byte order mark", top("store", "none"), "\xef\xbb\xbf[profiles.a]\n", "\xef\xbb\xbfstore = \"none\"\n\n[profiles.a]\n"},
		{"inline profile", set("a", "client_id", "x"), "profiles = { a = {}, b = { pkce = true } } # c\n", "profiles = { a = { client_id = \"x\" }, b = { pkce = true } } # c\n"},
		{"inline profile, not empty", set("b", "client_id", "x"), "profiles = { a = {}, b = { pkce = true } } # c\n", "profiles = { a = {}, b = { pkce = true, client_id = \"x\" } } # c\n"},
		{"dotted profile", set("a", "client_id", "x"), "[profiles]\na.pkce = true # a\nb.pkce = true\n", "[profiles]\na.pkce = true # a\na.client_id = \"x\"\nb.pkce = true\n"},
		{"parameter under its header", set("a", "authorization_parameters", "n=1"), "[profiles.a]\n[profiles.a.authorization_parameters]\nm = '1'\n[profiles.b]\n", "[profiles.a]\n[profiles.a.authorization_parameters]\nm = '1'\nn = \"1\"\n[profiles.b]\n"},
		{"parameter inline", set("a", "authorization_parameters.n", "1", "2"), "[profiles.a]\nauthorization_parameters = { m = '1' }\n", "[profiles.a]\nauthorization_parameters = { m = '1', n = [\"1\", \"2\"] }\n"},
		{"key beside a parameter's header", set("a", "client_id", "x"), "[profiles.a.token_parameters]\nm = '1'\n", "[profiles.a.token_parameters]\nm = '1'\n\n[profiles.a]\nclient_id = \"x\"\n"},
		{"one client secret", set("a", "client_secret_env", "X"), "[profiles.a]\nclient_secret_file = 'x' # c\npkce = true\n", "[profiles.a]\npkce = true\nclient_secret_env = \"X\"\n"},
		{"empty text removes", set("b", "pkce", ""), three, strings.Replace(three, "  pkce = true\n", "", 1)},
		{"empty text removes a table", set("a", "token_parameters", ""), "[profiles.a]\npkce = true\n\n[profiles.a.token_parameters]\nx = '1'\n", "[profiles.a]\npkce = true\n"},
		{"empty text replaces a table", set("a", "token_parameters", "", "y="), "[profiles.a]\ntoken_parameters = { x = '1' }\n", "[profiles.a]\ntoken_parameters.y = \"\"\n"},
		{"the last key is removed", set("a", "pkce", ""), "[profiles]\na.pkce = true\n", "[profiles]\n\n[profiles.a]\n"},
		{"removed inline", set("a", "pkce", ""), "profiles = { a = { pkce = true, client_id = 'x' } }\n", "profiles = { a = { client_id = 'x' } }\n"},
		{"last removed inline", set("a", "client_id", ""), "profiles = { a = { pkce = true, client_id = 'x' } }\n", "profiles = { a = { pkce = true } }\n"},
		{"add to nothing", add("n"), "", "[profiles.n]\nissuer = \"https://a.example\"\nclient_id = \"c\"\nscopes = [\"a\", \"b\"]\nauthorization_parameters.prompt = \"login\"\nauthorization_parameters.\"x.y\" = \"1\"\n"},
		{"add inline", add("n"), "profiles = { a = {} }\n", "profiles = { a = {}, n = { issuer = \"https://a.example\", client_id = \"c\", scopes = [\"a\", \"b\"], authorization_parameters.prompt = \"login\", authorization_parameters.\"x.y\" = \"1\" } }\n"},
		{"remove the first", remove("a"), three, "# head\n\n# about b\n[profiles.b]\n  client_id=\"b\" # B\n  pkce = true\n\n# apart\n\n[profiles.c]\nclient_id = 'c'"},
		{"remove with its comment", remove("b"), three, "# head\n\n[profiles.a] # A\nclient_id = 'a'\n# in a\n\n# apart\n\n[profiles.c]\nclient_id = 'c'"},
		{"remove the last", remove("c"), three, "# head\n\n[profiles.a] # A\nclient_id = 'a'\n# in a\n\n# about b\n[profiles.b]\n  client_id=\"b\" # B\n  pkce = true\n\n# apart\n"},
		{"remove the default", remove("a"), "default_profile = 'a'\n\n[profiles.a]\n\n[profiles.a.token_parameters]\nx = '1'\n\n[profiles.b]\n", "\n[profiles.b]\n"},
		{"remove inline", remove("a"), "profiles = { a = { }, b = {} }\n", "profiles = { b = {} }\n"},
		{"comment at the top stays", remove("a"), "# mine\n[profiles.a]\n", "# mine\n"},
		{"default, replaced", top("default_profile", "b"), "default_profile='a' # d\n" + three, "default_profile=\"b\" # d\n" + three},
		{"default, below the heading", top("default_profile", "b"), three, strings.Replace(three, "# head\n\n", "# head\n\ndefault_profile = \"b\"\n\n", 1)},
		{"default, removed", top("default_profile", ""), "default_profile='a' # d\n" + three, three},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := written(t, test.before)
			if err := Edit(path, test.change); err != nil {
				t.Fatal(message(err))
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if _, err := Load(t.Context(), path); err != nil {
				t.Error(message(err))
			}
		})
	}
}

// aClient is as much as a new profile needs.
var aClient = map[string][]string{"issuer": {"https://b.example"}, "client_id": {"b"}}

func TestEditWritesNothingThatIsWrong(t *testing.T) {
	const text = "[profiles.a]\nclient_id = 'a'\n"
	for _, test := range []struct {
		change func(*Editor) error
		want   string
	}{
		{func(e *Editor) error { return e.AddProfile("a", nil) }, "config.toml:1:2: profile a already exists\noauthget profile set a --KEY VALUE"},
		{func(e *Editor) error { return e.AddProfile("a b", nil) }, "a profile's name cannot contain spaces, slashes or control characters: \"a b\""},
		{
			func(e *Editor) error { return e.AddProfile("b", map[string][]string{"client_id": {"b"}}) },
			"issuer is missing, or authorization_endpoint and token_endpoint\noauthget profile add NAME --issuer URL --client-id ID",
		},
		{
			func(e *Editor) error {
				return e.AddProfile("b", map[string][]string{"client_id": {"b"}, "grant": {"device_code"}, "token_endpoint": {"https://b.example/t"}})
			},
			"issuer is missing, or device_authorization_endpoint and token_endpoint\noauthget profile add NAME --issuer URL --client-id ID",
		},
		{
			func(e *Editor) error { return e.AddProfile("b", map[string][]string{"issuer": {"https://b.example"}}) },
			"client_id is missing\noauthget profile add NAME --issuer URL --client-id ID",
		},
		{func(e *Editor) error { return e.Set("aa", map[string][]string{"pkce": {"true"}}) }, "config.toml: no such profile: \"aa\"\ndid you mean \"a\"?"},
		{func(e *Editor) error { return e.RemoveProfile("zz") }, "config.toml: no such profile: \"zz\"\noauthget profile list"},
		{func(e *Editor) error { return e.Set("a", map[string][]string{"clientid": {"x"}}) }, "unknown key \"clientid\"\ndid you mean \"client_id\"?"},
		{func(e *Editor) error { return e.Set("a", map[string][]string{"issuer": {"http://x"}}) }, "issuer: http is only allowed for this machine (127.0.0.1, [::1], localhost); use https://x"},
		{func(e *Editor) error { return e.Set("a", map[string][]string{"pkce": {"x"}}) }, "pkce: want true or false"},
		{func(e *Editor) error { return e.Set("a", map[string][]string{"token_parameters.code": {"x"}}) }, "token_parameters: code is set by oauthget\nremove it"},
		{func(e *Editor) error { return e.SetTop("store", "x") }, "store: \"x\" is not one of keychain, file, none"},
		{func(e *Editor) error { return e.SetTop("default_profile", "b") }, "config.toml: no such profile: \"b\"\ndid you mean \"a\"?"},
		{func(e *Editor) error { return e.SetTop("defaultprofile", "b") }, "unknown key \"defaultprofile\"\ndid you mean \"default_profile\"?"},
	} {
		path := written(t, text)
		err := Edit(path, test.change)
		if diff := cmp.Diff(test.want, message(err)); diff != "" {
			t.Error(diff)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%s: the file was changed: %s", test.want, got)
		}
	}
	path := written(t, "[profiles.a]\nx = 1\n")
	if err := Edit(path, func(e *Editor) error { return e.AddProfile("b", aClient) }); message(err) != "config.toml:2:1: unknown key \"x\" (near: x = …)" {
		t.Errorf("a file that is wrong: %v", err)
	}
}

func TestEditKeepsLiteralSecretsFromOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	path := written(t, "[profiles.a]\n")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	err := Edit(path, func(e *Editor) error { return e.Set("a", map[string][]string{"client_secret": {"canary"}}) })
	if got := message(err); !strings.Contains(got, "chmod 600") || strings.Contains(got, "canary") {
		t.Errorf("err = %s", got)
	}
	if got, _ := os.ReadFile(path); bytes.Contains(got, []byte("canary")) {
		t.Error("it was written")
	}
}

func TestEditKeepsModeAndSymbolicLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	path := written(t, "[profiles.a]\n")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.toml")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := Edit(link, func(e *Editor) error { return e.AddProfile("b", aClient) }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
	if got, err := os.Readlink(link); err != nil || got != path {
		t.Errorf("the link: %q, %v", got, err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestEditMakesTheFileForItsOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	path := filepath.Join(t.TempDir(), "a", "oauthget", "config.toml")
	if err := Edit(path, func(e *Editor) error { return e.AddProfile("b", aClient) }); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
}

func TestEditGivesWayToAnotherProgram(t *testing.T) {
	path := written(t, "[profiles.a]\n")
	const theirs = "[profiles.theirs]\n"
	err := Edit(path, func(e *Editor) error {
		return errors.Join(e.AddProfile("b", aClient), os.WriteFile(path, []byte(theirs), 0o600))
	})
	if err == nil || !strings.Contains(err.Error(), "another program has changed it") {
		t.Errorf("err = %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != theirs {
		t.Errorf("the file: %q", got)
	}
}

func TestReplacedProfileKeepsNothingAndStaysTheDefault(t *testing.T) {
	path := written(t, "# mine\ndefault_profile = \"a\"\n\n[profiles.a]\nissuer = \"https://old.example\"\nclient_id = \"old\"\nscopes = [\"x\"]\n\n[profiles.b]\nissuer = \"https://b.example\"\nclient_id = \"b\"\n")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDraft(path, func(e *Editor) error {
		return e.ReplaceProfile("a", map[string][]string{"issuer": {"https://new.example"}, "client_id": {"new"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := Resolve(Input{File: d.File})
	if err != nil || p.Name != "a" || p.Issuer != "https://new.example" || len(p.Scopes) > 0 {
		t.Errorf("%v, %+v", err, p)
	}
	if now, _ := os.ReadFile(path); string(now) != string(before) {
		t.Errorf("the draft has been written:\n%s", now)
	}
	if err := d.Save(); err != nil {
		t.Fatal(err)
	}
	now, _ := os.ReadFile(path)
	if text := string(now); strings.Contains(text, "old") || !strings.HasPrefix(text, "# mine\n\ndefault_profile = \"a\"") || !strings.Contains(text, "[profiles.b]") {
		t.Error(text)
	}
	// Somebody else has edited the file since.
	if d, err = NewDraft(path, func(e *Editor) error { return e.Set("a", map[string][]string{"client_id": {"newer"}}) }); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(now, "# more\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(); err == nil || !strings.Contains(err.Error(), "another program has changed it") {
		t.Error(err)
	}
}
