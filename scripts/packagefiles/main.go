// Command packagefiles writes what packages and archives hold besides the program.
//
//	go run ./scripts/packagefiles -man bin/man -date TIME -version 0.1.0 FOLDER
//
// In FOLDER are then the licences of all that is linked into the program, the copyright file and the changelog that Debian
// asks for, and the manual pages, compressed. The same tree gives the same bytes. It runs in the root of the repository.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.man, "man", "bin/man", "`FOLDER` of the manual pages")
	flag.StringVar(&o.date, "date", "", "`TIME` of the release, RFC 3339")
	flag.StringVar(&o.version, "version", "", "`VERSION` that is packaged")
	flag.Parse()
	if err := run(context.Background(), o, flag.Arg(0)); err != nil {
		fmt.Fprintf(os.Stderr, "packagefiles: %v\n", err)
		os.Exit(1)
	}
}

type options struct{ man, date, version string }

func run(ctx context.Context, o options, folder string) error {
	if folder == "" || o.version == "" {
		return errors.New("usage: packagefiles -version VERSION -date TIME FOLDER")
	}
	date, err := time.Parse(time.RFC3339, o.date)
	if err != nil {
		return err
	}
	licences, err := licences(ctx)
	if err != nil {
		return err
	}
	changes, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	debian, err := debianChangelog(string(changes), o.version, date)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"THIRD_PARTY_LICENSES": licences,
		"copyright":            []byte(copyright),
		"changelog.gz":         compress([]byte(debian)),
	}
	pages, err := filepath.Glob(filepath.Join(o.man, "man?", "*"))
	if err != nil || len(pages) == 0 {
		return fmt.Errorf("%s has no manual pages: %w", o.man, err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		files[filepath.Join(filepath.Base(filepath.Dir(page)), filepath.Base(page)+".gz")] = compress(text)
	}
	for name, text := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compress is `gzip -9n`: no name and no time, so that the same text gives the same bytes.
func compress(text []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // of a level that there is
	}
	_, _ = w.Write(text) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}
