package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/hint"
)

func (a *app) discoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "discover URL",
		Short: "Show what an authorization server, or an API, publishes about itself",
		Long: `Fetch and check the metadata of the issuer URL (OpenID Connect Discovery, RFC 8414), and show the parts that a profile uses.
If URL is an API's, what it says of itself is shown first (RFC 9728), and then the server that it names. With --json, print the
server's whole document as it was sent.`,
		Example: "  oauthget discover https://login.example.com\n  oauthget discover https://api.example.com/v1\n  oauthget discover https://login.example.com --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return hint.Usagef("%s takes one URL, of an issuer or of an API", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			found, m, err := a.options().Discover(cmd.Context(), args[0])
			if _, ok := errors.AsType[*discovery.IssuerError](err); ok {
				return &hint.UsageError{Err: err}
			}
			switch {
			case err != nil:
				return err
			case a.global.json:
				return a.printJSON(m.Raw)
			}
			_, err = io.WriteString(a.stdout, found.Text()+m.Text())
			return err
		},
	}
}
