package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/account"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show what is stored, for how long, and whether it can be refreshed",
		Long: `List the profiles with their store, scope and expiry, and whether the token can be refreshed. Also listed is what is stored
for other accounts, for clients given by flags, and for profiles that have changed or gone since. No request is sent, nobody
is asked, and no secret is shown. The exit status is 0 in all of these states.`,
		Example: "  oauthget status\n  oauthget status work --json",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := a.options()
			o.NoInput = true // a look must not ask to unlock anything
			report, err := account.List(cmd.Context(), o, nameOf(args))
			if err != nil {
				return err
			}
			if a.global.json {
				return a.printJSON(report)
			}
			return report.Write(a.stdout, a, a.now())
		},
	}
}
