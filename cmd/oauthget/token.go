package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/output"
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

func (a *app) tokenCommand() *cobra.Command {
	var request tokensource.Request
	var format string
	var proved proofFlags
	cmd := &cobra.Command{
		Use:     "token [NAME]",
		Short:   "Print a valid access token",
		Long:    tokenLong,
		Example: tokenExample,
		Args:    atMostOneName,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.global.json {
			if cmd.Flags().Changed("output") && format != "json" {
				return &usageError{fmt.Errorf("--json and --output %s ask for two formats", format), cmd.CommandPath()}
			}
			format = "json"
		}
		f, err := output.Parse(format)
		if err != nil {
			return &usageError{err, cmd.CommandPath()}
		}
		if request.MinTTL < 0 {
			return &usageError{fmt.Errorf("--min-ttl must not be negative, not %s", request.MinTTL), cmd.CommandPath()}
		}
		if f, err = proved.apply(f); err != nil {
			return &usageError{err, cmd.CommandPath()}
		}
		s, err := a.openSession(cmd, nameOf(args))
		if err != nil {
			return err
		}
		if err := s.checkProvable(f); err != nil {
			return err
		}
		return s.printToken(cmd, request, f)
	}
	cmd.Flags().DurationVar(&request.MinTTL, "min-ttl", 30*time.Second, "how much longer the token must live")
	cmd.Flags().BoolVar(&request.Force, "force", false, "do not use the stored token: refresh, or log in")
	cmd.Flags().StringVarP(&format, "output", "o", "token", "output `FORMAT`")
	proved.add(cmd)
	// What only help and completion show is made when they do.
	_ = cmd.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return output.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = tokenLong + output.Help()
		a.help(cmd, args)
	})
	addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (s *session) printToken(cmd *cobra.Command, request tokensource.Request, f output.Format) error {
	request.IDToken = f.IDToken
	set, err := s.source().Token(cmd.Context(), request)
	if err != nil {
		return s.hint(err)
	}
	if f.IDToken && !set.IDToken.Empty() && !set.IDTokenLive(s.now(), 0) {
		s.warn("the ID Token has expired, and the server sends none on a refresh; for another: oauthget login %s", s.profile.Name)
	}
	text, err := f.Render(set, s.now())
	if err != nil {
		return s.aboutIDToken(fmt.Errorf("print token: %w", err))
	}
	if f.Warning != "" {
		s.warn("%s", f.Warning)
	}
	if dpop.Bound(set) && f.ForRequest == nil && !f.IDToken && !f.Bare {
		s.warn("the token is bound to a key, and of no use without a proof; for the headers of a request: -o dpop --url URL")
	}
	if _, err := fmt.Fprint(s.stdout, text); err != nil {
		return fmt.Errorf("print token: %w", err)
	}
	return nil
}

// hint adds the command that would help, where only the session knows it.
func (s *session) hint(err error) error {
	if _, hasOne := errors.AsType[*hinted](err); hasOne || !errors.Is(err, tokensource.ErrInteractionRequired) {
		return err
	}
	if s.profile.Name == "" || s.profile.Store == "none" {
		return &hinted{err, []string{"run the same command without --no-input, where a person can act"}}
	}
	return &hinted{err, []string{"oauthget login " + s.profile.Name}}
}
