package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/trace"
)

// outside is what a command may touch of the world around it.
type outside struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookupEnv      func(string) (string, bool)
	goos           string
	now            func() time.Time
}

func system() outside {
	return outside{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv, runtime.GOOS, time.Now}
}

func (o outside) getenv(name string) string {
	value, _ := o.lookupEnv(name)
	return value
}

// app is one run of the program: the person, the world around them, and what the global flags say.
type app struct {
	console
	global   globalFlags
	commands []string      // their names, which a profile may not have
	trace    *trace.Writer // nil unless --trace is given
	several  bool          // the command is about several profiles, so that variables which describe a client are for none
}

func newApp(world outside) *app { return &app{console: console{outside: world}} }

// globalFlags are the flags of every command.
type globalFlags struct {
	config    string
	timeout   time.Duration
	noInput   bool
	noBrowser bool
	json      bool
	trace     string
	color     string
}

// traceToStderr is the value of --trace without a file.
const traceToStderr = "-"

// openTrace finds out before anything is asked whether the trace can be written.
func (a *app) openTrace() error {
	if a.traced = a.global.trace == traceToStderr; a.traced {
		a.trace = &trace.Writer{W: a.stderr}
		return nil
	}
	// A trace bears no secret, but it tells who talks to whom: it is for its owner to show.
	f, err := os.OpenFile(a.global.trace, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open trace file: %w", err)
	}
	a.trace = &trace.Writer{W: f} // unbuffered: the end of the program closes it
	return nil
}

// options are those of every session of the command.
func (a *app) options() session.Options {
	return session.Options{
		Stdin: a.stdin, Stderr: a.stderr, LookupEnv: a.lookupEnv, GOOS: a.goos, Now: a.now, UserAgent: "oauthget/" + version,
		Console: &a.console, ConfigFile: a.global.config, Commands: a.commands, OneOfMany: a.several,
		Timeout: a.global.timeout, NoInput: a.global.noInput, NoBrowser: a.global.noBrowser, Trace: a.trace,
	}
}

// open makes the profile called name ready, or the default one where name is empty.
func (a *app) open(cmd *cobra.Command, name string) (*session.Session, error) {
	return a.openNarrated(cmd, name, nil)
}

// openNarrated is open for a login that is told step by step.
func (a *app) openNarrated(cmd *cobra.Command, name string, n session.Narrator) (*session.Session, error) {
	o := a.options()
	o.Narrator = n
	file, err := o.ProfileFile(cmd.Context())
	if err != nil {
		return nil, err
	}
	return session.Open(o, file, name, keyFlags(cmd))
}

// run is the program: it owns the exit status, and the one place where a failure is printed.
func run(ctx context.Context, args []string, world outside) int {
	a := newApp(world)
	root := a.rootFor(args)
	root.SetArgs(args)
	root.SetOut(world.stdout)
	root.SetErr(world.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*exited](err); ok {
		return e.status
	}
	// Whatever a cancelled request or wait says of itself, the reason is what ended the context.
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return a.fail(err, cmd.CommandPath())
}
