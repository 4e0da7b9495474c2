package store

import (
	"errors"
	"path/filepath"
)

// StateDir returns the directory for what oauthget keeps beside the keychain: $XDG_STATE_HOME/oauthget, else
// ~/.local/state/oauthget, on Windows %LocalAppData%\oauthget. It does not create it: whoever writes first does.
func StateDir(getenv func(string) string, goos string) (string, error) {
	if goos == "windows" {
		if dir := getenv("LocalAppData"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "oauthget"), nil
		}
		return "", stateDirError("find state directory", errors.New("%LocalAppData% is not set to an absolute path"))
	}
	// "If an implementation encounters a relative path in any of these variables it should consider the path invalid
	// and ignore it." XDG Base Directory Specification 0.8
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "oauthget"), nil
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "oauthget"), nil
	}
	return "", stateDirError("find state directory", errors.New("neither $XDG_STATE_HOME nor $HOME is set to an absolute path"))
}
