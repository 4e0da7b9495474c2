// Package browser opens a URL in the user's web browser. It runs the command of the profile, else those of $BROWSER, else
// the platform's opener: github.com/pkg/browser on macOS and Windows, xdg-open or a similar program elsewhere, and Windows'
// own from inside WSL.
//
// A browser is detached from us. It gets none of our streams, so that one which stays open for hours cannot keep
// $(oauthget token) waiting or write into its result. It gets no terminal, so that Ctrl-C does not end it and a text-mode
// browser does not take the screen. It is waited for only for a short grace period, and never killed.
//
// The output of a command is discarded: openers repeat the URL in it, which contains state. No shell is started, and the URL
// contains nothing that means anything to the shell that an opener starts: a server chose a part of it.
package browser

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"
)

// defaultGrace is how long a command may take to fail. One that runs longer is a browser in the foreground.
const defaultGrace = 3 * time.Second

// Opener opens URLs. The zero value uses the environment of the process.
type Opener struct {
	// Command replaces $BROWSER and has its form: a list separated by colons. Each entry is a command with arguments
	// separated by spaces. Quotes protect spaces and colons.
	Command string
	// Getenv is os.Getenv if nil. Commands are always looked up on the PATH of the process.
	Getenv func(string) string
	// Without names the variables that hold secrets. They are removed from the browser's environment.
	Without []string

	noText bool // keep xdg-open from starting a text browser

	// Set by tests. Zero means the real one.
	stat  func(string) (fs.FileInfo, error)
	goos  string
	grace time.Duration
}

// Error reports that a command could not be started or failed at once. It contains neither the URL nor any output.
type Error struct {
	Command string // its name, without arguments
	Err     error  // *exec.Error, *exec.ExitError, or a plain reason
}

func (e *Error) Error() string { return fmt.Sprintf("open browser: %q: %v", e.Command, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Open opens u, an absolute http or https URL, in the form that [Safe] gives it. It returns when a command has succeeded, or
// has run for three seconds without failing. If ctx ends first, Open returns its cause and leaves a running command alone.
//
// If the user named a command or a list, only those are tried: another browser may be signed in to another account. A text
// browser is not: it has no terminal here, prints the page nowhere, and succeeds.
//
// In a container an opener on PATH is tried even without a display, since it is meant to be called. Elsewhere it could only
// start a text browser, and over SSH one on a screen that the user does not see.
func (o Opener) Open(ctx context.Context, u string) error {
	u, err := Safe(u)
	if err != nil {
		return fmt.Errorf("open browser: %w", err)
	}
	switch obstacle := o.Obstacle(); obstacle {
	case RemoteSession, NoDisplay, TextBrowser:
		return &ObstacleError{obstacle}
	}
	if o.commands() != "" {
		commands, _ := o.named()
		return o.openWith(ctx, commands, u)
	}
	if o.inWSL() {
		if err := o.openWith(ctx, wslOpeners, u); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return o.openPlatform(ctx, u)
}

// commands returns the user's list, or "".
func (o Opener) commands() string {
	if strings.TrimSpace(o.Command) != "" {
		return o.Command
	}
	return strings.TrimSpace(o.getenv("BROWSER"))
}

func (o Opener) getenv(name string) string {
	if o.Getenv == nil {
		return os.Getenv(name)
	}
	return o.Getenv(name)
}

func (o Opener) os() string {
	if o.goos == "" {
		return runtime.GOOS
	}
	return o.goos
}

func (o Opener) exists(path string) bool {
	stat := o.stat
	if stat == nil {
		stat = os.Stat
	}
	_, err := stat(path)
	return err == nil
}
