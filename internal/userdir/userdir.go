// Package userdir returns the directories for the user's files on each platform: the profile file (Config), what the program
// must keep (State), and what it can fetch again (Cache).
//
// On Unix, including macOS, they follow the XDG Base Directory Specification. On Windows they are in %AppData% and
// %LocalAppData%. The package creates nothing.
package userdir

import (
	"cmp"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const name = "oauthget"

// Config returns the directory of the profile file.
func Config(getenv func(string) string, goos string) (string, error) {
	return dir(getenv, goos, "AppData", "", "XDG_CONFIG_HOME", ".config")
}

// State returns the directory for files that must survive a restart: locks, records, sealed files.
func State(getenv func(string) string, goos string) (string, error) {
	return dir(getenv, goos, "LocalAppData", "", "XDG_STATE_HOME", ".local/state")
}

// Cache returns the directory for files that can be fetched again.
func Cache(getenv func(string) string, goos string) (string, error) {
	return dir(getenv, goos, "LocalAppData", `\cache`, "XDG_CACHE_HOME", ".cache")
}

// Runtime returns the directory for sockets. Where the system has none that ends with the login, it is in State.
func Runtime(getenv func(string) string, goos string) (string, error) {
	if base := getenv("XDG_RUNTIME_DIR"); strings.HasPrefix(base, "/") && goos != "windows" {
		return path.Join(base, name), nil
	}
	state, err := State(getenv, goos)
	if err != nil {
		return "", err
	}
	return filepath.Join(state, "agent"), nil
}

// Expand returns path with the home directory in the place of a leading ~/, which a shell leaves in --flag=~/path.
func Expand(path string, getenv func(string) string) string {
	home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
	if len(path) < 2 || path[0] != '~' || !os.IsPathSeparator(path[1]) || home == "" {
		return path
	}
	return filepath.Join(home, path[2:])
}

func dir(getenv func(string) string, goos, windows, below, xdg, home string) (string, error) {
	if goos == "windows" {
		if base := getenv(windows); base != "" {
			return base + `\` + name + below, nil
		}
		return "", errors.New("%" + windows + "% is not set")
	}
	// "If an implementation encounters a relative path in any of these variables it should consider the path invalid
	// and ignore it." XDG Base Directory Specification 0.8
	if base := getenv(xdg); strings.HasPrefix(base, "/") {
		return path.Join(base, name), nil
	}
	if base := getenv("HOME"); strings.HasPrefix(base, "/") {
		return path.Join(base, home, name), nil
	}
	return "", errors.New("neither $" + xdg + " nor $HOME is set to an absolute path")
}
