//go:build unix

package discovery

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestCacheThatOthersMayHaveWrittenIsNoCache(t *testing.T) {
	each := func(t *testing.T, c Client, change func(path string) error) {
		for _, path := range files(t, c.CacheDir) {
			if err := change(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, poison := range map[string]func(t *testing.T, c Client){
		"a directory that the group can write to": func(t *testing.T, c Client) {
			if err := os.Chmod(c.CacheDir, 0o770); err != nil {
				t.Fatal(err)
			}
		},
		"a directory behind a link": func(t *testing.T, c Client) {
			away := filepath.Join(t.TempDir(), "away")
			if err := os.Rename(c.CacheDir, away); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(away, c.CacheDir); err != nil {
				t.Fatal(err)
			}
		},
		"files that everybody can write to": func(t *testing.T, c Client) {
			each(t, c, func(path string) error { return os.Chmod(path, 0o602) })
		},
		"links": func(t *testing.T, c Client) {
			away := t.TempDir()
			each(t, c, func(path string) error {
				to := filepath.Join(away, filepath.Base(path))
				if err := os.Rename(path, to); err != nil {
					return err
				}
				return os.Symlink(to, path)
			})
		},
		"pipes": func(t *testing.T, c Client) {
			each(t, c, func(path string) error {
				if err := os.Remove(path); err != nil {
					return err
				}
				return syscall.Mkfifo(path, 0o600)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := cached(t)
			poison(t, c)
			fetchBoth(t, s, c)
			if len(s.questions()) != 4 {
				t.Errorf("asked %v: the cache was believed", s.questions())
			}
		})
	}
}
