package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const tokenLong = `Print a valid access token, and nothing else, on stdout.

It comes from the store if it lives at least --min-ttl longer, else by a refresh, else by the profile's grant: a login in
the browser, unless the profile says otherwise. The grants client_credentials, jwt_bearer and token_exchange take no
person, and work with --no-input. With --issuer or endpoints, and --client-id, no profile is needed.

Formats of --output:
`

const tokenExample = `  oauthget token work
  TOKEN=$(oauthget token work --no-input) || exit
  oauthget token work -o curl | curl -K - https://api.example.com/orders
  oauthget token work -o dpop --url https://api.example.com/orders | curl -H @- https://api.example.com/orders
  oauthget token --issuer https://login.example.com --client-id cli --scope openid`

// tokenRun is one run of the command.
type tokenRun struct {
	*app
	request tokensource.Request
	format  string
	proved  proofFlags
}

func (a *app) tokenCommand() *cobra.Command {
	r := tokenRun{app: a}
	cmd := &cobra.Command{
		Use:     "token [NAME]",
		Short:   "Print a valid access token",
		Long:    tokenLong,
		Example: tokenExample,
		Args:    atMostOneName,
		RunE:    r.run,
	}
	cmd.Flags().StringVarP(&r.format, "output", "o", "token", "output `FORMAT`")
	r.proved.add(cmd)
	addRequestFlags(cmd, &r.request)
	// What only help and completion show is made when they do.
	_ = cmd.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return output.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = tokenLong + output.Help()
		a.help(cmd, args)
	})
	a.completeProfiles(cmd, 1)
	return cmd
}

func (r *tokenRun) run(cmd *cobra.Command, args []string) error {
	f, err := r.chosen(cmd)
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	if err := checkRequest(cmd, r.request); err != nil {
		return err
	}
	s, err := r.open(cmd, nameOf(args))
	if err != nil {
		return err
	}
	if err := checkProvable(s, f); err != nil {
		return err
	}
	return r.print(cmd, s, f)
}

// chosen is the format that the flags ask for.
func (r *tokenRun) chosen(cmd *cobra.Command) (output.Format, error) {
	if r.global.json {
		if cmd.Flags().Changed("output") && r.format != "json" {
			return output.Format{}, fmt.Errorf("--json and --output %s ask for two formats", r.format)
		}
		r.format = "json"
	}
	f, err := output.Parse(r.format)
	if err != nil {
		return f, err
	}
	return r.proved.apply(f)
}

// print obtains the token and writes it.
func (r *tokenRun) print(cmd *cobra.Command, s *session.Session, f output.Format) error {
	r.request.IDToken = f.IDToken
	set, _, err := s.Token(cmd.Context(), r.request)
	if err != nil {
		return err
	}
	if f.IDToken {
		r.warnOfExpiry(s, set)
	}
	text, err := f.Render(set, r.now())
	if err != nil {
		return s.Failed(fmt.Errorf("print token: %w", err))
	}
	if f.Warning != "" {
		r.Warn("%s", f.Warning)
	}
	if dpop.Bound(set) && f.ForRequest == nil && !f.IDToken && !f.Bare {
		r.Warn("the token is bound to a key, and of no use without a proof; for the headers of a request: -o dpop --url URL")
	}
	if _, err := fmt.Fprint(r.stdout, text); err != nil {
		return fmt.Errorf("print token: %w", err)
	}
	return nil
}

// warnOfExpiry warns of an ID Token that is there and has expired: it is given all the same, since there is no other.
func (a *app) warnOfExpiry(s *session.Session, set token.Set) {
	if !set.IDToken.Empty() && !set.IDTokenLive(a.now(), 0) {
		a.Warn("the ID Token has expired, and the server sends none on a refresh; for another: oauthget login %s", s.Profile.Name)
	}
}
