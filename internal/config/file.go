package config

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
)

const (
	// maxFile bounds what is read: ten thousand profiles take a tenth of it.
	maxFile = 16 << 20
	// checkWhole is the size up to which the whole file is checked at each use, in bytes: some 400 profiles, half a
	// millisecond. Of a larger one, what is used is checked, so that the time to a token does not grow with the profiles
	// one does not use; Check, Profiles and every edit look at all of it.
	checkWhole = 64 << 10
)

// File is a profile file as it was when it was read. It is not safe for concurrent use.
type File struct {
	Path string

	data  []byte
	mode  fs.FileMode
	top   settings
	whole *reading // nil as long as only pieces of a large file were looked at
}

// Load reads the profile file and checks it strictly. errors.Is(err, fs.ErrNotExist) where there is none, which flags
// alone can do without. It ends with the context's cause where the path is a pipe, as in --config <(…), and nobody writes
// to it. A file never asks ctx.
func Load(ctx context.Context, path string) (*File, error) {
	f, err := readFile(ctx, path)
	if err != nil {
		return nil, err
	}
	if !f.hasPieces() {
		if err := f.Check(); err != nil {
			return nil, err
		}
		return f, nil
	}
	r, err := f.read("", f.pieces("")...)
	if err != nil {
		return nil, err
	}
	f.top = r.top
	return f, nil
}

// Check checks the whole file strictly, which Load leaves undone where the file is large.
func (f *File) Check() error {
	if f.whole != nil {
		return nil
	}
	r, err := f.read("", f.all())
	if err != nil {
		return err
	}
	f.whole, f.top = r, r.top
	return nil
}

// DefaultProfile is the name under default_profile, or empty.
func (f *File) DefaultProfile() string { return f.top.text(keyDefaultProfile) }

// Profiles lists the profiles in the order of the file, all of which it checks.
func (f *File) Profiles() ([]string, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	return slices.Clone(f.whole.names), nil
}

// profile gives what the file says about one profile, or nil.
func (f *File) profile(name string) (*table, error) {
	if f.whole != nil {
		return f.whole.profiles[name], nil
	}
	r, err := f.read(name, f.pieces(name)...)
	if err != nil {
		return nil, err
	}
	return r.profiles[name], nil
}

func readFile(ctx context.Context, path string) (*File, error) {
	data, info, err := readPath(ctx, path, maxFile)
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	if err != nil {
		// The path is in the Error, once.
		return nil, &Error{Path: path, Err: fmt.Errorf("read profile file: %w", err)}
	}
	if err := CheckUnchanged(path, info); err != nil {
		return nil, err
	}
	return &File{Path: path, data: data, mode: info.Mode()}, nil
}

// readAll reads in to its end; size is what to expect, and 0 for a pipe.
func readAll(in io.Reader, size int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(size) + bytes.MinRead)
	_, err := buf.ReadFrom(in)
	return buf.Bytes(), err
}

// all is the whole file but for a byte order mark.
func (f *File) all() span {
	if bytes.HasPrefix(f.data, bom) {
		return span{len(bom), len(f.data)}
	}
	return span{0, len(f.data)}
}

// readableByOthers reports whether other users of the machine may read the file. Windows keeps that in an ACL, which
// %AppData% hands down; its mode bits say nothing.
func (f *File) readableByOthers() bool { return readableByOthers(f.mode) }

func readableByOthers(mode fs.FileMode) bool {
	return runtime.GOOS != "windows" && mode.IsRegular() && mode.Perm()&0o077 != 0
}

// dir is what a relative path in the file is relative to.
func (f *File) dir() string { return filepath.Dir(f.Path) }
