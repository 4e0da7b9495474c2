package config

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// readPath reads what is at path, and at most one byte more than limit. What is no regular file may be a pipe whose
// writer is a process substitution, <(…), or one that nobody ever writes to: to open it or to read from it waits, and no
// longer than ctx. The error has lost the path, which the caller names.
func readPath(ctx context.Context, path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, withoutPath(err)
	case info.IsDir():
		return nil, nil, errors.New("it is a directory")
	case info.Mode().IsRegular():
		return readOpened(path, limit)
	}
	type result struct {
		data []byte
		info fs.FileInfo
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, info, err := readOpened(path, limit)
		done <- result{data, info, err}
	}()
	select {
	case <-ctx.Done(): // and the goroutine ends with the process, or with a writer that comes after all
		return nil, nil, context.Cause(ctx)
	case r := <-done:
		return r.data, r.info, r.err
	}
}

// readOpened also returns what the opened file is, which may not be what the path led to before.
func readOpened(path string, limit int64) ([]byte, fs.FileInfo, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	data, err := readAll(io.LimitReader(in, limit+1), min(info.Size(), limit))
	return data, info, withoutPath(err)
}

func withoutPath(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
