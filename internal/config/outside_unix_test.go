//go:build unix

package config

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func newPipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPipeThatNobodyWritesToIsLeftWithTheContext(t *testing.T) {
	cause := errors.New("interrupted")
	for name, read := range map[string]func(ctx context.Context, path string) error{
		"profile file": func(ctx context.Context, path string) error {
			_, err := Load(ctx, path)
			return err
		},
		"secret file": func(ctx context.Context, path string) error {
			_, err := SecretSource{Key: "client_secret_file", Value: path}.Resolve(ctx, SecretAccess{})
			return err
		},
	} {
		path := newPipe(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error, 1)
		go func() { done <- read(ctx, path) }()
		cancel(cause)
		select {
		case err := <-done:
			if !errors.Is(err, cause) {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%s: waits for a writer", name)
		}
	}
}

func TestPipeIsReadToItsEnd(t *testing.T) {
	path := newPipe(t)
	text := profileWith(`client_secret_env = "X"`)
	go func() { _ = os.WriteFile(path, []byte(text), 0o600) }()
	f, err := Load(t.Context(), path)
	if err != nil || string(f.document.Bytes()) != text {
		t.Errorf("%v, %v", f, err)
	}
}

func TestPipeIsNotEdited(t *testing.T) {
	done := make(chan error, 1)
	path := newPipe(t)
	go func() { done <- Edit(path, func(*Editor) error { return nil }) }()
	select {
	case err := <-done:
		if e, ok := errors.AsType[*Error](err); !ok || e.Path != path {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("waits for a writer")
	}
}

func TestSecretFileOfOthersIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a secret")
	if err := os.WriteFile(path, []byte("canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := SecretSource{Key: "client_secret_file", Value: path}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		got, err := source.Resolve(t.Context(), SecretAccess{})
		if ok != (err == nil && got.Reveal() == "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
		if ok {
			continue
		}
		e, is := errors.AsType[*Error](err)
		if !is || e.Hint() != "chmod 600 '"+path+"'" || strings.Contains(e.Error(), "canary") {
			t.Errorf("%04o: %s", mode, message(err))
		}
	}
}

func TestSecretCommandGetsNoOtherSecret(t *testing.T) {
	t.Setenv("OAUTHGET_CLIENT_SECRET", "canary")
	t.Setenv("OAUTHGET_PASSPHRASE", "canary")
	t.Setenv("ANOTHER_SECRET", "canary")
	t.Setenv("LANG", "C")
	for _, key := range []string{"client_secret_command", keyPassphraseCommand} {
		argv := []string{"sh", "-c", `echo "$LANG $OAUTHGET_CLIENT_SECRET$OAUTHGET_PASSPHRASE$ANOTHER_SECRET"`}
		got, err := SecretSource{Key: key, Command: argv}.Resolve(t.Context(), SecretAccess{Without: []string{"ANOTHER_SECRET"}})
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
		_, err := SecretSource{Key: "client_secret_command", Command: []string{"sh", "-c", script}}.Resolve(ctx, SecretAccess{})
		timer.Stop()
		if !errors.Is(err, cause) {
			t.Errorf("%s: %v", script, err)
		}
		// Without an interrupt of ours it is the program's own failure.
		_, err = SecretSource{Key: "client_secret_command", Command: []string{"sh", "-c", script}}.Resolve(t.Context(), SecretAccess{})
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Errorf("%s alone: %v", script, err)
		}
		cancel(nil)
	}
}
