package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// app is one run of the program: the person, the world around them, and what the global flags say.
type app struct {
	console
	global   globalFlags
	commands []string         // their names, which a profile may not have
	trace    *trace.Writer    // nil unless --trace is given
	keyed    []*cobra.Command // those that take the profile's keys as flags
	helpErr  error            // of writing the help, which package cobra has no way to return
	files    session.FileStores
	agent    *agent.Client // nil unless --agent or OAUTHGET_AGENT names one
}

func newApp(world outside) *app { return &app{console: newConsole(world)} }

// options are those of every session of the command.
func (a *app) options() session.Options {
	return session.Options{
		Stdin: a.stdin, Stderr: a.stderr, LookupEnv: a.lookupEnv, GOOS: a.goos, Now: a.now, UserAgent: "oauthget/" + version,
		Console: a, ConfigFile: a.global.config, Commands: a.commands,
		Timeout: a.global.timeout, NoInput: a.global.noInput, NoBrowser: a.global.noBrowser, Yes: a.global.yes,
		Trace: a.trace, FileStores: &a.files, Agent: a.agent,
	}
}

// open makes the profile called name ready, or the default one where name is empty. The URL of an API may be in its place.
func (a *app) open(cmd *cobra.Command, name string) (*session.Session, error) {
	return session.OpenNamed(cmd.Context(), a.options(), name, keyFlags(cmd))
}

// errAnswered ends the program without a word: the answer on stdout says it, and the protocol wants a status.
var errAnswered = errors.New("answered")

// run is the program: it owns the exit status, and the one place where a failure is printed.
func run(ctx context.Context, args []string, world outside) child.Status {
	a := newApp(world)
	if credential.IsCargo(args) {
		args, a.stdin = credential.CargoArgs(ctx, args, a.stdin, a.stdout)
	}
	root := a.rootCommand(args)
	root.SetArgs(args)
	root.SetOut(world.stdout)
	root.SetErr(a.words)
	defer a.flush()
	cmd, err := root.ExecuteContextC(ctx)
	if err = cmp.Or(err, a.helpErr); err == nil {
		return child.Status{}
	}
	if e, ok := errors.AsType[*child.ExitError](err); ok {
		return e.Status
	}
	if errors.Is(err, errAnswered) {
		return child.Status{Code: remedy.StatusFailure}
	}
	// Whatever a cancelled request or wait says of itself, the reason is what ended the context.
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	status, hints := a.remedyOf(err, cmd.CommandPath())
	a.line("%s %s", a.style.Red("error:"), untrusted.Line(err.Error()))
	for _, hint := range hints {
		a.hint(hint)
	}
	ended := child.Status{Code: status}
	if e, ok := errors.AsType[*remedy.Interrupted](err); ok && e.Signal == os.Interrupt {
		ended.Signal = syscall.SIGINT
	}
	return ended
}

// WarnOf implements [session.Console]. The command goes on, so that one hint is enough.
func (a *app) WarnOf(operation string, err error) {
	a.Warn("%s: %v", operation, err)
	_, hints := a.remedyOf(err, "oauthget token")
	a.hint(hints[0])
}

// remedyOf returns the exit status and the hints for an error of the command.
func (a *app) remedyOf(err error, path string) (status int, hints []string) {
	return remedy.Of(err, remedy.Command{Path: path, ConfigFile: a.global.config, GOOS: a.goos, Now: a.now()})
}
