//go:build unix

package config

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestProfileFileThatOthersCanChangeIsNotObeyed(t *testing.T) {
	path := written(t, profileWith(`client_secret_env = "X"`))
	edit := func() error {
		return Edit(path, func(e *Editor) error { return nil })
	}
	load := func() error {
		_, err := Load(t.Context(), path)
		return err
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o644: true, 0o664: true, 0o400: true, 0o666: false, 0o602: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		for name, use := range map[string]func() error{"load": load, "edit": edit} {
			err := use()
			if ok && err != nil {
				t.Errorf("%s, %04o: %v", name, mode, err)
			}
			if e, is := errors.AsType[*Error](err); !ok && (!is || e.Path != path || !strings.HasSuffix(e.Hint(), "chmod o-w "+path)) {
				t.Errorf("%s, %04o: %s", name, mode, message(err))
			}
		}
	}
}

type modeOnly struct{ fs.FileInfo }

func (modeOnly) Mode() fs.FileMode { return 0o777 }

func TestAdviceFitsWhyAFileIsNotWritten(t *testing.T) {
	if err := acceptWritten(modeOnly{}); !errors.Is(err, errNoModes) {
		t.Errorf("a file system without modes: %v", err)
	}
	for err, want := range map[error]string{
		errNoModes:     "keep the file on another file system: --config FILE, or OAUTHGET_CONFIG",
		syscall.EROFS:  "the file system is read-only: keep the file elsewhere, with --config FILE or OAUTHGET_CONFIG",
		syscall.EACCES: "see who may write there: ls -ld '/a b' '/a b/c.toml'",
		syscall.EPERM:  "see who may write there: ls -ld '/a b' '/a b/c.toml'",
		syscall.ENOSPC: "free some space: df -h '/a b'",
		syscall.EDQUOT: "free some space: df -h '/a b'",
		syscall.EIO:    "",
	} {
		if got := writeAdvice("/a b/c.toml", err); got != want {
			t.Errorf("%v: %s", err, got)
		}
	}
}

func TestModeThatMayNotBeKeptIsTold(t *testing.T) {
	path := written(t, "")
	for mode, want := range map[os.FileMode]string{
		0o666: "check that nobody has changed it, then: chmod o-w " + path,
		0o777: "check that nobody has changed it, then: chmod o-w " + path + " (if the mode stays, keep the file on another file system)",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(t.Context(), path)
		if e, ok := errors.AsType[*Error](err); !ok || e.Hint() != want {
			t.Errorf("%04o: %s", mode, message(err))
		}
	}
}
