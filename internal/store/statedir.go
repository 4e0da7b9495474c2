package store

import "github.com/oauthget/oauthget/internal/userdir"

// StateDir returns the directory for what oauthget keeps beside the keychain: $XDG_STATE_HOME/oauthget, else
// ~/.local/state/oauthget, on Windows %LocalAppData%\oauthget. It does not create it: whoever writes first does.
func StateDir(getenv func(string) string, goos string) (string, error) {
	dir, err := userdir.State(getenv, goos)
	if err != nil {
		return "", stateDirError("find state directory", err)
	}
	return dir, nil
}
