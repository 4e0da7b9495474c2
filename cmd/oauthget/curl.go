package main

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/curl"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const curlLong = `Run curl with the access token of a profile. The token never appears in arguments or in the environment.

What follows NAME is curl's. The token goes to https URLs, and to http ones of this machine, whose host is in api_hosts, or to
any host if the profile has no api_hosts. Otherwise curl runs without it, and a warning says why. curl itself drops it on a
redirect to another host.

If the answer is 401 and the token came from the store, the token is refreshed and the request sent once more. That needs a
single URL, and a body that can be read again: a file, not standard input.

For requests to this machine over http, or with -k, no proxy is used and ~/.curlrc is not read. docs/integrations.md has all
the rules.`

const curlExample = `  oauthget curl work https://api.example.com/orders
  oauthget curl work -fsS --json @order.json https://api.example.com/orders
  oauthget curl --min-ttl 10m work -T image.iso https://api.example.com/upload`

func (a *app) curlCommand() *cobra.Command {
	var request tokensource.Request
	cmd := &cobra.Command{
		Use:     "curl [flags] NAME|URL [--] [ARG…]",
		Short:   "Run curl with an access token, kept out of its arguments",
		Long:    curlLong,
		Example: curlExample,

		DisableFlagsInUseLine: true, // which would put them behind curl's
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.curl(cmd, args, request) },
	}
	a.addRequestFlags(cmd, &request)
	cmd.Flags().SetInterspersed(false) // what follows NAME is curl's, flags too
	a.completeThenFiles(cmd, false)
	return cmd
}

func (a *app) curl(cmd *cobra.Command, args []string, request tokensource.Request) error {
	name, rest, err := curlArgs(cmd, args)
	if err != nil {
		return err
	}
	command, err := curl.Parse(rest)
	if unknown, ok := errors.AsType[*curl.UnknownOptionError](err); ok && ownFlag(cmd, unknown.Option) {
		return hint.With(hint.Usagef("%s is an oauthget flag, and what follows NAME is curl's", unknown.Option), "put it before NAME")
	}
	if err != nil {
		return hint.With(&hint.UsageError{Err: err}, "run curl yourself: oauthget token "+shell.Word(cmp.Or(name, "NAME"))+" -o curl | curl -K - ARG…")
	}
	program, err := child.Look("curl")
	if err != nil {
		return err
	}
	s, err := a.open(cmd, name)
	if err != nil {
		return err
	}
	send, why, err := command.Judge(s.Refuses)
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	if why != "" {
		a.Warn("no token is sent: %s", why)
	}
	if !send {
		return a.become(program, append([]string{"curl"}, rest...), s.Environ())
	}
	s.Posts = command.Method() == http.MethodPost
	set, fresh, err := s.AccessToken(cmd.Context(), request)
	if _, open := errors.AsType[*session.OpenAPIError](err); open {
		a.Step("%v", err)
		return a.become(program, append([]string{"curl"}, rest...), s.Environ())
	}
	if err != nil {
		return err
	}
	run := curl.Run{
		Attempt: curl.Attempt{
			Program: program, Command: command, Env: s.Environ(),
			Stdin: a.stdin, Stdout: a.stdout, Stderr: a.stderr, Terminal: term.Is(a.stdout),
		},
		Set: set, Provers: s.Provers(cmd.Context()), CertificateFile: s.Profile.TLS.CertificateFile, KeyFile: s.Profile.TLS.KeyFile,
		Now: a.now, Warn: a.Warn, Step: a.Step,
		Replace: s.Answers(fresh).Replace, ErrAccepted: session.ErrAccepted,
		Fails: func(err error) bool { return errors.As(err, new(*session.DemandError)) },
	}
	return run.Do(cmd.Context())
}

// curlArgs tells the profile from curl's arguments. curl -- ARG… is for the default profile.
func curlArgs(cmd *cobra.Command, args []string) (name string, rest []string, err error) {
	switch {
	case cmd.ArgsLenAtDash() == 0:
		return "", args, nil
	case len(args) == 0:
		return "", nil, hint.Usagef("there is no profile: curl NAME ARG…, or curl -- ARG… for the default one")
	}
	name, rest = args[0], args[1:]
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	if session.IsURL(name) { // the API's, and the request's too
		rest = append([]string{name}, rest...)
	}
	return name, rest, nil
}

// ownFlag reports whether an argument is a flag of cmd.
func ownFlag(cmd *cobra.Command, arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return cmd.Flags().Lookup(name) != nil && strings.HasPrefix(arg, "--")
}
