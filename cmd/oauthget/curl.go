package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/curl"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const curlLong = `Run curl with the access token of a profile, which stands in no argument and in no environment.

What follows NAME is curl's. The token goes to https URLs, and to http ones of this machine, whose host api_hosts names, or
to any where the profile has no api_hosts; curl takes it along no redirect to another host. Where it may not go, curl runs
without it, and a warning says why.

Where the answer is 401 and the token came from the store, it is refreshed, and the request repeated, once. That takes one
URL, and bodies that can be read again: files, and not standard input.

A request to this machine over http, or with -k, goes through no proxy, and ~/.curlrc is not read for it. docs/integrations.md has the rules.`

const curlExample = `  oauthget curl work https://api.example.com/orders
  oauthget curl work -fsS --json @order.json https://api.example.com/orders
  oauthget curl --min-ttl 10m work -T image.iso https://api.example.com/upload`

func (a *app) curlCommand() *cobra.Command {
	var request tokensource.Request
	cmd := &cobra.Command{
		Use:     "curl [flags] NAME [--] [ARG…]",
		Short:   "Run curl with an access token that nobody else sees",
		Long:    curlLong,
		Example: curlExample,

		DisableFlagsInUseLine: true, // which would put them behind curl's
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRequest(cmd, request); err != nil {
				return err
			}
			return a.judgeCurl(cmd, args, request)
		},
	}
	addRequestFlags(cmd, &request)
	cmd.Flags().SetInterspersed(false) // what follows NAME is curl's, flags too
	a.completeThenFiles(cmd, false)
	return cmd
}

// curlArgs tells the profile from curl's arguments; `curl -- ARG…` is for the default profile.
func curlArgs(cmd *cobra.Command, args []string) (name string, rest []string, err error) {
	switch {
	case cmd.ArgsLenAtDash() == 0:
		return "", args, nil
	case len(args) == 0:
		return "", nil, hint.Usagef("there is no profile: curl NAME ARG…, or curl -- ARG… for the default one")
	}
	name, rest = args[0], args[1:]
	if strings.Contains(name, "://") {
		return "", nil, hint.Usagef("the profile comes before the URL: curl NAME URL, or curl -- URL for the default one")
	}
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	return name, rest, nil
}

// judgeCurl decides whether the token goes with the request, and runs curl with it or without.
func (a *app) judgeCurl(cmd *cobra.Command, args []string, request tokensource.Request) error {
	name, rest, err := curlArgs(cmd, args)
	if err != nil {
		return err
	}
	command, err := curl.Parse(rest)
	if err != nil {
		return hint.With(&hint.UsageError{Err: err}, "leave nothing to be judged: oauthget token NAME -o curl | curl -K - ARG…")
	}
	program, err := child.Look("curl")
	if err != nil {
		return err
	}
	s, err := a.open(cmd, name)
	if err != nil {
		return err
	}
	send, err := a.mayCurl(s, command)
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	if !send {
		return a.become(program, append([]string{"curl"}, rest...), s.Environ())
	}
	return a.runCurl(cmd.Context(), s, curl.Attempt{Program: program, Command: command}, request)
}

// mayCurl reports whether the token goes with the request, and warns where it does not. What would send it along to some
// hosts that may have it and to others that may not is an error, and so is what would let it leave this machine unprotected.
func (a *app) mayCurl(s *session.Session, command curl.Command) (bool, error) {
	if option := command.Credentials(); option != "" {
		a.Warn("no token is sent: %s brings credentials of its own", option)
		return false, nil
	}
	targets, err := command.Targets()
	if err != nil {
		a.Warn("no token is sent: %v", err)
		return false, nil
	}
	var why string
	may := 0
	for _, u := range targets {
		// RFC 6750 §5.3: "Clients MUST always use TLS … (https) or equivalent transport security when making requests
		// with bearer tokens."
		switch {
		case !confidential.URL(u):
			why = fmt.Sprintf("%s://%s is neither https nor this machine", u.Scheme, u.Host)
		// RFC 6750 §5.3: "The client MUST validate the TLS certificate chain when making requests to protected resources."
		case command.Unverified() && !confidential.Loopback(u.Hostname()):
			why = fmt.Sprintf("by --insecure anybody may answer for %s; --cacert names an authority to trust", u.Host)
		case !s.Profile.MaySend(u):
			why = fmt.Sprintf("%s is not among the api_hosts of the profile", u.Host)
		default:
			may++
		}
	}
	switch {
	case may == len(targets):
		return may > 0, command.CheckExposed() // curl --version, say, has no use for one
	case may > 0:
		return false, fmt.Errorf("the token may go to one of the URLs and not to another (%s): run curl once for each", why)
	}
	a.Warn("no token is sent: %s", why)
	return false, nil
}
