package main

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const execLong = `Run a program with an access token in its environment, and in nobody else's.

The token is in OAUTHGET_ACCESS_TOKEN, or in the variable that --env names. Of several profiles, work,home, each has a
variable of its own: OAUTHGET_ACCESS_TOKEN_WORK, OAUTHGET_ACCESS_TOKEN_HOME, or those of as many --env, in order.

The program takes the place of oauthget: its terminal, its signals and its exit status are its own. What stands behind --
is the program's, what stands before it is for oauthget. The secrets of oauthget's own environment are not passed on.
Nobody refreshes a variable: a program that runs for hours asks for a token itself, with oauthget token.`

const execExample = `  oauthget exec work -- ./deploy --all
  oauthget exec work --env API_TOKEN --min-ttl 10m -- make release
  oauthget exec work,home -- sh -c 'compare "$OAUTHGET_ACCESS_TOKEN_WORK" "$OAUTHGET_ACCESS_TOKEN_HOME"'`

// tokenVariable is where a program finds the token unless told otherwise.
const tokenVariable = "OAUTHGET_ACCESS_TOKEN"

// execForm is the hint for those who leave out the --.
const execForm = "oauthget exec NAME -- PROGRAM ARG…"

// execution is one run of the command.
type execution struct {
	*app
	request   tokensource.Request
	names     []string // of profiles; an empty one is the default
	variables []string // one for each
	argv      []string
}

func (a *app) execCommand() *cobra.Command {
	e := execution{app: a}
	cmd := &cobra.Command{
		Use:     "exec [flags] [NAME[,NAME…]] -- PROGRAM [ARG…]",
		Short:   "Run a program with an access token in its environment",
		Long:    execLong,
		Example: execExample,

		DisableFlagsInUseLine: true, // which would put them behind the program's
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(e.parse(cmd, args), checkRequest(cmd, e.request)); err != nil {
				return err
			}
			return e.run(cmd)
		},
	}
	cmd.Flags().StringArrayVar(&e.variables, "env", nil, "`VARIABLE` for the token; one for each profile, in order")
	addRequestFlags(cmd, &e.request)
	// A flag that is not known is most likely the program's.
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return hint.With(&hint.UsageError{Err: err}, execForm)
	})
	a.completeThenFiles(cmd, true)
	return cmd
}

// parse tells the profiles from the program. As with kubectl exec, -- stands between them: without it, a profile that
// was left out would be a program that is run without a token, or the other way round.
func (e *execution) parse(cmd *cobra.Command, args []string) error {
	dash := cmd.ArgsLenAtDash()
	wrong := func(format string, args ...any) error {
		return hint.Usagef(format, args...)
	}
	switch {
	case len(args) == 0 || dash == len(args):
		return wrong("there is no program to run")
	case dash < 0:
		return hint.With(wrong("there is no -- before the program"), execForm)
	case dash > 1:
		return wrong("what stands before -- is one argument: the profiles, with commas between them")
	}
	e.names, e.argv = []string{""}, args[dash:]
	if dash == 1 {
		e.names = strings.Split(args[0], ",")
	}
	if len(e.names) > 1 && (slices.Contains(e.names, "") || len(keyFlags(cmd)) > 0) {
		return wrong("several profiles are given by their names, and without flags of theirs")
	}
	return e.nameVariables(wrong)
}

func (e *execution) nameVariables(wrong func(string, ...any) error) error {
	switch {
	case len(e.variables) == 0 && len(e.names) == 1:
		e.variables = []string{tokenVariable}
	case len(e.variables) == 0:
		for _, name := range e.names {
			e.variables = append(e.variables, tokenVariable+"_"+variableOf(name))
		}
	case len(e.variables) != len(e.names):
		return wrong("%d of --env for %d profiles", len(e.variables), len(e.names))
	}
	for i, v := range e.variables {
		if !isVariable(v) {
			return wrong("--env takes the name of an environment variable, not %q", v)
		}
		if actedUpon(v) {
			return wrong("--env takes no variable that the loader or the shell acts upon, such as %s: the authorization server writes what would be in it", v)
		}
		if slices.Contains(e.variables[:i], v) {
			return wrong("two profiles cannot share the variable %s: name one for each with --env", v)
		}
	}
	return nil
}

// isVariable reports whether every shell takes s for a variable's name: it has no digit first.
func isVariable(s string) bool { return consists(s, "_") && (s[0] < '0' || s[0] > '9') }

// actedUpon reports whether a program's loader, or a shell, does something by what the variable holds, before anything of
// the program runs: to load what a server has named is none of our business. Interpreters have more of them, and are not
// all known; these are common to all.
func actedUpon(variable string) bool {
	name := strings.ToUpper(variable) // as Windows has it
	return strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_") || slices.Contains([]string{
		"PATH", "IFS", "ENV", "BASH_ENV", "BASHOPTS", "SHELLOPTS", "PS4", "PROMPT_COMMAND", "CDPATH", "ZDOTDIR",
		"SHELL", "HOME", "GCONV_PATH", "GLIBC_TUNABLES", "PATHEXT", "COMSPEC", "SYSTEMROOT", "PSMODULEPATH",
	}, name)
}

// variableOf is a profile's name as it is part of a variable's.
func variableOf(profile string) string {
	return strings.Map(func(r rune) rune {
		if !isAlphanumeric(r) {
			return '_'
		}
		return unicode.ToUpper(r)
	}, profile)
}

// consists reports whether s is of nothing but letters and digits of ASCII, and others, and not empty. No regular
// expression says so, since it would be compiled at the start of every command.
func consists(s, others string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune(others, r) })
}

func isAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// run finds the program first: nobody is to log in for one that is not there.
func (e *execution) run(cmd *cobra.Command) error {
	program, err := child.Look(e.argv[0])
	if err != nil {
		return err
	}
	e.several = len(e.names) > 1
	var sessions []*session.Session
	for _, name := range e.names {
		s, err := e.open(cmd, name)
		if err != nil {
			return err
		}
		sessions = append(sessions, s)
	}
	session.ShareSecretEnv(sessions)
	env := sessions[0].Environ()
	for i, s := range sessions {
		set, _, err := s.AccessToken(cmd.Context(), e.request)
		if err != nil {
			return err
		}
		if dpop.Bound(set) {
			e.Warn("%s: %v; oauthget curl makes one", e.variables[i], dpop.ErrBound)
		}
		env = child.With(env, e.variables[i], set.AccessToken.Reveal())
	}
	return e.become(program, e.argv, env)
}
