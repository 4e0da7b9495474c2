package config

import (
	"path/filepath"
	"testing"
)

func TestDefaultPath(t *testing.T) {
	for _, test := range []struct {
		goos string
		env  map[string]string
		want string
	}{
		{"linux", map[string]string{"OAUTHGET_CONFIG": "c.toml", "HOME": "/h"}, "c.toml"},
		{"linux", map[string]string{"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/oauthget/config.toml"},
		{"linux", map[string]string{"XDG_CONFIG_HOME": "x", "HOME": "/h"}, "/h/.config/oauthget/config.toml"},
		{"darwin", map[string]string{"HOME": "/h"}, "/h/.config/oauthget/config.toml"},
		{"linux", nil, ""},
		{"windows", map[string]string{"AppData": `C:\A`, "HOME": "/h", "XDG_CONFIG_HOME": "/x"}, `C:\A\oauthget\config.toml`},
		{"windows", map[string]string{"HOME": "/h"}, ""},
	} {
		got, err := DefaultPath(func(name string) string { return test.env[name] }, test.goos)
		if test.goos != "windows" {
			test.want = filepath.FromSlash(test.want) // the separators are this system's
		}
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s %v: %q, %v, want %q", test.goos, test.env, got, err, test.want)
		}
	}
}
