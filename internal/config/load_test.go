package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadNamesThePlaceAndTheNearestKey(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"unknown key": {
			"[profiles.work]\n  clientid = \"hunter2\"\n",
			"config.toml:2:3: unknown key \"clientid\" (near: clientid = …)\ndid you mean \"client_id\"?",
		},
		"dashes for underscores": {
			"[profiles.work]\ntoken-endpoint = \"hunter2\"\n",
			"config.toml:2:1: unknown key \"token-endpoint\" (near: token-endpoint = …)\ndid you mean \"token_endpoint\"?",
		},
		"misspelt secret": {
			"[profiles.work]\nclient_secrt = \"hunter2\"\n",
			"config.toml:2:1: unknown key \"client_secrt\" (near: client_secrt = …)\ndid you mean \"client_secret\"?",
		},
		"nothing near": {
			"[profiles.work]\ncolour = \"hunter2\"\n",
			"config.toml:2:1: unknown key \"colour\" (near: colour = …)",
		},
		"in an inline table": {
			"profiles = { work = { clientid = \"hunter2\" } }\n",
			"config.toml:1:23: unknown key \"clientid\" (near: clientid = …)\ndid you mean \"client_id\"?",
		},
		"as a table": {
			"[profiles.work.client_idd]\n",
			"config.toml:1:2: unknown key \"client_idd\" (near: [profiles.work.client_idd])\ndid you mean \"client_id\"?",
		},
		"top level": {
			"defaultprofile = \"work\"\n",
			"config.toml:1:1: unknown key \"defaultprofile\" (near: defaultprofile = …)\ndid you mean \"default_profile\"?",
		},
		"key outside of a profile": {
			"client_id = \"x\"\n",
			"config.toml:1:1: unknown key \"client_id\" (near: client_id = …)\nput it under a profile: [profiles.NAME]",
		},
		"profile outside of profiles": {
			"[work]\nclient_id = \"x\"\n",
			"config.toml:1:2: unknown key \"work\" (near: [work])\na profile is a table named [profiles.NAME]",
		},
		"singular": {
			"[profile.work]\n",
			"config.toml:1:2: unknown key \"profile\" (near: [profile.work])\ndid you mean \"profiles\"?",
		},
		"column in characters": {
			"[profiles.w]\nauthorization_parameters = { \"ä\" = \"ö\", x = 1.5 }\n",
			"config.toml:2:41: authorization_parameters.x: want a string, a boolean, an integer or an array of strings, not a float",
		},
		"line break of Windows, byte order mark": {
			"\xef\xbb\xbf[profiles.w]\r\nissuer = \"https://a.example\"\r\nclientid = \"x\"\r\n",
			"config.toml:3:1: unknown key \"clientid\" (near: clientid = …)\ndid you mean \"client_id\"?",
		},
		"string wanted":  {"[profiles.w]\nclient_id = 1\n", "config.toml:2:1: client_id: want a string, not an integer"},
		"string, array":  {"[profiles.w]\nclient_id = [\"a\"]\n", "config.toml:2:1: client_id: want a string, not an array"},
		"string, table":  {"[profiles.w]\nclient_secret = { hunter2 = 1 }\n", "config.toml:2:1: client_secret: want a string, not a table"},
		"string, header": {"[profiles.w.client_id]\n", "config.toml:1:2: client_id: want a string, not a table"},
		"string, dotted": {"[profiles.w]\nclient_id.a = 1\n", "config.toml:2:1: client_id: want a string, not a table"},
		"bool wanted":    {"[profiles.w]\npkce = \"true\"\n", "config.toml:2:1: pkce: want true or false, not a string"},
		"list wanted":    {"[profiles.w]\nscopes = [1]\n", "config.toml:2:1: scopes: want a string or an array of strings, not an array with an integer in it"},
		"ports wanted":   {"[profiles.w]\nredirect_ports = [\"8400\"]\n", "config.toml:2:1: redirect_ports: want an array of integers, not an array with a string in it"},
		"ports too large": {
			"[profiles.w]\nredirect_ports = 99999999999999999999\n",
			"config.toml:2:1: profiles.w.redirect_ports: the integer is out of range",
		},
		"command wanted": {
			"[profiles.w]\nclient_secret_command = \"pass show hunter2\"\n",
			"config.toml:2:1: client_secret_command: want an array of strings, the program first, not a string",
		},
		"table wanted":     {"[profiles.w]\ntoken_parameters = \"hunter2\"\n", "config.toml:2:1: token_parameters: want a table, not a string"},
		"parameter, table": {"[profiles.w.token_parameters]\na = {}\n", "config.toml:2:1: token_parameters.a: want a string, a boolean, an integer or an array of strings, not a table\nput a name with a dot in quotes: \"a.b\" = \"value\""},
		"parameter, dots": {
			"[profiles.w.token_parameters]\na.b = \"hunter2\"\n",
			"config.toml:2:1: token_parameters.a: want a string, a boolean, an integer or an array of strings, not a table\nput a name with a dot in quotes: \"a.b\" = \"value\"",
		},
		"profile is a value": {"[profiles]\nwork = \"hunter2\"\n", "config.toml:2:1: profiles.work: want a table, not a string"},
		"profiles is a value": {
			"profiles = \"hunter2\"\n",
			"config.toml:1:1: profiles: want a table, not a string",
		},
		"array of tables": {"[[profiles.work]]\n", "config.toml:1:3: profiles.work: want a table, not an array\nwrite [profiles.work]"},
		"key twice":       {"[profiles.w]\nclient_id = \"a\"\nclient_id = \"b\"\n", "config.toml:3:1: profiles.w.client_id is defined twice"},
		"table twice":     {"[profiles.w]\n[profiles.w]\n", "config.toml:2:2: profiles.w is defined twice"},
		"inline table extended": {
			"[profiles]\nw = {}\n[profiles.w]\n",
			"config.toml:3:2: profiles.w is defined twice",
		},
		"dotted table extended": {
			"[profiles]\nw.client_id = \"a\"\n[profiles.w]\n",
			"config.toml:3:2: profiles.w is defined twice",
		},
		"unquoted": {
			"[profiles.w]\nclient_secret = hunter2\n",
			"config.toml:2:17: not TOML: unexpected character at start of value\nput text in quotes: key = \"value\"",
		},
		"unterminated": {"[profiles.w]\nclient_secret = \"hunter2\n", "config.toml:2:25: not TOML: basic strings cannot have new lines"},
		"invalid UTF-8": {
			"[profiles.w]\nclient_id = \"\xff\"\n",
			"config.toml:2:14: not TOML: invalid UTF-8 character in basic string",
		},
		"name with a space": {
			"[profiles.\"a b\"]\n",
			"config.toml:1:2: a profile's name cannot contain spaces, slashes or control characters: \"a b\" (near: [profiles.\"a b\"])",
		},
		"name with an escape sequence": {
			"[profiles.\"a\\u001b[31m\"]\n",
			"config.toml:1:2: a profile's name cannot contain spaces, slashes or control characters: \"a[31m\" (near: [profiles.\"a\\u001b[31m\"])",
		},
		"name like a flag": {
			"[profiles.-v]\n",
			"config.toml:1:2: a profile's name cannot begin with a dash: \"-v\" (near: [profiles.-v])",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(t.Context(), written(t, test.text))
			if diff := cmp.Diff(test.want, message(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadTellsAMissingFileApart(t *testing.T) {
	_, err := Load(t.Context(), filepath.Join(t.TempDir(), "config.toml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("errors.Is(%v, fs.ErrNotExist) = false", err)
	}
	dir := t.TempDir()
	_, err = Load(t.Context(), dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil || !strings.HasPrefix(err.Error(), dir+": read profile file: it is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

func TestLoadRefusesWhatNoProfileFileIsAsLargeAs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(t.Context(), path); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("err = %v", err)
	}
}

func TestProfilesComeInTheOrderOfTheFile(t *testing.T) {
	f, err := Load(t.Context(), written(t, "default_profile = 'b'\n[profiles]\nz.client_id = 'x'\n[profiles.b]\n[profiles.a.token_parameters]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"z", "b", "a"}, f.Profiles()); diff != "" {
		t.Error(diff)
	}
	if f.DefaultProfile() != "b" {
		t.Errorf("DefaultProfile() = %q", f.DefaultProfile())
	}
}

// TestNoErrorShowsAValue puts a canary wherever a secret may have been written by mistake.
func TestNoErrorShowsAValue(t *testing.T) {
	const canary = "canary-8f3a"
	for _, text := range []string{
		"client_secret = \"" + canary + "\"",
		"[profiles.w]\nclient_secret = " + canary,
		"[profiles.w]\nclient_secret = \"" + canary,
		"[profiles.w]\nclient_secret = \"" + canary + "\\q\"",
		"[profiles.w]\nclient_secret = \"\"\"\n" + canary + "=\n",
		"[profiles.w]\nclient_secret = '" + canary + "' '" + canary + "'",
		"[profiles.w]\nclient_secret = [\"" + canary + "\"]",
		"[profiles.w]\nclient_secret = { \"" + canary + "\" = 1 }",
		"[profiles.w]\nclient_secrets = \"" + canary + "\"",
		"[profiles.w]\nsecret = { value = \"" + canary + "\" }",
		"[profiles.w]\nclient_secret_command = \"" + canary + "\"",
		"[profiles.w]\ntoken_parameters = \"" + canary + "\"",
		"[profiles.w]\ntoken_parameters = { client_secret = \"" + canary + "\" }\nissuer='https://a.example'\nclient_id='x'",
		"[profiles.w]\nissuer = \"https://u:" + canary + "@a.example\"",
		"[profiles.w]\nissuer = \"https://a.example/?" + canary + "\"",
		"[profiles.w]\nissuer = \"" + canary + " x\"",
		"[profiles.w]\nredirect_ports = [\"" + canary + "\"]",
		"[profiles.w]\nclient_secret = \"" + canary + "\"\nclient_secret_env = \"X\"\nissuer='https://a.example'\nclient_id='x'",
		"[profiles.w]\nclient_secret = \"" + canary + "\"\ntoken_endpoint_auth_method = 'none'\nissuer='https://a.example'\nclient_id='x'",
		"[profiles.w]\nclient_secret = \"" + canary + "\"",
	} {
		_, _, err := resolved(t, text, Input{Name: "w"})
		if err == nil {
			t.Errorf("%s: no error", text)
		} else if got := message(err); strings.Contains(got, canary) || strings.Contains(got, "\n"+canary) {
			t.Errorf("%s: the error shows it: %s", text, got)
		}
	}
}
