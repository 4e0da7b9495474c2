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
	absolute, err := filepath.Abs(filepath.FromSlash("/k")) // Windows wants a drive
	if err != nil {
		t.Fatal(err)
	}
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
			text:  "passphrase_command = ['pass', 'x']\n[profiles.w]\n" + client + "identity_file = '" + absolute + "'",
			store: "keychain", identity: absolute,
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

// The passphrase itself is neither a key nor a flag.
func TestPassphraseIsNoKey(t *testing.T) {
	if slices.ContainsFunc(Keys(), func(k Key) bool { return k.Name == "passphrase" || k.Env() == "OAUTHGET_PASSPHRASE" }) {
		t.Error("it can be written into a file, or into an argv")
	}
}

func TestSecretComesFromOnePlace(t *testing.T) {
	if !(Profile{}).Passphrase().Empty() || !(SecretSource{}).Empty() {
		t.Error("nothing is a source")
	}
	p, _, err := resolved(t, profileWith(`client_secret_command = ["pass", "show", "as tool"]`), Input{Name: "w"})
	if err != nil || strings.Join(p.ClientSecret.Command, "|") != "pass|show|as tool" {
		t.Errorf("%q, %v", p.ClientSecret.Command, err)
	}
	for _, kind := range []string{"_env", "_keychain", "_profile", "_file", "_github_actions"} {
		s := SecretSource{Key: "subject_token" + kind, Value: "x"}
		got := map[string]string{"_env": s.Variable(), "_keychain": s.Keychain(), "_profile": s.Profile(), "_file": s.File(), "_github_actions": s.GitHubActions()}
		for other, value := range got {
			if (value == "x") != (other == kind) {
				t.Errorf("%s: %s has %q", s.Key, other, value)
			}
		}
	}
	if s := (SecretSource{Key: "subject_token_file", Value: "-"}); s.File() != "" || !s.Stdin() {
		t.Error("standard input is a file")
	}
}

func TestIdentityTokenOfAJobIsAJWTUnlessTheProfileSaysOtherwise(t *testing.T) {
	const exchange = "grant = 'token_exchange'\n"
	for given, want := range map[string]string{
		"subject_token_github_actions = 'https://as.example'":                                  "jwt",
		"subject_token_github_actions = 'https://as.example'\nsubject_token_type = 'id_token'": "id_token",
		"subject_token_env = 'T'": "",
	} {
		p, origins, err := resolved(t, profileWith(exchange+given), Input{Name: "w"})
		if err != nil || p.Exchange.SubjectType != want {
			t.Errorf("%s: %q, %v", given, p.Exchange.SubjectType, err)
		}
		if want == "jwt" && origins["subject_token_type"].Kind != FromDefault {
			t.Errorf("%s: from %v", given, origins["subject_token_type"])
		}
	}
	// What a flag says replaces it, with what follows from it.
	p, _, err := resolved(t, profileWith(exchange+"subject_token_github_actions = 'https://as.example'"), Input{Name: "w", Flags: map[string][]string{"subject_token_env": {"T"}}})
	if err != nil || p.Exchange.SubjectType != "" || p.Exchange.Subject.Variable() != "T" {
		t.Errorf("%+v, %v", p.Exchange, err)
	}
}

func TestSecretFileIsRelativeToTheProfileFileOrHome(t *testing.T) {
	home := environment(map[string]string{"HOME": "/home/u"})
	absolute, err := filepath.Abs(filepath.FromSlash("/s")) // Windows wants a drive
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{"s": "DIR/s", "../s": "s", "~/s": "/home/u/s", absolute: absolute, "~x": "DIR/~x"} {
		path := written(t, profileWith("client_secret_file = '"+value+"'"))
		f, err := Load(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := Resolve(Input{File: f, Name: "w", LookupEnv: home})
		if err != nil {
			t.Fatal(err)
		}
		want = strings.ReplaceAll(want, "DIR", filepath.Dir(path))
		if value == "../s" {
			want = filepath.Join(filepath.Dir(filepath.Dir(path)), "s")
		}
		if want = filepath.FromSlash(want); p.ClientSecret.Value != want {
			t.Errorf("%s: %s, want %s", value, p.ClientSecret.Value, want)
		}
	}
	p, _, err := resolved(t, profileWith(""), Input{Name: "w", Flags: map[string][]string{"client_secret_file": {"s"}}})
	if err != nil || p.ClientSecret.Value != "s" {
		t.Errorf("by flag: %q, %v", p.ClientSecret.Value, err)
	}
}
