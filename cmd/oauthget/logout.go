package main

import (
	"errors"
	"math"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
)

func (a *app) logoutCommand() *cobra.Command {
	var all, local, registration bool
	cmd := &cobra.Command{
		Use:   "logout [NAME|URL…]",
		Short: "Revoke stored tokens at the server and remove them",
		Long: `Revoke the tokens of the named profiles, or of the default one, at the server (RFC 7009) if it can, and remove them here in
any case, in each store. That includes what was stored before a profile was changed or removed. --all logs out of everything.
A client that was registered for a profile stays until --registration removes it, there if the server lets clients do that (RFC 7592).`,
		Example: "  oauthget logout work\n  oauthget logout --all\n  oauthget logout work --local\n  oauthget logout --registration work",
		RunE: func(cmd *cobra.Command, names []string) error {
			if all && len(names) > 0 {
				return hint.Usagef("--all takes no profile names")
			}
			flags := keyFlags(cmd)
			if err := onlyAccount(flags); err != nil && len(names) > 0 {
				return err
			}
			o := a.options()
			o.OneOfMany = all || len(names) > 1
			logout, err := account.NewLogout(cmd.Context(), o, local)
			switch {
			case err != nil:
				return err
			case all:
				return logout.All(cmd.Context())
			case registration && len(names) == 0:
				return hint.Usagef("--registration takes a profile or the URL of an API")
			case len(names) == 0:
				return logout.Given(cmd.Context(), flags)
			}
			var failed error
			for _, name := range names {
				switch {
				case registration:
					err = logout.Registration(cmd.Context(), name, flags)
				case session.IsURL(name):
					err = logout.API(cmd.Context(), name)
				default:
					err = logout.Profile(cmd.Context(), name, flags)
				}
				failed = errors.Join(failed, err)
			}
			return failed
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "log out of everything that is stored")
	cmd.Flags().BoolVar(&registration, "registration", false, "remove the client that was registered for a profile, or for the API of a URL")
	cmd.Flags().BoolVar(&local, "local", false, "remove what is stored, and ask nothing of the server")
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, math.MaxInt)
	return cmd
}

// onlyAccount refuses flags that a profile's name leaves no meaning for: what is stored for it goes, whatever they say.
func onlyAccount(flags map[string][]string) error {
	for key := range flags {
		if key != "account" {
			return hint.Usagef("a profile's name and --%s do not go together here", config.FlagOf(key))
		}
	}
	return nil
}
