package bounded

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// ReadFile is [Read] for the file at path, and also tells what the opened file is. A regular file is read at once. Anything
// else may be a pipe, such as the <(…) of a shell: opening and reading it ends with ctx. Errors do not name the path.
func ReadFile(ctx context.Context, path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, withoutPath(err)
	case info.IsDir():
		return nil, nil, errors.New("it is a directory")
	case info.Mode().IsRegular():
		read, err := readFile(path, limit)
		return read.data, read.info, err
	}
	read, err := Call(ctx, func() (file, error) { return readFile(path, limit) })
	return read.data, read.info, err
}

type file struct {
	data []byte
	info fs.FileInfo
}

// readFile tells what the opened file is, which may not be what the path led to before.
func readFile(path string, limit int64) (read file, err error) {
	in, err := os.Open(path)
	if err != nil {
		return read, withoutPath(err)
	}
	defer func() { _ = in.Close() }()
	if read.info, err = in.Stat(); err == nil {
		read.data, err = Read(in, limit)
	}
	return read, withoutPath(err)
}

func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
