package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const client = "issuer = 'https://i.example'\nclient_id = 'c'\n"

// What opens the file store is one setting: a stronger place's passphrase_command does not lose to a weaker one's
// identity_file, which the store would otherwise prefer.
func TestStrongerPlaceSaysAloneWhatOpensTheFileStore(t *testing.T) {
	const top = "store = 'file'\nidentity_file = 'top.key'\n[profiles.w]\n" + client
	for name, c := range map[string]struct {
		text           string
		env            map[string]string
		flags          map[string][]string
		store          string
		identity, argv string
	}{
		"the file's own":       {text: top, store: "file", identity: "DIR/top.key"},
		"the profile's":        {text: top + "passphrase_command = ['pass', 'a b']", store: "file", argv: "pass|a b"},
		"the profile has none": {text: top + "identity_file = ''", store: "file"},
		"a flag's": {
			text:  top,
			flags: map[string][]string{"passphrase_command": {"pass", "a b"}, "store": {"keychain"}},
			store: "keychain", argv: "pass|a b",
		},
		"the environment's": {
			text: top, env: map[string]string{"OAUTHGET_IDENTITY_FILE": "here.key", "OAUTHGET_PASSPHRASE": "canary"},
			store: "file", identity: "here.key",
		},
		"a command for the whole file": {
			text:  "passphrase_command = ['pass', 'x']\n[profiles.w]\n" + client + "identity_file = '/k'",
			store: "keychain", identity: "/k",
		},
	} {
		in := Input{Name: "w", Flags: c.flags, LookupEnv: environment(c.env)}
		f, err := Load(t.Context(), written(t, c.text))
		if err != nil {
			t.Fatal(err)
		}
		in.File = f
		p, origins, err := Resolve(in)
		if err != nil {
			t.Errorf("%s: %s", name, message(err))
			continue
		}
		identity := strings.Replace(c.identity, "DIR", filepath.Dir(f.Path), 1)
		if p.Store != c.store || p.IdentityFile != filepath.FromSlash(identity) || strings.Join(p.PassphraseCommand, "|") != c.argv {
			t.Errorf("%s: %s, %q, %q", name, p.Store, p.IdentityFile, p.PassphraseCommand)
		}
		for _, row := range Show(p, origins) {
			if row.Origin.Where == "" {
				t.Errorf("%s: nobody knows where %s comes from", name, row.Key)
			}
		}
	}
}

func TestPassphraseCommandIsRunLikeAnySecretsCommand(t *testing.T) {
	if !(Profile{}).Passphrase().Empty() {
		t.Error("no command is a source")
	}
	source := Profile{PassphraseCommand: []string{"sh", "-c", "echo 'canary one'; echo two"}}.Passphrase()
	secret, err := source.Resolve(t.Context(), SecretAccess{})
	if err != nil || secret.Reveal() != "canary one" {
		t.Errorf("not the first line: %v", err)
	}
	_, err = Profile{PassphraseCommand: []string{"sh", "-c", "echo canary >&2; exit 3"}}.Passphrase().Resolve(t.Context(), SecretAccess{})
	if err == nil || err.Error() != "passphrase_command: run sh: exit status 3" {
		t.Errorf("error %v", err)
	}
}

// The passphrase itself is neither a key nor a flag.
func TestPassphraseIsNoKey(t *testing.T) {
	if slices.ContainsFunc(Keys(), func(k Key) bool { return k.Name == "passphrase" || k.Env() == "OAUTHGET_PASSPHRASE" }) {
		t.Error("it can be written into a file, or into an argv")
	}
}
