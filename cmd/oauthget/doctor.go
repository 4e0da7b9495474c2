package main

import (
	"cmp"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/doctor"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [NAME]",
		Short: "Check whether a login can work",
		Long: `Check what a login with the profile needs: the profile file and its mode, the server's metadata, the clock, TLS, the proxy,
the token store, the browser, the redirect URI's port, and git's other credential helpers. Each line says ok, warn or fail,
and what to do. What a login would refuse to try fails here in the same words. No token is requested, no profile and no
stored token is changed, and no secret is sent.

The exit status is 0 if nothing fails, else 1.`,
		Example: "  oauthget doctor work\n  oauthget doctor work --json\n  oauthget doctor --issuer https://login.example.com --client-id cli",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := a.options()
			o.NoInput = true // a look must not ask to unlock anything
			report := doctor.Examine(cmd.Context(), doctor.Options{Session: o, Profile: nameOf(args), Flags: keyFlags(cmd)})
			var err error
			if a.global.json {
				err = a.printJSON(report)
			} else {
				_, err = io.WriteString(a.stdout, report.Text())
			}
			return cmp.Or(err, report.Err())
		},
	}
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}
