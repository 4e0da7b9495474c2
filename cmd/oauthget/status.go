package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/untrusted"
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
			return writeStatus(&a.console, report)
		},
	}
}

func writeStatus(c *console, report account.Report) error {
	if len(report.Profiles) == 0 && len(report.Registrations) == 0 {
		c.Note("there are no profiles; add one with oauthget profile add, or try oauthget demo")
		return nil
	}
	w := tabwriter.NewWriter(c.stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "PROFILE\tSTORE\tSTATE\tEXPIRES\tSCOPE")
	for _, p := range report.Profiles {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Label(), cmp.Or(p.Store, "-"), p.State, expiryText(p, c.now()), cmp.Or(untrusted.Text(strings.Join(p.Scopes, " ")), "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range report.Registrations {
		of := ""
		if r.Profile != "" {
			of = " of " + untrusted.Text(r.Profile)
		}
		fmt.Fprintf(c.stdout, "registered at %s: client %s%s, kept in the %s\n", untrusted.Text(r.Issuer), untrusted.Text(r.ClientID), of, r.Store)
	}
	for _, p := range report.Profiles {
		if p.Error != "" {
			c.Warn("%s: %s", p.Label(), p.Error)
		}
	}
	return nil
}

func expiryText(p account.Status, now time.Time) string {
	switch p.State {
	case account.StateNone, account.StateLocked, account.StateError:
		return "-"
	}
	switch {
	case p.Endless:
		return "never"
	case p.ExpiresAt.IsZero():
		return "unknown"
	case p.ExpiresAt.After(now):
		return "in " + p.ExpiresAt.Sub(now).Round(time.Second).String()
	}
	return now.Sub(p.ExpiresAt).Round(time.Second).String() + " ago"
}
