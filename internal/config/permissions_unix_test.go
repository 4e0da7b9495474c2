//go:build unix

package config

import (
	"errors"
	"os"
	"strings"
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
