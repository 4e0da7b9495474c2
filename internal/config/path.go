package config

import (
	"fmt"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/userdir"
)

// DefaultPath is the path of the profile file without --config: $OAUTHGET_CONFIG, else
// $XDG_CONFIG_HOME/oauthget/config.toml, else ~/.config/oauthget/config.toml, on macOS too; on Windows
// %AppData%\oauthget\config.toml. goos is a runtime.GOOS.
func DefaultPath(getenv func(string) string, goos string) (string, error) {
	if path := getenv("OAUTHGET_CONFIG"); path != "" {
		return userdir.Expand(path, getenv), nil
	}
	dir, err := userdir.Config(getenv, goos)
	if err != nil {
		return "", &Error{Err: fmt.Errorf("find the profile file: %w", err), Advice: "name the file with --config FILE"}
	}
	if goos == "windows" {
		return dir + `\config.toml`, nil
	}
	return filepath.Join(dir, "config.toml"), nil
}
