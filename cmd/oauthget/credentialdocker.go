package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const credentialDockerLong = `Speak the protocol of docker's credential helpers. docker looks for a program named docker-credential-SUFFIX, which is a
script of two lines here; a registry is given to it in ~/.docker/config.json.

get prints the token as the secret of --username; list names the api_hosts; store does nothing, as oauthget has stored it,
and neither does erase, which docker logout says: oauthget logout is what forgets the token. As docker reads stdout alone, a
failure is told there, too. Name the registries in api_hosts: docker asks a credsStore for every one.`

const credentialDockerExample = `  printf '#!/bin/sh\nexec oauthget credential docker work "$@"\n' >~/bin/docker-credential-work
  chmod +x ~/bin/docker-credential-work
  # ~/.docker/config.json: { "credHelpers": { "registry.example.com": "work" } }`

// dockerHelper is one run of the command.
type dockerHelper struct {
	*app
	session  *session.Session
	request  tokensource.Request
	username string
}

func (a *app) credentialDockerCommand() *cobra.Command {
	h := dockerHelper{app: a}
	cmd := &cobra.Command{
		Use:     "docker [NAME] get|store|erase|list",
		Short:   "Be a credential helper of docker",
		Long:    credentialDockerLong,
		Example: credentialDockerExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := errors.Join(checkRequest(cmd, h.request), checkUsername(cmd, h.username))
			if err == nil {
				h.session, err = a.open(cmd, nameOf(args[:len(args)-1]))
			}
			if err == nil {
				err = h.act(cmd, args[len(args)-1])
			}
			if err != nil {
				fmt.Fprintln(a.stdout, untrusted.Line(protocolText(err)))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&h.username, "username", "oauth2accesstoken", "user name beside the token")
	addRequestFlags(cmd, &h.request)
	a.completeActions(cmd, "get", "store", "erase", "list")
	return cmd
}

// errNotFound has docker go on without credentials.
var errNotFound = errors.New(credential.DockerNotFound)

// protocolText is what docker knows an error by.
func protocolText(err error) string {
	for _, known := range []error{errNotFound, credential.ErrNoServer} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

func (h *dockerHelper) act(cmd *cobra.Command, action string) error {
	switch action {
	case "store", "erase":
		// docker erases at docker logout, which takes no token back, and not where a registry has refused one: there is nothing
		// to be had anew.
		_, err := io.Copy(io.Discard, h.stdin)
		return err
	case "list":
		text, err := credential.DockerList(h.session.Profile.APIHosts, h.username)
		return h.answer(text, err)
	case "get":
	default:
		return hint.Usagef("docker's actions are get, store, erase and list, not %q", action)
	}
	server, u, err := credential.ParseDocker(cmd.Context(), h.stdin)
	if err != nil {
		return err
	}
	if !h.mayAnswer(h.session, u) {
		return hint.With(fmt.Errorf("answer docker: %w", errNotFound), "add the registry to api_hosts in the profile, if it is to have the token")
	}
	return h.get(cmd.Context(), server)
}

func (h *dockerHelper) get(ctx context.Context, server string) error {
	set, _, err := h.session.AccessToken(ctx, h.request)
	if err != nil {
		return err
	}
	if dpop.Bound(set) {
		return fmt.Errorf("answer docker: %w", dpop.ErrBound)
	}
	text, err := credential.DockerAnswer(server, h.username, set.AccessToken)
	return h.answer(text, err)
}

func (h *dockerHelper) answer(text string, err error) error {
	if err == nil {
		_, err = io.WriteString(h.stdout, text)
	}
	if err != nil {
		return fmt.Errorf("answer docker: %w", err)
	}
	return nil
}
