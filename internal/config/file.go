package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// maxFile bounds the profile file, in bytes.
const maxFile = 16 << 20

// File is a profile file that has been read. It is not safe for concurrent use.
type File struct {
	Path string

	mode     fs.FileMode
	document *tomlfile.Document
	top      settings
	profiles []*table // in the order of the file
}

// Load reads and checks a profile file. The error wraps fs.ErrNotExist if there is none. If path is a pipe, as in
// --config <(…), reading it ends with ctx.
func Load(ctx context.Context, path string) (*File, error) {
	data, info, err := bounded.ReadFile(ctx, path, maxFile)
	if _, ok := errors.AsType[*bounded.TooLongError](err); ok {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	if err == nil {
		err = CheckNotWritableByOthers(path, info)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return nil, &Error{Path: path, Err: fmt.Errorf("read profile file: %w", e.Err), Advice: e.Advice}
	}
	if err != nil {
		return nil, &Error{Path: path, Err: fmt.Errorf("read profile file: %w", err)}
	}
	return parse(path, info.Mode(), data)
}

func parse(path string, mode fs.FileMode, data []byte) (*File, error) {
	f := &File{Path: path, mode: mode}
	document, err := tomlfile.Parse(data)
	if err != nil {
		return nil, f.located(err)
	}
	f.document = document
	return f, f.read()
}

// located adds the file to an error of package tomlfile.
func (f *File) located(err error) error {
	if e, ok := errors.AsType[*tomlfile.Error](err); ok {
		return &Error{Path: f.Path, Line: e.Line, Column: e.Column, Err: e.Err, Advice: e.Advice}
	}
	return err
}

// DefaultProfile is the value of default_profile, or empty.
func (f *File) DefaultProfile() string { return f.top.text(keyDefaultProfile) }

// Profiles lists the profiles in the order of the file.
func (f *File) Profiles() []string {
	names := make([]string, len(f.profiles))
	for i, p := range f.profiles {
		names[i] = p.name
	}
	return names
}

// profile returns what the file says about a profile, or nil.
func (f *File) profile(name string) *table {
	for _, p := range f.profiles {
		if p.name == name {
			return p
		}
	}
	return nil
}
