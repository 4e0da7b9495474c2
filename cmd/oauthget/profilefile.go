package main

import (
	"context"
	"errors"
	"io/fs"

	"github.com/oauthget/oauthget/internal/config"
)

// profileFile reads the profile file. A missing one is none at all, unless somebody named it.
func (a *app) profileFile(ctx context.Context) (*config.File, error) {
	path, named, err := a.profilePath()
	if err != nil {
		return nil, nil // no home, no file: flags and the environment may do
	}
	ctx, cancel := a.forWriter(ctx)
	defer cancel()
	file, err := config.Load(ctx, path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	return file, err
}

// profilePath is where the profile file is, and whether somebody named it.
func (a *app) profilePath() (path string, named bool, err error) {
	if a.global.config != "" {
		return a.global.config, true, nil
	}
	path, err = config.DefaultPath(a.getenv, a.goos)
	return path, a.getenv("OAUTHGET_CONFIG") != "", err
}
