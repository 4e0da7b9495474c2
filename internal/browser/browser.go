// Package browser opens a URL in the person's web browser: with the command of the profile, else those of $BROWSER, else
// the platform's opener (github.com/pkg/browser on macOS and Windows, xdg-open and its kin elsewhere, Windows' own
// from inside WSL).
//
// A browser is not our child in spirit. It gets no stream of ours, so that one which lives for hours cannot keep
// $(oauthget token) waiting nor write into its result, and no terminal, so that neither Ctrl-C ends the person's browser nor a
// text-mode one takes the screen. It is never waited for beyond a short grace, and never killed.
//
// It deliberately passes on none of a command's output: openers repeat the URL in it, which bears state. And it starts
// no shell, nor gives the shell that an opener starts anything to do: a URL is made of what somebody else's server said.
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

// grace is how long a command may take to fail. One that runs longer is a browser in the foreground.
const defaultGrace = 3 * time.Second

// Opener opens URLs. The zero value works with the environment of the process.
type Opener struct {
	// Command is the profile's, of the form of $BROWSER and instead of it: a list separated by colons, each a command with
	// arguments separated by spaces, in quotes where it has spaces or colons itself.
	Command string
	// Getenv is os.Getenv where nil. Commands are searched on the PATH of the process in any case.
	Getenv func(string) string
	// Without names the variables that the browser's environment is to be without, beside those of ours that hold secrets.
	Without []string

	// What tests change. Zero means the real ones.
	stat  func(string) (fs.FileInfo, error)
	goos  string
	grace time.Duration
}

// Error says that a command could not be started or failed at once. It contains neither the URL nor any output.
type Error struct {
	Command string // its name, without arguments
	Err     error  // *exec.Error, *exec.ExitError, or a plain reason
}

func (e *Error) Error() string { return fmt.Sprintf("open browser: %q: %v", e.Command, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Open opens u, an absolute http or https URL, in the form that [Safe] gives it, and returns when a command has done so, or has been running for three
// seconds without failing. It ends early with the context's cause; a command that is already running is left alone.
//
// Where the person named a command, only it (or the list) is tried: another browser may be signed in as somebody else.
// Else an Obstacle does not keep Open from trying, since an opener that was put on PATH is there to be called, except
// over SSH: what opened there would be on a screen far from the person.
func (o Opener) Open(ctx context.Context, u string) error {
	u, err := Safe(u)
	if err != nil {
		return fmt.Errorf("open browser: %w", err)
	}
	if list := o.commands(); list != "" {
		return o.openWith(ctx, splitList(list, o.os()), u)
	}
	if o.overSSH() {
		return &ObstacleError{RemoteSession}
	}
	if o.inWSL() {
		if err := o.openWith(ctx, wslOpeners, u); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return o.openPlatform(ctx, u)
}

// commands is the list that the person chose, or empty.
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
