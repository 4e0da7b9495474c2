package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const execLong = `Run a program with an access token in its environment.

The token is in OAUTHGET_ACCESS_TOKEN, or in the variable that --env names. With several profiles (work,home) each has a
variable: OAUTHGET_ACCESS_TOKEN_WORK, OAUTHGET_ACCESS_TOKEN_HOME, or one --env for each, in order.

The program replaces oauthget: its terminal, its signals and its exit status are its own. It does not inherit oauthget's
secrets. Nothing refreshes the variable: a program that runs for hours should call oauthget token itself.`

const execExample = `  oauthget exec work -- ./deploy --all
  oauthget exec work --env API_TOKEN --min-ttl 10m -- make release
  oauthget exec work,home -- sh -c 'compare "$OAUTHGET_ACCESS_TOKEN_WORK" "$OAUTHGET_ACCESS_TOKEN_HOME"'`

// execForm is the hint for those who leave out the --.
const execForm = "oauthget exec NAME -- PROGRAM ARG…"

func (a *app) execCommand() *cobra.Command {
	var request tokensource.Request
	var variables []string
	cmd := &cobra.Command{
		Use:     "exec [flags] [NAME[,NAME…]] -- PROGRAM [ARG…]",
		Short:   "Run a program with an access token in its environment",
		Long:    execLong,
		Example: execExample,

		DisableFlagsInUseLine: true, // which would put them behind the program's
		RunE: func(cmd *cobra.Command, args []string) error {
			names, argv, err := execArgs(cmd, args)
			if err != nil {
				return err
			}
			variables, err = child.Variables("OAUTHGET_ACCESS_TOKEN", names, variables)
			if err != nil {
				return &hint.UsageError{Err: err}
			}
			return a.exec(cmd, names, variables, argv, request)
		},
	}
	cmd.Flags().StringArrayVar(&variables, "env", nil, "`VARIABLE` for the token; one for each profile, in order")
	a.addRequestFlags(cmd, &request)
	// A flag that is not known is most likely the program's.
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return hint.With(flagError(err), execForm)
	})
	a.completeThenFiles(cmd, true)
	return cmd
}

// execArgs tells the profiles from the program. As with kubectl exec, -- stands between them: without it, a profile that
// was left out would be a program that is run without a token, or the other way round.
func execArgs(cmd *cobra.Command, args []string) (names, argv []string, err error) {
	dash := cmd.ArgsLenAtDash()
	switch {
	case len(args) == 0 || dash == len(args):
		return nil, nil, hint.Usagef("there is no program to run")
	case dash < 0:
		return nil, nil, hint.With(hint.Usagef("there is no -- before the program"), execForm)
	case dash > 1:
		return nil, nil, hint.Usagef("what stands before -- is one argument: the profiles, with commas between them")
	case dash == 0:
		return []string{""}, args, nil
	}
	names = strings.Split(args[0], ",")
	if len(names) > 1 && (slices.Contains(names, "") || len(keyFlags(cmd)) > 0) {
		return nil, nil, hint.Usagef("several profiles are given by their names, and without flags of theirs")
	}
	return names, args[1:], nil
}

// exec finds the program first: nobody is to log in for one that is not there.
func (a *app) exec(cmd *cobra.Command, names, variables, argv []string, request tokensource.Request) error {
	program, err := child.Look(argv[0])
	if err != nil {
		return err
	}
	o := a.options()
	o.OneOfMany = len(names) > 1
	var sessions []*session.Session
	for _, name := range names {
		s, err := session.OpenNamed(cmd.Context(), o, name, keyFlags(cmd))
		if err != nil {
			return err
		}
		sessions = append(sessions, s)
	}
	session.ShareSecretEnv(sessions)
	env := sessions[0].Environ()
	for i, s := range sessions {
		set, _, err := s.AccessToken(cmd.Context(), request)
		if err != nil {
			return err
		}
		if dpop.Bound(set) {
			a.Warn("%s: %v; oauthget curl makes one", variables[i], dpop.ErrBound)
		}
		env = child.With(env, variables[i], set.AccessToken.Reveal())
	}
	return a.become(program, argv, env)
}
