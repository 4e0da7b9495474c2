//go:build linux

package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
)

// prepareFile prepares the token request while the person is in the browser. A second oauthget is built without it, by an overlay,
// since the program has no switch for it.
const (
	prepareFile = "internal/flow/prepare.go"
	withoutFile = "bench/testdata/prepare.go"
)

// build builds the programs into bin, with the flags of a release.
func build(ctx context.Context, dir string) error {
	overlay := filepath.Join(dir, "overlay.json")
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, prepareFile): filepath.Join(here, withoutFile),
	}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		return err
	}
	for name, args := range map[string][]string{
		"hello":               {"./bench/hello"},
		"gokeyring":           {"./bench/gokeyring"},
		"oauthget":            {"./cmd/oauthget"},
		"oauthget-unprepared": {"-overlay", overlay, "./cmd/oauthget"},
	} {
		linked := filepath.Join(dir, "linked")
		args = append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", linked}, args...)
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return err
		}
		if err := install(linked, filepath.Join(dir, "bin", name)); err != nil {
			return err
		}
	}
	return nil
}

// install copies a program. The linker writes its file in small pieces, and the kernel keeps it so in its cache: a program
// starts up to a fifth faster from a file that was written at once, as an installed one is.
func install(from, to string) error {
	program, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, program, 0o700)
}
