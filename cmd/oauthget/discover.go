package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func (a *app) discoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "discover URL",
		Short: "Show what an authorization server, or an API, publishes about itself",
		Long: `Fetch and check the metadata of the issuer URL (OpenID Connect Discovery, RFC 8414), and show the parts that a profile uses.
If there is none, URL is taken for an API's, and what it says of itself is shown first (RFC 9728). With --json, print the
server's whole document as it was sent.`,
		Example: "  oauthget discover https://login.example.com\n  oauthget discover https://login.example.com --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return hint.Usagef("%s takes one issuer URL", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o := a.options()
			docs := o.Documents(o.HTTPClient(endpoint.Options{}))
			m, err := docs.Fetch(cmd.Context(), args[0], true)
			if _, none := errors.AsType[*discovery.NotFoundError](err); none {
				m, err = a.discoverAPI(cmd.Context(), docs, args[0], err)
			}
			if _, ok := errors.AsType[*discovery.IssuerError](err); ok {
				return &hint.UsageError{Err: err}
			}
			if err != nil {
				return err
			}
			if a.global.json {
				return a.printJSON(m.Raw)
			}
			return writeMetadata(a.stdout, m)
		},
	}
}

// discoverAPI shows what the API at address says of itself, and returns the metadata of its server. If it says nothing, the
// error is the one given.
func (a *app) discoverAPI(ctx context.Context, docs discovery.Client, address string, nothing error) (discovery.Metadata, error) {
	api, err := url.Parse(address)
	if err != nil {
		return discovery.Metadata{}, nothing
	}
	found, err := resource.Look(ctx, docs.HTTP, api, false)
	switch {
	case err != nil:
		return discovery.Metadata{}, err
	case found.Metadata == nil || len(found.Metadata.AuthorizationServers) == 0:
		return discovery.Metadata{}, nothing
	}
	docs.NamedByAPI = true
	m, err := docs.Fetch(ctx, found.Metadata.AuthorizationServers[0], true)
	if err != nil || a.global.json {
		return m, err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"resource", found.Metadata.Resource},
		{"resource_metadata", found.Metadata.Source},
		{"authorization_servers", list(found.Metadata.AuthorizationServers)},
		{"resource_scopes_supported", list(found.Metadata.ScopesSupported)},
		{"challenge_scope", found.Challenge.Params["scope"]},
	} {
		if row[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", row[0], untrusted.Text(row[1]))
		}
	}
	return m, w.Flush()
}

// writeMetadata writes what a profile would use of a server's metadata.
func writeMetadata(out io.Writer, m discovery.Metadata) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range []struct{ name, value string }{
		{"issuer", m.Issuer},
		{"metadata", m.Source},
		{"authorization_endpoint", m.AuthorizationEndpoint},
		{"token_endpoint", m.TokenEndpoint},
		{"device_authorization_endpoint", m.DeviceAuthorizationEndpoint},
		{"pushed_authorization_request_endpoint", m.PushedAuthorizationRequestEndpoint},
		{"revocation_endpoint", m.RevocationEndpoint},
		{"introspection_endpoint", m.IntrospectionEndpoint},
		{"userinfo_endpoint", m.UserinfoEndpoint},
		{"registration_endpoint", m.RegistrationEndpoint},
		{"end_session_endpoint", m.EndSessionEndpoint},
		{"jwks_uri", m.JWKSURI},
		{"grant_types_supported", list(m.GrantTypesSupported)},
		{"response_modes_supported", list(m.ResponseModesSupported)},
		{"code_challenge_methods_supported", list(m.CodeChallengeMethodsSupported)},
		{"token_endpoint_auth_methods_supported", list(m.TokenEndpointAuthMethodsSupported)},
		{"id_token_signing_alg_values_supported", list(m.IDTokenSigningAlgValuesSupported)},
		{"dpop_signing_alg_values_supported", list(m.DPoPSigningAlgValuesSupported)},
		{"scopes_supported", list(m.ScopesSupported)},
	} {
		if row.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", row.name, untrusted.Text(row.value))
		}
	}
	return w.Flush()
}

func list(values []string) string { return strings.Join(values, " ") }
