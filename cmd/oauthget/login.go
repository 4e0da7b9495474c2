package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func (a *app) loginCommand() *cobra.Command {
	var asOther bool
	cmd := &cobra.Command{
		Use:   "login [NAME]",
		Short: "Log in in the browser and store the token",
		Long: `Obtain a new token in the browser, whatever is stored, and store it. Where the token store cannot be used, this fails
before the browser opens. On stderr it says as whom, for what scope and until when.

Where the browser comes back as somebody other than the one whose tokens are stored, nothing is replaced: --as-other
accepts it, and --account keeps the tokens of both.`,
		Example: "  oauthget login work\n  oauthget login work --no-browser\n  oauthget login work --account ada",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.openSession(cmd, nameOf(args))
			if err != nil {
				return err
			}
			if s.profile.Store == "none" {
				return &usageError{errors.New("login stores a token, and the store is none"), cmd.CommandPath()}
			}
			s.whoami, s.asOther = true, asOther
			set, err := s.source().Fresh(cmd.Context())
			if err != nil {
				return err
			}
			s.note("%s", describe(set, a.now()))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asOther, "as-other", false, "accept a login as somebody other than the one stored")
	addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

// describe tells what was obtained, and nothing secret of it.
func describe(set token.Set, now time.Time) string {
	text := "logged in"
	if name := who(set); name != "" {
		text += " as " + name
	}
	if len(set.Scopes) > 0 {
		text += ", for " + untrusted.Text(strings.Join(set.Scopes, " "))
	}
	if types := flow.DetailTypes(set.AuthorizationDetails); len(types) > 0 {
		text += ", with authorization details " + untrusted.Text(strings.Join(types, " "))
	}
	switch {
	case set.Expiry.IsZero():
		text += "; the server does not say for how long"
	default:
		text += ", until " + set.Expiry.Local().Format("2006-01-02 15:04:05 MST") + " (" + set.Expiry.Sub(now).Round(time.Second).String() + ")"
	}
	if !set.RefreshToken.Empty() {
		text += "; refreshed from then on"
	}
	return text
}
