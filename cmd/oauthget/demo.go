package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/hint"
)

// demoScopes are what the demo asks for: an ID Token, a refresh token, and the demo's API.
var demoScopes = []string{"openid", "profile", "offline_access", "orders:read"}

// demoAddress is where --serve listens unless told otherwise: a fixed port, so that a profile for it stays right.
const demoAddress = "127.0.0.1:8484"

func (a *app) demoCommand() *cobra.Command {
	var serve bool
	var listen string
	var lifetime time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the whole flow against an authorization server inside this program",
		Long: `Start an authorization server and an API on loopback, obtain a token from the one and call the other with it, and name
each of the seven steps as it happens, with what travels in it. Nothing leaves this machine and nothing is stored.

Where no browser can be opened, and with --no-browser, the demo signs in and consents by itself.
With --serve both keep running, to be used with oauthget token, curl or a client of your own.`,
		Example: "  oauthget demo\n  oauthget demo --no-browser\n  oauthget demo --serve",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			address := listen
			if address == "" && serve {
				address = demoAddress
			}
			if lifetime < time.Second {
				return hint.Usagef("--lifetime must be a second or more, not %s", lifetime)
			}
			server, err := demoas.Start(cmd.Context(), address, demoas.Config{
				AccessTokenLifetime: lifetime, Prefix: "demo-", Now: a.now, Observe: a.observeDemo(serve),
			})
			if err != nil {
				if listen != "" && !errors.Is(err, syscall.EADDRINUSE) {
					return hint.Usagef("start demo server: %w", err)
				}
				return hint.With(fmt.Errorf("start demo server: %w", err), "let it take any free port: oauthget demo --serve --listen 127.0.0.1:0")
			}
			defer server.Close()
			if serve {
				return a.serveDemo(cmd.Context(), server)
			}
			return a.walkDemo(cmd.Context(), server)
		},
	}
	cmd.Flags().BoolVar(&serve, "serve", false, "keep the authorization server and the API running until Ctrl-C")
	cmd.Flags().StringVar(&listen, "listen", "", "loopback `ADDRESS` to listen on (default: any free port, with --serve "+demoAddress+")")
	cmd.Flags().DurationVar(&lifetime, "lifetime", time.Hour, "how long access tokens live")
	return cmd
}

const serveText = `An authorization server and an API run on this machine until Ctrl-C. They believe every password.

  issuer   %[1]s
  API      %[2]s (scope orders:read)

To use them, put this profile into your file,

  [profiles.demo]
  issuer = "%[1]s"
  client_id = "demo"
  scopes = ["%[3]s"]

or have it put there:

  oauthget profile add demo --issuer %[1]s --client-id demo --scope '%[4]s'

and then, in another terminal:

  oauthget token demo
  curl -H "Authorization: Bearer $(oauthget token demo)" %[2]s
`

func (a *app) serveDemo(ctx context.Context, server *demoas.Running) error {
	quoted, plain := strings.Join(demoScopes, `", "`), strings.Join(demoScopes, " ")
	if _, err := fmt.Fprintf(a.stdout, serveText, server.Issuer(), server.APIURL(), quoted, plain); err != nil {
		return err
	}
	<-ctx.Done() // Ctrl-C is how this command is meant to end
	return nil
}

// observeDemo shows, with -v, each request that reaches a demo that keeps running.
func (a *app) observeDemo(serve bool) func(demoas.Event) {
	return func(e demoas.Event) {
		if serve {
			a.step("%s %s %d (%s)", e.Method, e.Endpoint, e.Status, e.Duration.Round(time.Microsecond))
		}
	}
}
