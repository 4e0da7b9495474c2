package config

import (
	"errors"
	"path/filepath"
	"strings"
)

// DefaultPath is the profile file where --config does not name one: $OAUTHGET_CONFIG, else
// $XDG_CONFIG_HOME/oauthget/config.toml, else ~/.config/oauthget/config.toml, on macOS too; on Windows
// %AppData%\oauthget\config.toml. goos is a runtime.GOOS.
func DefaultPath(getenv func(string) string, goos string) (string, error) {
	if path := getenv("OAUTHGET_CONFIG"); path != "" {
		return path, nil
	}
	if goos == "windows" {
		dir := getenv("AppData")
		if dir == "" {
			return "", noHome("%AppData% is not set")
		}
		return dir + `\oauthget\config.toml`, nil
	}
	// "All paths set in these environment variables must be absolute. If an implementation encounters a relative path in
	// any of these variables it should consider the path invalid and ignore it." XDG Base Directory Specification 0.8
	if dir := getenv("XDG_CONFIG_HOME"); strings.HasPrefix(dir, "/") {
		return filepath.Join(dir, "oauthget", "config.toml"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", noHome("$HOME is not set")
	}
	return filepath.Join(home, ".config", "oauthget", "config.toml"), nil
}

func noHome(cause string) error {
	return &Error{
		Err:    errors.New("find the profile file: " + cause),
		Advice: "name the file with --config FILE",
	}
}
