package main

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/userdir"
)

// globalFlags are the flags of every command.
type globalFlags struct {
	config    string
	timeout   time.Duration
	noInput   bool
	noBrowser bool
	json      bool
	trace     string
	color     string
	yes       bool
	agent     string
}

// traceToStderr is the value of --trace without a file.
const traceToStderr = "-"

func (a *app) addGlobalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.global.config, "config", "", "profile `FILE` (default: $OAUTHGET_CONFIG, or config.toml in the configuration directory)")
	f.StringVar(&a.global.agent, "agent", a.getenv(agent.Variable), "`SOCKET` of the oauthget agent to ask for tokens (default: $OAUTHGET_AGENT; empty for none)")
	f.Lookup("agent").DefValue = ""
	f.DurationVar(&a.global.timeout, "timeout", 5*time.Minute, "how long the person has to act")
	f.BoolVar(&a.global.noInput, "no-input", false, "never open a browser or ask: exit 4 instead")
	f.BoolVar(&a.global.noBrowser, "no-browser", false, "show the URL only, and wait for the redirect")
	f.BoolVar(&a.global.yes, "yes", false, "log in at the server that an API names, or register a client, without asking first")
	f.BoolVar(&a.global.json, "json", false, "print JSON where the command has it")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "say each step on stderr")
	f.StringVar(&a.global.trace, "trace", "", "write each exchange, without its secrets, to stderr, or with --trace=`FILE` to a file")
	f.Lookup("trace").NoOptDefVal = traceToStderr
	f.StringVar(&a.global.color, "color", "auto", "colour on stderr: auto, always, never")
	_ = root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(term.ColorModes, cobra.ShellCompDirectiveNoFileComp))
}

// flagError is the usage error for a flag, without the words of the libraries that read it.
func flagError(err error) error {
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		name, value, kind := e.GetFlag().Name, e.GetValue(), e.GetFlag().Value.Type()
		switch {
		case kind == "duration", errors.Is(err, errNoDuration):
			return hint.Usagef("--%s takes a duration, such as 30s or 5m, not %q", name, value)
		case kind == "bool" && e.GetFlag().Annotations[keyGroup] == nil: // a key that is one may also be removed
			return hint.Usagef("--%s takes true or false, not %q", name, value)
		}
		return hint.Usagef("--%s: %w", name, e.Unwrap())
	}
	return &hint.UsageError{Err: err}
}

// checkGlobals makes the flags what they stand for, before any command runs.
func (a *app) checkGlobals(cmd *cobra.Command) error {
	if err := term.CheckColorMode(a.global.color); err != nil {
		return &hint.UsageError{Err: err}
	}
	a.global.config, a.global.trace = userdir.Expand(a.global.config, a.getenv), userdir.Expand(a.global.trace, a.getenv)
	a.style = term.NewStyle(a.global.color, a.stderr, a.getenv)
	if a.global.timeout <= 0 {
		return hint.Usagef("--timeout must be positive, not %s", a.global.timeout)
	}
	var err error
	if a.agent, err = agent.For(cmd.CommandPath(), userdir.Expand(a.global.agent, a.getenv), a.global.config); err != nil {
		return err
	}
	switch a.global.trace {
	case "":
	case traceToStderr:
		a.traced, a.trace = true, &trace.Writer{W: a.words}
	default:
		// A trace bears no secret, but it tells who talks to whom: it is for its owner to show.
		f, err := os.OpenFile(a.global.trace, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return hint.Usagef("open trace file: %w", err)
		}
		a.trace = &trace.Writer{W: a.writer(f)} // the end of the program closes it
	}
	return nil
}
