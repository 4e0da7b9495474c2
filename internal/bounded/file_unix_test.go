//go:build unix

package bounded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFileTellsWhatItOpenedAndNeverThePath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("0123456789"), 0o640); err != nil {
		t.Fatal(err)
	}
	if data, info, err := ReadFile(t.Context(), path, 10); err != nil || string(data) != "0123456789" || info.Mode() != 0o640 {
		t.Errorf("%q, %v, %v", data, info, err)
	}
	data, info, err := ReadFile(t.Context(), path, 9)
	if _, ok := errors.AsType[*TooLongError](err); !ok || len(data) != 9 || info == nil {
		t.Errorf("too long: %q, %v", data, err)
	}
	for name, want := range map[string]string{path: "", dir: "it is a directory", path + "/x": "not a directory", path + "x": "no such file"} {
		_, _, err := ReadFile(t.Context(), name, 10)
		if (err == nil) != (want == "") || err != nil && (!strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), dir)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := ReadFile(t.Context(), path+"x", 10); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestPipeIsReadNoLongerThanTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() { _ = os.WriteFile(path, []byte("x"), 0o600) }()
	if data, _, err := ReadFile(t.Context(), path, 10); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, _, err := ReadFile(ctx, path, 10); !errors.Is(err, cause) {
		t.Error(err)
	}
}
