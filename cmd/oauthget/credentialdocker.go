package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const credentialDockerLong = `Speak the protocol of docker's credential helpers. docker runs a program named docker-credential-SUFFIX, which can be the
script in the example; ~/.docker/config.json names the registry.

get prints the token as the secret of --username, and list prints the api_hosts. store and erase do nothing: use oauthget
logout to remove a token. Because docker reads stdout only, failures are printed there too. Set api_hosts: docker asks a
credsStore about every registry.`

const credentialDockerExample = `  printf '#!/bin/sh\nexec oauthget credential docker work "$@"\n' >~/bin/docker-credential-work
  chmod +x ~/bin/docker-credential-work
  # ~/.docker/config.json: { "credHelpers": { "registry.example.com": "work" } }`

func (a *app) credentialDockerCommand() *cobra.Command {
	var request tokensource.Request
	var username string
	cmd := &cobra.Command{
		Use:     "docker [NAME] get|store|erase|list",
		Short:   "Be a credential helper of docker",
		Long:    credentialDockerLong,
		Example: credentialDockerExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := a.credentialDocker(cmd, args, request, username)
			if err != nil {
				fmt.Fprintln(a.stdout, untrusted.Line(credential.DockerError(err)))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&username, "username", "oauth2accesstoken", "user name beside the token")
	a.addRequestFlags(cmd, &request)
	a.completeProfiles(cmd, 1, "get", "store", "erase", "list")
	return cmd
}

func (a *app) credentialDocker(cmd *cobra.Command, args []string, request tokensource.Request, username string) error {
	if err := credential.CheckUsername(username); err != nil {
		return &hint.UsageError{Err: err}
	}
	s, err := a.open(cmd, nameOf(args[:len(args)-1]))
	if err != nil {
		return err
	}
	switch action := args[len(args)-1]; action {
	case "get":
		server, u, err := credential.ParseDocker(cmd.Context(), a.stdin)
		if err != nil {
			return err
		}
		if !a.mayAnswer(s, u) {
			return hint.With(a.reply("docker", "", credential.ErrNotFound), "add the registry to api_hosts in the profile, if it is to have the token")
		}
		return a.answer(cmd.Context(), s, request, "docker", func(set token.Set) (string, error) {
			return credential.DockerAnswer(server, username, set.AccessToken)
		})
	case "list":
		text, err := credential.DockerList(s.Profile.APIHosts, username)
		return a.reply("docker", text, err)
	case "store", "erase":
		// docker says erase at docker logout, which revokes no token, and not where a registry has refused one.
		_, err := io.Copy(io.Discard, a.stdin)
		return err
	default:
		return hint.Usagef("docker's actions are get, store, erase and list, not %q", action)
	}
}
