//go:build unix

package socket

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/oauthget/oauthget/internal/peer"
)

func TestOwnSocketIsDialledAndNamesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "s")
	listener, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	there, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	if got := peer.Of(there); got != peer.Ours && got != peer.Unknown {
		t.Errorf("our own connection is of %v", got)
	}
	if got := peer.Process(there); got != os.Getpid() && got != 0 {
		t.Errorf("process %d, want %d", got, os.Getpid())
	}
}

func TestWhatIsNoSocketOfOursIsNotDialled(t *testing.T) {
	dir := t.TempDir()
	if _, err := Dial(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), file); !errors.Is(err, ErrNoSocket) {
		t.Errorf("a file: %v", err)
	}
}
