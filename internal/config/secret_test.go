package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestSecretIsTheFirstLineOfItsSource(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("canary-1\r\nuser: me\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	access := SecretAccess{
		LookupEnv: environment(map[string]string{"AS_SECRET": "canary-1"}),
		Run: func(_ context.Context, argv []string) ([]byte, error) {
			if strings.Join(argv, "|") != "pass|show|as tool" {
				t.Errorf("argv = %q", argv)
			}
			return []byte("canary-1\nlogin: me\n"), nil
		},
		Keychain: func(_ context.Context, name string) (string, error) { return name + "-1", nil },
	}
	for _, keys := range []string{
		`client_secret = "canary-1"`, `client_secret_file = '` + file + `'`, `client_secret_env = "AS_SECRET"`,
		`client_secret_command = ["pass", "show", "as tool"]`, `client_secret_keychain = "canary"`,
	} {
		p, _, err := resolved(t, profileWith(keys), Input{Name: "w"})
		if err != nil {
			t.Fatal(message(err))
		}
		got, err := p.ClientSecret.Resolve(t.Context(), access)
		if err != nil || got.Reveal() != "canary-1" {
			t.Errorf("%s: %q, %v", keys, got.Reveal(), err)
		}
	}
	if got, err := (SecretSource{}).Resolve(t.Context(), SecretAccess{}); err != nil || !got.Empty() {
		t.Errorf("no source: %v, %v", got, err)
	}
}

func TestSecretFileIsRelativeToTheProfileFileOrHome(t *testing.T) {
	home := environment(map[string]string{"HOME": "/home/u"})
	for value, want := range map[string]string{"s": "DIR/s", "../s": "s", "~/s": "/home/u/s", "/s": "/s", "~x": "DIR/~x"} {
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
		if p.ClientSecret.Value != want {
			t.Errorf("%s: %s, want %s", value, p.ClientSecret.Value, want)
		}
	}
	p, _, err := resolved(t, profileWith(""), Input{Name: "w", Flags: map[string][]string{"client_secret_file": {"s"}}})
	if err != nil || p.ClientSecret.Value != "s" {
		t.Errorf("by flag: %q, %v", p.ClientSecret.Value, err)
	}
}

func TestSecretErrorsNameTheKeyAndNeverTheValue(t *testing.T) {
	failing := SecretAccess{
		LookupEnv: environment(map[string]string{"EMPTY": "\ncanary"}),
		Run: func(context.Context, []string) ([]byte, error) {
			return []byte("canary"), errors.New("exit status 1")
		},
		Keychain: func(context.Context, string) (string, error) { return "canary", errors.New("locked") },
	}
	for _, test := range []struct {
		source SecretSource
		want   string
	}{
		{SecretSource{Key: "client_secret_env", Value: "UNSET"}, "client_secret_env: $UNSET is not set"},
		{SecretSource{Key: "client_secret_env", Value: "EMPTY"}, "client_secret_env: there is no secret in $EMPTY"},
		{SecretSource{Key: "client_secret_command", Command: []string{"pass", "canary"}}, "client_secret_command: run pass: exit status 1"},
		{SecretSource{Key: "client_secret_keychain", Value: "as"}, "client_secret_keychain: locked"},
		{SecretSource{Key: "client_secret_file", Value: "/nowhere/s"}, "client_secret_file: read /nowhere/s: no such file or directory"},
	} {
		got, err := test.source.Resolve(t.Context(), failing)
		if !got.Empty() || err == nil || err.Error() != test.want {
			t.Errorf("%v: %v, want %s", test.source.Key, err, test.want)
		}
	}
}

func TestSecretCommandRunsWithoutAShellAndEndsWithItsContext(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of Unix")
	}
	run := func(ctx context.Context, argv ...string) (string, error) {
		got, err := SecretSource{Key: "client_secret_command", Command: argv}.Resolve(ctx, SecretAccess{})
		return got.Reveal(), err
	}
	if got, err := run(t.Context(), "echo", "$HOME;`id`"); err != nil || got != "$HOME;`id`" {
		t.Errorf("echo: %q, %v", got, err)
	}
	if _, err := run(t.Context(), "sh", "-c", "echo canary; exit 3"); err == nil || err.Error() != "client_secret_command: run sh: exit status 3" {
		t.Errorf("exit 3: %v", err)
	}
	if _, err := run(t.Context(), "oauthget-no-such-program"); err == nil || strings.Count(err.Error(), "no-such-program") != 1 {
		t.Errorf("no such program: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := run(ctx, "sleep", "60"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("sleep: %v", err)
	}
}
