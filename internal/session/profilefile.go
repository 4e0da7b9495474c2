package session

import (
	"context"
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/config"
)

// ProfileFile reads the profile file. It returns nil if there is none, unless one was named.
func (o Options) ProfileFile(ctx context.Context) (*config.File, error) {
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
