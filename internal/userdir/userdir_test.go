package userdir

import (
	"path/filepath"
	"testing"
)

func TestDirectories(t *testing.T) {
	type function func(func(string) string, string) (string, error)
	for _, c := range []struct {
		name string
		of   function
		goos string
		env  map[string]string
		want string // empty: an error
	}{
		{"config", Config, "linux", map[string]string{"HOME": "/h"}, "/h/.config/oauthget"},
		{"config on macOS", Config, "darwin", map[string]string{"HOME": "/h"}, "/h/.config/oauthget"},
		{"config by XDG", Config, "linux", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/oauthget"},
		{"relative XDG is ignored", State, "linux", map[string]string{"HOME": "/h", "XDG_STATE_HOME": "x"}, "/h/.local/state/oauthget"},
		{"relative HOME", State, "linux", map[string]string{"HOME": "h"}, ""},
		{"no HOME", Cache, "linux", nil, ""},
		{"state", State, "linux", map[string]string{"HOME": "/h"}, "/h/.local/state/oauthget"},
		{"cache", Cache, "linux", map[string]string{"HOME": "/h"}, "/h/.cache/oauthget"},
		{"Windows config", Config, "windows", map[string]string{"AppData": `C:\A`, "HOME": "/h"}, `C:\A\oauthget`},
		{"Windows state", State, "windows", map[string]string{"LocalAppData": `C:\L`}, `C:\L\oauthget`},
		{"Windows cache", Cache, "windows", map[string]string{"LocalAppData": `C:\L`}, `C:\L\oauthget\cache`},
		{"Windows without", State, "windows", map[string]string{"HOME": "/h"}, ""},
	} {
		got, err := c.of(func(name string) string { return c.env[name] }, c.goos)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestTildeIsTheHomeDirectory(t *testing.T) {
	for path, want := range map[string]string{
		"~/a/b": "/h/a/b", "~/": "/h", "~": "~", "~x/a": "~x/a", "a/~/b": "a/~/b", "/~/b": "/~/b", "": "", "~/../b": "/b",
	} {
		got := Expand(path, func(name string) string { return map[string]string{"HOME": "/h"}[name] })
		if filepath.ToSlash(got) != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if got := Expand(path, func(string) string { return "" }); got != path {
			t.Errorf("%s without a home: %s", path, got)
		}
	}
}
