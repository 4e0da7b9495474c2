package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const credentialGitLong = `Speak the protocol of git's credential helpers (gitcredentials(7)). git runs it and appends the action.

get prints the token: as a Bearer credential if git (2.46) and the server take one, else as the password of --username.
erase, which git calls with a token that the server refused, makes the next get refresh it. store does nothing. A host that is
not in api_hosts gets no answer, and git asks its next helper. Without api_hosts only the profile's own servers are answered.
GIT_TERMINAL_PROMPT=0 means --no-input. A user name in the URL that is an account's (--account) means that account.

The empty helper in the example switches other helpers off, which would otherwise write the token to disk.`

const credentialGitExample = `  git config --global --replace-all credential.https://git.example.com.helper ''
  git config --global --add credential.https://git.example.com.helper '!oauthget credential git work'`

func (a *app) credentialGitCommand() *cobra.Command {
	h := helper{app: a, program: "git"}
	cmd := &cobra.Command{
		Use:     "git [NAME] get|store|erase",
		Short:   "Act as a git credential helper",
		Long:    credentialGitLong,
		Example: credentialGitExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			return h.git(cmd, args)
		},
	}
	cmd.Flags().StringVar(&h.username, "username", "oauth2", "user name beside the token where git takes passwords only")
	a.addRequestFlags(cmd, &h.request)
	a.completeProfiles(cmd, 1, "get", "store", "erase")
	return cmd
}

func (h *helper) git(cmd *cobra.Command, args []string) error {
	if err := credential.CheckUsername(h.username); err != nil {
		return &hint.UsageError{Err: err}
	}
	if text, ok := h.lookupEnv("GIT_TERMINAL_PROMPT"); ok {
		prompt, err := credential.GitBool(text)
		if err != nil {
			return hint.Usagef("GIT_TERMINAL_PROMPT: %w", err)
		}
		h.noInput = !prompt
	}
	q, err := credential.ParseGit(cmd.Context(), h.stdin)
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	s, err := h.openForUser(cmd, nameOf(args[:len(args)-1]), q.Username)
	if err != nil {
		return err
	}
	action := args[len(args)-1]
	if action != "get" && action != "erase" || !q.HTTP() {
		// "If a helper does not support the requested operation …, it should silently ignore the request"
		// (gitcredentials(7)).
		return nil
	}
	u, err := q.URL()
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	switch err := refusal(s, u); {
	case h.passedOver(err):
		return nil
	case err != nil:
		return s.Failed(h.reply("", err))
	case action == "erase":
		return s.Expire(cmd.Context(), q.Refused)
	}
	err = h.answer(cmd.Context(), s, func(set token.Set) (string, error) { return q.Answer(h.username, set), nil })
	if errors.As(err, new(*tokensource.LoginError)) && !errors.Is(err, tokensource.ErrInteractionRequired) {
		_ = h.reply(credential.GitQuit, nil)
	}
	return err
}

// openForUser opens the profile for the account that git names as the user, if there is one with tokens: as in
// https://ada@git.example.com.
func (h *helper) openForUser(cmd *cobra.Command, name, user string) (*session.Session, error) {
	s, err := h.open(cmd, name)
	if err != nil || cmd.Flags().Changed("account") || !slices.Contains(s.Accounts(), user) {
		return s, err
	}
	makeKeyFlags(cmd, func(flag string) bool { return flag == "account" }, h.profileNames) // it was not given
	if err := cmd.Flags().Set("account", user); err != nil {
		return nil, err
	}
	return h.open(cmd, name)
}
