package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const tokenLong = `Print a valid access token, and nothing else, on stdout.

It comes from the store if it is valid for at least --min-ttl, else from a refresh, else from the profile's grant: a login in
the browser, unless the profile says otherwise. The grants client_credentials, jwt_bearer and token_exchange need no person
and work with --no-input. With --client-id and --issuer or endpoints, no profile is needed.

Formats of --output:
`

const tokenExample = `  oauthget token work
  TOKEN=$(oauthget token work --no-input) || exit
  oauthget token work -o json
  oauthget token work -o dpop --url https://api.example.com/orders --method POST
  oauthget token --issuer https://login.example.com --client-id cli --scope openid`

func (a *app) tokenCommand() *cobra.Command {
	var request tokensource.Request
	var format, shellName, user, url, method, nonce string
	cmd := &cobra.Command{
		Use:     "token [NAME]",
		Short:   "Print a valid access token",
		Long:    tokenLong,
		Example: tokenExample,
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.global.json && cmd.Flags().Changed("output") && format != "json" {
				return hint.Usagef("--json and --output %s ask for two formats", format)
			}
			if a.global.json {
				format = "json"
			}
			f, err := output.Parse(format)
			if err == nil {
				f, err = f.In(shellName, a.goos)
			}
			if err == nil {
				f, err = f.As(user)
			}
			if err == nil {
				f, err = f.For(url, method, nonce)
			}
			if err != nil {
				return &hint.UsageError{Err: err}
			}
			return a.token(cmd, nameOf(args), request, f)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "token", "output `FORMAT`")
	cmd.Flags().StringVar(&shellName, "shell", "", "with -o env: the `SHELL` that reads it: sh, fish, powershell, cmd (default: powershell on Windows, else sh)")
	cmd.Flags().StringVar(&user, "user", "", "with -o xoauth2 and oauthbearer: the `USER` whose mailbox it is")
	cmd.Flags().StringVar(&url, "url", "", "with -o dpop: the `URL` of the request that is signed")
	cmd.Flags().StringVar(&method, "method", "", "with -o dpop: its `METHOD` (default GET)")
	cmd.Flags().StringVar(&nonce, "dpop-nonce", "", "with -o dpop: the `NONCE` in the API's last DPoP-Nonce header, if it wants one")
	a.addRequestFlags(cmd, &request)
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(shell.Names, cobra.ShellCompDirectiveNoFileComp))
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

func (a *app) token(cmd *cobra.Command, name string, request tokensource.Request, f output.Format) error {
	s, err := a.open(cmd, name)
	if err != nil {
		return err
	}
	if f.Signed && !s.Profile.MayUseDPoP() {
		return &config.Error{
			Key: "dpop", Err: errors.New("-o dpop is for tokens that are bound to a key, and dpop is not on in the profile"),
			Advice: "set dpop = true in the profile, or use -o header",
		}
	}
	request.IDToken = f.IDToken
	set, _, err := s.Token(cmd.Context(), request)
	if err != nil {
		return err
	}
	if f.IDToken {
		a.warnOfExpiry(s, set)
	}
	text, err := f.SignedBy(s.Provers(cmd.Context())).Render(set, a.now())
	if err != nil {
		return s.Failed(fmt.Errorf("print token: %w", err))
	}
	if f.Warning != "" {
		a.Warn("%s", f.Warning)
	}
	if dpop.Bound(set) && !f.Signed && !f.IDToken && !f.Bare {
		a.Warn("the token is bound to a key, and of no use without a proof; for the headers of a request: -o dpop --url URL")
	}
	if _, err := fmt.Fprint(a.stdout, text); err != nil {
		return fmt.Errorf("print token: %w", err)
	}
	return nil
}

// warnOfExpiry warns of an ID Token that has expired. It is given all the same, since there is no other.
func (a *app) warnOfExpiry(s *session.Session, set token.Set) {
	if !set.IDToken.Empty() && !set.IDTokenLive(a.now(), 0) {
		a.Warn("the ID Token has expired, and the server sends none on a refresh; for another: %s", s.Command("login"))
	}
}
