package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
)

func (a *app) loginCommand() *cobra.Command {
	var asOther bool
	cmd := &cobra.Command{
		Use:   "login [NAME]",
		Short: "Log in in the browser and store the token",
		Long: `Obtain a new token and store it, whatever is stored already. stderr says who signed in, for which scope and until when.
If the token store cannot be used, this fails before the browser opens.

If someone other than the account stored signs in, nothing is replaced: --as-other accepts the new account, and --account
keeps the tokens of both.`,
		Example: "  oauthget login work\n  oauthget login work --no-browser\n  oauthget login work --account ada",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.open(cmd, nameOf(args))
			if err != nil {
				return err
			}
			if s.Profile.Store == config.StoreNone {
				return &hint.UsageError{Err: whyNotStored(s.Profile)}
			}
			s.Identify, s.WarnOfMixUp, s.AsOther = true, true, asOther
			set, err := s.Fresh(cmd.Context())
			if err != nil {
				return err
			}
			what := "logged in"
			if !s.Profile.NeedsPerson() {
				what = "obtained a token"
			}
			a.Note("%s%s", what, s.Details(set))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asOther, "as-other", false, "accept a login as somebody other than the one stored")
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func whyNotStored(p config.Profile) error {
	if p.ReadsStdin() {
		return errors.New("login stores a token, and what is obtained for standard input is not kept")
	}
	return errors.New("login stores a token, and the store is none")
}
