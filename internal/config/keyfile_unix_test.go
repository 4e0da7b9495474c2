//go:build unix

package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrivateKeyOfOthersIsRefusedAndACertificateIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		data, err := ReadPrivate(t.Context(), "tls_key_file", path)
		if ok != (err == nil && string(data) == "canary") {
			t.Errorf("%04o: %v", mode, err)
		}
		if e, is := errors.AsType[*Error](err); !ok && (!is || e.Key != "tls_key_file" || e.Hint() != "chmod 600 "+path || strings.Contains(e.Error(), "canary")) {
			t.Errorf("%04o: %s", mode, message(err))
		}
		if data, err := ReadPublic(t.Context(), "tls_certificate_file", path); err != nil || string(data) != "canary" {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestFileThatCannotBeReadIsNamedWithItsKey(t *testing.T) {
	dir := t.TempDir()
	missing, large := filepath.Join(dir, "missing.pem"), filepath.Join(dir, "large.pem")
	if err := os.WriteFile(large, bytes.Repeat([]byte("x"), maxPublic+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		missing: "tls_ca_file: read " + missing + ": no such file or directory",
		dir:     "tls_ca_file: read " + dir + ": it is a directory",
		large:   "tls_ca_file: " + large + " is larger than 1048576 bytes",
	} {
		_, err := ReadPublic(t.Context(), "tls_ca_file", path)
		if e, ok := errors.AsType[*Error](err); !ok || e.Key != "tls_ca_file" || e.Error() != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := ReadPrivate(t.Context(), "tls_key_file", missing); err == nil || !strings.HasPrefix(err.Error(), "tls_key_file: read "+missing) {
		t.Error(err)
	}
}
