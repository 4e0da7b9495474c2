package store

import (
	"path/filepath"
	"testing"
)

func TestStateDirFollowsThePlatform(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home") // absolute wherever the test runs
	xdg := filepath.Join(home, "xdg")
	for name, c := range map[string]struct {
		goos string
		env  map[string]string
		want string // "" for an error
	}{
		"XDG":                        {"linux", map[string]string{"HOME": home, "XDG_STATE_HOME": xdg}, filepath.Join(xdg, "oauthget")},
		"XDG on macOS":               {"darwin", map[string]string{"HOME": home, "XDG_STATE_HOME": xdg}, filepath.Join(xdg, "oauthget")},
		"relative XDG is ignored":    {"linux", map[string]string{"HOME": home, "XDG_STATE_HOME": "state"}, filepath.Join(home, ".local/state/oauthget")},
		"home":                       {"linux", map[string]string{"HOME": home}, filepath.Join(home, ".local/state/oauthget")},
		"home on macOS":              {"darwin", map[string]string{"HOME": home}, filepath.Join(home, ".local/state/oauthget")},
		"no home":                    {"linux", nil, ""},
		"relative home":              {"linux", map[string]string{"HOME": "x"}, ""},
		"Windows":                    {"windows", map[string]string{"LocalAppData": home, "XDG_STATE_HOME": xdg, "HOME": xdg}, filepath.Join(home, "oauthget")},
		"Windows without app data":   {"windows", map[string]string{"HOME": home}, ""},
		"Windows, relative app data": {"windows", map[string]string{"LocalAppData": "x"}, ""},
	} {
		got, err := StateDir(func(name string) string { return c.env[name] }, c.goos)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.want == "" {
			wantReason(t, err, StateDirBad)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
