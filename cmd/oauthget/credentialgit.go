package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const credentialGitLong = `Speak the protocol of git's credential helpers (gitcredentials(7)). git runs it and appends the action.

get prints the token: as a Bearer credential if git (2.46) and the server take one, else as the password of --username.
erase, which git calls with a token that the server refused, makes the next get refresh it. store does nothing. Hosts that
are not in api_hosts, if the profile has it, get no answer, and git asks its next helper. GIT_TERMINAL_PROMPT=0 means
--no-input.

The empty helper in the example switches other helpers off, which would otherwise write the token to disk.`

const credentialGitExample = `  git config --global --replace-all credential.https://git.example.com.helper ''
  git config --global --add credential.https://git.example.com.helper '!oauthget credential git work'`

func (a *app) credentialGitCommand() *cobra.Command {
	var request tokensource.Request
	var username string
	cmd := &cobra.Command{
		Use:     "git [NAME] get|store|erase",
		Short:   "Be a credential helper of git",
		Long:    credentialGitLong,
		Example: credentialGitExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.credentialGit(cmd, args, request, username)
		},
	}
	cmd.Flags().StringVar(&username, "username", "oauth2", "user name beside the token where git takes passwords only")
	a.addRequestFlags(cmd, &request)
	a.completeProfiles(cmd, 1, "get", "store", "erase")
	return cmd
}

func (a *app) credentialGit(cmd *cobra.Command, args []string, request tokensource.Request, username string) error {
	if err := credential.CheckUsername(username); err != nil {
		return &hint.UsageError{Err: err}
	}
	if a.getenv("GIT_TERMINAL_PROMPT") == "0" {
		a.global.noInput = true
	}
	q, err := credential.ParseGit(cmd.Context(), a.stdin)
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	s, err := a.open(cmd, nameOf(args[:len(args)-1]))
	if err != nil {
		return err
	}
	action := args[len(args)-1]
	if action != "get" && action != "erase" {
		// "If a helper does not support the requested operation …, it should silently ignore the request"
		// (gitcredentials(7)).
		return nil
	}
	u, err := q.URL()
	switch {
	case err != nil:
		return &hint.UsageError{Err: err}
	case !a.mayAnswer(s, u):
		return nil
	case action == "erase":
		return s.Expire(cmd.Context(), q.Refused)
	}
	return a.answer(cmd.Context(), s, request, "git", func(set token.Set) (string, error) { return q.Answer(username, set), nil })
}
