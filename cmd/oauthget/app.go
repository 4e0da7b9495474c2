package main

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/oauthget/oauthget/internal/term"
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

// app is one run of the program: the world, and what the global flags say.
type app struct {
	outside
	global   globalFlags
	style    term.Style    // for stderr
	commands []string      // their names, which a profile may not bear
	trace    *trace.Writer // nil unless --trace is given

	narration *narration // nil but for explain
	several   bool       // the command is about several profiles, so that variables which describe a client are for none
}

// globalFlags are the flags of every command.
type globalFlags struct {
	config    string
	timeout   time.Duration
	noInput   bool
	noBrowser bool
	json      bool
	verbose   bool
	trace     string
	color     string
}

// run is the program: it owns the exit status, and the one place where a failure is printed.
func run(ctx context.Context, args []string, world outside) int {
	a := &app{outside: world}
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
