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

// File is a profile file as it was when it was read. It is not safe for concurrent use.
type File struct {
	Path string

	mode     fs.FileMode
	document *tomlfile.Document
	top      settings
	profiles []*table // in the order of the file
}

// Load reads the profile file and checks it strictly. errors.Is(err, fs.ErrNotExist) where there is none, which flags
// alone can do without. It ends with the context's cause where the path is a pipe, as in --config <(…), and nobody writes
// to it. A file never asks ctx.
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

// located gives an error of package tomlfile its file.
func (f *File) located(err error) error {
	if e, ok := errors.AsType[*tomlfile.Error](err); ok {
		return &Error{Path: f.Path, Line: e.Line, Column: e.Column, Err: e.Err, Advice: e.Advice}
	}
	return err
}

// DefaultProfile is the name under default_profile, or empty.
func (f *File) DefaultProfile() string { return f.top.text(keyDefaultProfile) }

// Profiles lists the profiles in the order of the file.
func (f *File) Profiles() []string {
	names := make([]string, len(f.profiles))
	for i, p := range f.profiles {
		names[i] = p.name
	}
	return names
}

// profile gives what the file says about one profile, or nil.
func (f *File) profile(name string) *table {
	for _, p := range f.profiles {
		if p.name == name {
			return p
		}
	}
	return nil
}
