// Command manpages writes the manual pages: one for the program, one for each command, one for the profile file.
//
//	go run ./scripts/manpages -date 2026-11-30 FOLDER
//
// It reads what users read: the help of each command, the table of the profile's keys, and docs/reference.md. So a page
// says nothing that they do not, and nothing is written twice. It runs in the root of the repository.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	date := flag.String("date", "", "date on the pages, `YYYY-MM-DD` or a time of RFC 3339")
	flag.Parse()
	if err := run(context.Background(), *date, flag.Arg(0)); err != nil {
		fmt.Fprintf(os.Stderr, "manpages: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, date, folder string) error {
	if len(date) < len(time.DateOnly) || folder == "" {
		return errors.New("usage: manpages -date YYYY-MM-DD FOLDER")
	}
	day, err := time.Parse(time.DateOnly, date[:len(time.DateOnly)])
	if err != nil {
		return err
	}
	all, err := pages(ctx, day)
	if err != nil {
		return err
	}
	for name, text := range all {
		file := filepath.Join(folder, "man"+name[len(name)-1:], name) // by section, as man looks for them
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pages returns the text of each page by the name of its file.
func pages(ctx context.Context, day time.Time) (map[string]string, error) {
	program, err := build(ctx)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(filepath.Dir(program))
	reference, err := readReference("docs/reference.md")
	if err != nil {
		return nil, err
	}
	root, err := readHelp(ctx, program, "oauthget")
	if err != nil {
		return nil, err
	}
	all := map[string]string{"oauthget.1": programPage(root, reference, day)}
	rest := root.commands
	for len(rest) > 0 {
		c := rest[0]
		rest = rest[1:]
		if c.name == "help" {
			continue
		}
		page, err := readHelp(ctx, program, c.path())
		if err != nil {
			return nil, err
		}
		page.short = c.short
		all[pageName(page.path())+".1"] = commandPage(page, day)
		rest = append(rest, page.commands...)
	}
	groups, err := keyGroups(ctx, program)
	if err != nil {
		return nil, err
	}
	all["oauthget.toml.5"] = filePage(groups, reference, day)
	return all, nil
}

// build returns the path of the program, in a folder of its own.
func build(ctx context.Context) (string, error) {
	folder, err := os.MkdirTemp("", "manpages")
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "oauthget")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./cmd/oauthget").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

// pageName is the name of a command's page: that of git's kind.
func pageName(path string) string { return strings.ReplaceAll(path, " ", "-") }
