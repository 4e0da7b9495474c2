package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const credentialDockerLong = `Speak the protocol of docker's credential helpers. docker runs a program named docker-credential-SUFFIX, which can be the
script in the example; ~/.docker/config.json names the registry.

get prints the token as the secret of --username, and list prints the api_hosts. store and erase do nothing: use oauthget
logout to remove a token. Because docker reads stdout only, failures are printed there too. Set api_hosts to the registry:
without it only the profile's own servers are answered, as docker asks a credsStore about every registry.`

const credentialDockerExample = `  printf '#!/bin/sh\nexec oauthget credential docker work "$@"\n' >~/bin/docker-credential-work
  chmod +x ~/bin/docker-credential-work
  # ~/.docker/config.json: { "credHelpers": { "registry.example.com": "work" } }`

func (a *app) credentialDockerCommand() *cobra.Command {
	h := helper{app: a, program: "docker"}
	cmd := &cobra.Command{
		Use:     "docker [NAME] get|store|erase|list",
		Short:   "Act as a docker credential helper",
		Long:    credentialDockerLong,
		Example: credentialDockerExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := h.docker(cmd, args)
			switch {
			case errors.Is(err, credential.ErrNotFound): // the answer
				fmt.Fprintln(a.stdout, err)
				return errAnswered
			case err != nil:
				fmt.Fprintln(a.stdout, untrusted.Line(credential.DockerError(err)))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&h.username, "username", "oauth2accesstoken", "user name beside the token")
	a.addRequestFlags(cmd, &h.request)
	a.completeProfiles(cmd, 1, "get", "store", "erase", "list")
	return cmd
}

func (h *helper) docker(cmd *cobra.Command, args []string) error {
	if err := credential.CheckUsername(h.username); err != nil {
		return &hint.UsageError{Err: err}
	}
	s, err := h.open(cmd, nameOf(args[:len(args)-1]))
	if err != nil {
		return err
	}
	switch action := args[len(args)-1]; action {
	case "get":
		server, u, err := credential.ParseDocker(cmd.Context(), h.stdin)
		if err != nil {
			return err
		}
		if err := refusal(s, u); h.passedOver(err) {
			return credential.ErrNotFound
		} else if err != nil {
			return s.Failed(h.reply("", err))
		}
		return h.answer(cmd.Context(), s, func(set token.Set) (string, error) {
			return credential.DockerAnswer(server, h.username, set.AccessToken)
		})
	case "list":
		text, err := credential.DockerList(s.Profile.APIHosts, h.username)
		return h.reply(text, err)
	case "store", "erase":
		// docker says erase at docker logout, which revokes no token, and not where a registry has refused one.
		_, err := io.Copy(io.Discard, h.stdin)
		return err
	default:
		return hint.Usagef("docker's actions are get, store, erase and list, not %q", action)
	}
}
