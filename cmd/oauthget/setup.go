package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/setup"
)

func setupCommand(a *app) *cobra.Command {
	var replace bool
	cmd := &cobra.Command{
		Use:   "setup [NAME]",
		Short: "Set up a profile, step by step",
		Long: `Ask for what a profile needs, with an answer ready for each question: the provider, or the URL of an issuer or of an API;
what to register there, with the redirect URI to copy; client id and client secret, which goes into the keychain; scopes. Then
check the profile, log in, and write it. Nothing is kept unless that succeeds, and Ctrl-C ends it at any question.

NAME is that of the profile; a preset's name, or a URL in its place, answers the first question too. What flags say is not
asked; with --no-input nothing is, and the first oauthget token logs in. The client secret is never a flag's value:
--client-secret-file - reads it from stdin.`,
		Example: "  oauthget setup\n  oauthget setup github\n  oauthget setup https://login.example.com\n" +
			"  oauthget setup work --preset github --client-id 1a2b --client-secret-file - <secret.txt",
		Args: atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			made, err := setup.Run(cmd.Context(), setup.Options{
				Session: a.options(), Ask: a.Ask, Name: nameOf(args), Flags: keyFlags(cmd), Replace: replace,
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(a.stdout, strings.Join(made.Commands, "\n"))
			return err
		},
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "replace a profile of that name")
	a.addKeyFlags(cmd)
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return provider.Names(), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}
