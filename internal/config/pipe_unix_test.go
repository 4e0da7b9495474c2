//go:build unix

package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
	path := newPipe(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Load(ctx, path)
		done <- err
	}()
	cancel(cause)
	select {
	case err := <-done:
		if !errors.Is(err, cause) {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("waits for a writer")
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
