// Package browser opens a URL in the person's web browser: with the command of the profile, else those of $BROWSER, else
// the platform's opener (github.com/pkg/browser on macOS and Windows, xdg-open and its kin elsewhere, Windows' own
// from inside WSL).
//
// A browser is not our child in spirit. It gets no stream of ours, so that one which lives for hours cannot keep
// $(oauthget token) waiting nor write into its result, and no terminal, so that neither Ctrl-C ends the person's browser nor a
// text-mode one takes the screen. It is never waited for beyond a short grace, and never killed.
//
// It deliberately passes on none of a command's output: openers repeat the URL in it, which bears state. And it starts
// no shell: a URL is made of what somebody else's server said.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
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

// Open opens u, an absolute http or https URL, and returns when a command has done so, or has been running for three
// seconds without failing. It ends early with the context's cause; a command that is already running is left alone.
//
// Where the person named a command, only it (or the list) is tried: another browser may be signed in as somebody else.
// Else an Obstacle does not keep Open from trying, since an opener that was put on PATH is there to be called, except
// over SSH: what opened there would be on a screen far from the person.
func (o Opener) Open(ctx context.Context, u string) error {
	if err := check(u); err != nil {
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

// check refuses everything but a plain web address. An authorization endpoint comes from a server's metadata, and an
// opener takes more than addresses: files, programs by their scheme (mailto:, ms-msdt:), options of its own.
func check(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("the URL cannot be parsed") // the error of url.Parse repeats it
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the URL is not an http or https one")
	case u.Hostname() == "":
		return errors.New("the URL has no host")
	case u.User != nil:
		return errors.New("the URL has a user name in it")
	}
	// RFC 3986 §2: what is left out here, such as a quote, a space or a backslash, may not stand in a URL unescaped,
	// and is what command lines are broken with.
	for _, c := range []byte(s) {
		if !isAlphanumeric(c) && !strings.ContainsRune("-._~:/?#[]@!$&'()*+,;=%", rune(c)) {
			return errors.New("the URL has a character in it that must be percent-encoded")
		}
	}
	return nil
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
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
