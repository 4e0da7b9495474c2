//go:build unix

package secretsource

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

func newPipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSourceThatNobodyWritesToIsLeftWithTheContext(t *testing.T) {
	cause := errors.New("interrupted")
	never, writer := io.Pipe()
	defer writer.Close()
	for _, value := range []string{"-", newPipe(t)} {
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := Read(ctx, config.SecretSource{Key: "assertion_file", Value: value}, Access{Stdin: never})
			done <- err
		}()
		cancel(cause)
		select {
		case err := <-done:
			if !errors.Is(err, cause) {
				t.Errorf("%s: %v", value, err)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s: waits for a writer", value)
		}
	}
}

func TestSecretFileOfOthersIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a secret")
	if err := os.WriteFile(path, []byte("canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := config.SecretSource{Key: "client_secret_file", Value: path}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), source, Access{})
		if ok != (err == nil && got.Reveal() == "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
		if ok {
			continue
		}
		e, is := errors.AsType[*config.Error](err)
		if !is || e.Hint() != "chmod 600 '"+path+"'" || strings.Contains(e.Error(), "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestSecretCommandGetsNoOtherSecret(t *testing.T) {
	t.Setenv("OAUTHGET_CLIENT_SECRET", "canary")
	t.Setenv("OAUTHGET_PASSPHRASE", "canary")
	t.Setenv("ANOTHER_SECRET", "canary")
	t.Setenv("LANG", "C")
	for _, key := range []string{"client_secret_command", "passphrase_command"} {
		argv := []string{"sh", "-c", `echo "$LANG $OAUTHGET_CLIENT_SECRET$OAUTHGET_PASSPHRASE$ANOTHER_SECRET"`}
		got, err := Read(t.Context(), config.SecretSource{Key: key, Command: argv}, Access{WithoutEnv: []string{"ANOTHER_SECRET"}})
		if err != nil || got.Reveal() != "C " {
			t.Errorf("%s: %q, %v", key, got.Reveal(), err)
		}
	}
}

func TestSecretCommandThatASignalEndedWaitsForTheContext(t *testing.T) {
	cause := errors.New("interrupted")
	for _, script := range []string{"kill -INT $$", "exit 130"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		timer := time.AfterFunc(100*time.Millisecond, func() { cancel(cause) })
		_, err := Read(ctx, config.SecretSource{Key: "client_secret_command", Command: []string{"sh", "-c", script}}, Access{})
		timer.Stop()
		if !errors.Is(err, cause) {
			t.Errorf("%s: %v", script, err)
		}
		// Without an interrupt of ours it is the program's own failure.
		_, err = Read(t.Context(), config.SecretSource{Key: "client_secret_command", Command: []string{"sh", "-c", script}}, Access{})
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Errorf("%s alone: %v", script, err)
		}
		cancel(nil)
	}
}

func TestPrivateKeyOfOthersIsRefusedAndACertificateIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		data, err := PrivateFile(t.Context(), "tls_key_file", path)
		if ok != (err == nil && string(data) == "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
		if e, is := errors.AsType[*config.Error](err); !ok && (!is || e.Key != "tls_key_file" || e.Hint() != "chmod 600 "+path || strings.Contains(e.Error(), "canary")) {
			t.Errorf("%04o: %v", mode, err)
		}
		if data, err := PublicFile(t.Context(), "tls_certificate_file", path); err != nil || string(data) != "canary" {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestFileThatCannotBeReadIsNamedWithItsKey(t *testing.T) {
	dir := t.TempDir()
	missing, large := filepath.Join(dir, "missing.pem"), filepath.Join(dir, "large.pem")
	if err := os.WriteFile(large, bytes.Repeat([]byte("x"), maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		missing: "tls_ca_file: read " + missing + ": no such file or directory",
		dir:     "tls_ca_file: read " + dir + ": it is a directory",
		large:   "tls_ca_file: read " + large + ": longer than 1048576 bytes",
	} {
		_, err := PublicFile(t.Context(), "tls_ca_file", path)
		if e, ok := errors.AsType[*config.Error](err); !ok || e.Key != "tls_ca_file" || e.Error() != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := PrivateFile(t.Context(), "tls_key_file", missing); err == nil || !strings.HasPrefix(err.Error(), "tls_key_file: read "+missing) {
		t.Error(err)
	}
}

func TestAuthorityThatOthersCanChangeIsNotTrusted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o644: true, 0o664: true, 0o666: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		data, err := TrustedFile(t.Context(), "tls_ca_file", path)
		if ok != (err == nil && string(data) == "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
		if e, is := errors.AsType[*config.Error](err); !ok && (!is || e.Key != "tls_ca_file" || !strings.HasSuffix(e.Hint(), "chmod o-w "+path)) {
			t.Errorf("%04o: %v", mode, err)
		}
		if _, err := PublicFile(t.Context(), "tls_certificate_file", path); err != nil {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestSecretIsTheFirstLineOfItsSource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("canary-1\r\nuser: me\n"+strings.Repeat("x", maxSecret)), 0o600); err != nil {
		t.Fatal(err)
	}
	access := Access{
		LookupEnv: environment(map[string]string{"AS_SECRET": "canary-1"}),
		Keychain:  func(_ context.Context, name string) (string, error) { return name + "-1", nil },
		Stdin:     strings.NewReader("canary-1"),
		Profile: func(_ context.Context, name string) (token.Secret, error) {
			return token.NewSecret(name + "-1"), nil
		},
	}
	for _, source := range []config.SecretSource{
		{Key: "client_secret", Literal: token.NewSecret("canary-1")},
		{Key: "client_secret_file", Value: file},
		{Key: "client_secret_env", Value: "AS_SECRET"},
		{Key: "client_secret_command", Command: []string{"cat", file}},
		{Key: "client_secret_keychain", Value: "canary"},
		{Key: "assertion_file", Value: file},
		{Key: "subject_token_file", Value: "-"},
		{Key: "subject_token_profile", Value: "canary"},
	} {
		got, err := Read(t.Context(), source, access)
		if err != nil || got.Reveal() != "canary-1" {
			t.Errorf("%s: %q, %v", source.Key, got.Reveal(), err)
		}
	}
	if got, err := Read(t.Context(), config.SecretSource{}, Access{}); err != nil || !got.Empty() {
		t.Errorf("no source: %v, %v", got, err)
	}
}

// environment is a stand-in for os.LookupEnv.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func TestSecretIsNeverCut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	for text, ok := range map[string]bool{
		strings.Repeat("c", maxSecret):                       true,
		strings.Repeat("c", maxSecret) + "\r\nmore":          true,
		strings.Repeat("c", maxSecret) + "\rx":               false,
		strings.Repeat("c", maxSecret+1):                     false,
		strings.Repeat("c", 2*maxSecret):                     false,
		"\xff\xfe" + strings.Repeat("c\x00", maxSecret/2+10): false,
	} {
		size := len(text)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, source := range []config.SecretSource{
			{Key: "client_secret_file", Value: file},
			{Key: "assertion_file", Value: file},
			{Key: "assertion_file", Value: "-"},
			{Key: "client_secret_command", Command: []string{"cat", file}},
			{Key: "client_secret_env", Value: "LONG"},
		} {
			access := Access{Stdin: strings.NewReader(text), LookupEnv: environment(map[string]string{"LONG": text})}
			got, err := Read(t.Context(), source, access)
			if ok && (err != nil || len(got.Reveal()) != maxSecret) {
				t.Errorf("%s, %d bytes: %v", source.Key, size, err)
			}
			if !ok && (err == nil || !strings.HasSuffix(err.Error(), "is longer than 64 KiB")) {
				t.Errorf("%s, %d bytes: %v", source.Key, size, err)
			}
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if data, err := PrivateFile(t.Context(), "client_key_file", file); size <= maxSecret != (err == nil && len(data) == size) {
			t.Errorf("a key of %d bytes: %v", size, err)
		}
	}
}

func TestByteOrderMarkIsNoPartOfASecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	for _, text := range []string{"\xef\xbb\xbfcanary\r\n", "\xff\xfec\x00a\x00n\x00a\x00r\x00y\x00\n\x00"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, source := range []config.SecretSource{
			{Key: "client_secret_file", Value: file},
			{Key: "subject_token_file", Value: file},
			{Key: "subject_token_file", Value: "-"},
			{Key: "client_secret_command", Command: []string{"cat", file}},
		} {
			got, err := Read(t.Context(), source, Access{Stdin: strings.NewReader(text)})
			if err != nil || got.Reveal() != "canary" {
				t.Errorf("%s %s: %q, %v", source.Key, source.Value, got.Reveal(), err)
			}
		}
		for name, read := range map[string]func(context.Context, string, string) ([]byte, error){
			"private": PrivateFile, "public": PublicFile, "trusted": TrustedFile,
		} {
			data, err := read(t.Context(), "key", file)
			if err != nil || strings.TrimSpace(string(data)) != "canary" {
				t.Errorf("%s: %q, %v", name, data, err)
			}
		}
	}
}

func TestSecretErrorsNameTheKeyAndNeverTheValue(t *testing.T) {
	failing := Access{
		LookupEnv: environment(map[string]string{"EMPTY": "", "BELOW": "\ncanary"}),
		Keychain:  func(context.Context, string) (string, error) { return "canary", errors.New("locked") },
		Stdin:     strings.NewReader(""),
	}
	for _, test := range []struct {
		source config.SecretSource
		want   string
	}{
		{config.SecretSource{Key: "client_secret_env", Value: "UNSET"}, "client_secret_env: $UNSET is not set"},
		{config.SecretSource{Key: "client_secret_env", Value: "EMPTY"}, "client_secret_env: $EMPTY is empty"},
		{config.SecretSource{Key: "client_secret_env", Value: "BELOW"}, "client_secret_env: the first line of $BELOW is empty"},
		{config.SecretSource{Key: "client_secret_command", Command: []string{"true"}}, "client_secret_command: the output of true is empty"},
		{config.SecretSource{Key: "assertion_file", Value: "-"}, "assertion_file: standard input is empty"},
		{config.SecretSource{Key: "assertion_file", Value: "/dev/null"}, "assertion_file: /dev/null is empty"},
		{config.SecretSource{Key: "client_secret_command", Command: []string{"sh", "-c", "echo canary; exit 1"}}, "client_secret_command: run sh: exit status 1"},
		{config.SecretSource{Key: "client_secret_keychain", Value: "as"}, "client_secret_keychain: locked"},
		{config.SecretSource{Key: "client_secret_file", Value: "/nowhere/s"}, "client_secret_file: read /nowhere/s: no such file or directory"},
	} {
		got, err := Read(t.Context(), test.source, failing)
		if !got.Empty() || err == nil || err.Error() != test.want {
			t.Errorf("%v: %v, want %s", test.source.Key, err, test.want)
		}
	}
}

func TestSecretCommandRunsWithoutAShellAndEndsWithItsContext(t *testing.T) {
	run := func(ctx context.Context, argv ...string) (string, error) {
		got, err := Read(ctx, config.SecretSource{Key: "client_secret_command", Command: argv}, Access{})
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

func TestPassphraseCommandIsRunLikeAnySecretsCommand(t *testing.T) {
	run := func(script string) (token.Secret, error) {
		return Read(t.Context(), config.Profile{PassphraseCommand: []string{"sh", "-c", script}}.Passphrase(), Access{})
	}
	if secret, err := run("echo 'canary one'; echo two"); err != nil || secret.Reveal() != "canary one" {
		t.Errorf("not the first line: %v", err)
	}
	if _, err := run("echo canary >&2; exit 3"); err == nil || err.Error() != "passphrase_command: run sh: exit status 3" {
		t.Errorf("error %v", err)
	}
}
