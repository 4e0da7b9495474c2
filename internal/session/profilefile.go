package session

import (
	"context"
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

// Draft is a profile file that is not written, and a client secret that is not in the keychain yet.
type Draft struct {
	File *config.File
	// Secret is what the item of client_secret_keychain is to hold; empty if it is there.
	Secret token.Secret
}

// ProfileFile reads the profile file. It returns nil if there is none, unless one was named.
func (o Options) ProfileFile(ctx context.Context) (*config.File, error) {
	if o.Draft != nil {
		return o.Draft.File, nil
	}
	path, named, err := o.ProfilePath()
	if err != nil {
		return nil, nil // no home, no file: flags and the environment may do
	}
	ctx, cancel := o.forWriter(ctx)
	defer cancel()
	file, err := config.Load(ctx, path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	return file, err
}

// ProfilePath is the path of the profile file, and whether one was named.
func (o Options) ProfilePath() (path string, named bool, err error) {
	if o.ConfigFile != "" {
		return o.ConfigFile, true, nil
	}
	path, err = config.DefaultPath(o.getenv, o.GOOS)
	return path, o.getenv("OAUTHGET_CONFIG") != "", err
}
