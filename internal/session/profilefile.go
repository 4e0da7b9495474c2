package session

import (
	"context"
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/config"
)

// ProfileFile reads the profile file. A missing one is none at all, unless somebody named it.
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

// ProfilePath is where the profile file is, and whether somebody named it.
func (o Options) ProfilePath() (path string, named bool, err error) {
	if o.ConfigFile != "" {
		return o.ConfigFile, true, nil
	}
	path, err = config.DefaultPath(o.getenv, o.GOOS)
	return path, o.getenv("OAUTHGET_CONFIG") != "", err
}
