package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func (a *app) loginCommand() *cobra.Command {
	var asOther bool
	cmd := &cobra.Command{
		Use:   "login [NAME]",
		Short: "Log in in the browser and store the token",
		Long: `Obtain a new token by the profile's grant, whatever is stored, and store it: in the browser here, with grant =
"device_code" in any browser, and without anybody by the other grants. Where the token store cannot be used, this fails
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
				return &hint.UsageError{Err: whyNotStored(s.profile)}
			}
			s.whoami, s.asOther = true, asOther
			set, err := s.source().Fresh(cmd.Context())
			if err != nil {
				return err
			}
			s.note("%s", s.describe(set))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asOther, "as-other", false, "accept a login as somebody other than the one stored")
	addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func whyNotStored(p config.Profile) error {
	if p.ReadsStdin() {
		return errors.New("login stores a token, and what is obtained for standard input is not kept")
	}
	return errors.New("login stores a token, and the store is none")
}

// describe tells how it ended: who has logged in, or what was obtained where nobody had to.
func (s *session) describe(set token.Set) string {
	if !s.profile.NeedsPerson() {
		return "obtained a token" + details(set, s.now())
	}
	return "logged in" + details(set, s.now())
}

// details tells what was obtained, and nothing secret of it.
func details(set token.Set, now time.Time) string {
	text := ""
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
