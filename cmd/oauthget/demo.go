package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/demo"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
)

func (a *app) demoCommand() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the whole flow against an authorization server inside this program",
		Long: `Start an authorization server and an API on loopback, get a token from the one, call the other with it, and show each of the
seven steps. Nothing leaves this machine and nothing is stored.

Without a browser, and with --no-browser, the demo signs in and consents by itself. With --serve both keep running, for
oauthget token, curl or a client of your own.`,
		Example: "  oauthget demo\n  oauthget demo --no-browser\n  oauthget demo --serve",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Lifetime < time.Second {
				return hint.Usagef("--lifetime must be a second or more, not %s", o.Lifetime)
			}
			o.Out, o.Style, o.Session = a.stdout, term.NewStyle(a.global.color, a.stdout, a.getenv), a.options()
			return demo.Run(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.Serve, "serve", false, "keep the authorization server and the API running until Ctrl-C")
	cmd.Flags().StringVar(&o.Listen, "listen", "", "loopback `ADDRESS` to listen on (default: any free port, with --serve "+demo.ServeAddress+")")
	cmd.Flags().DurationVar(&o.Lifetime, "lifetime", time.Hour, "how long access tokens live")
	return cmd
}
