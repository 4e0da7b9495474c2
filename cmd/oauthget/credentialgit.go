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
)

const credentialGitLong = `Speak the protocol of git's credential helpers (gitcredentials(7)). git runs it, with the action behind the profile.

get prints the token: as a Bearer credential to a git that takes one (2.46) for a server that does, else as the password of
--username. erase, which git says with the token that a server refused, has the next get refresh it. store does nothing: oauthget
has stored it. Servers that api_hosts does not name, where the profile has it, get no answer, and git asks the next helper.
GIT_TERMINAL_PROMPT=0 is taken for --no-input.`

const credentialGitExample = `  git config --global credential.https://git.example.com.helper '!oauthget credential git work'
  git config --global credential.https://gitlab.example.com.helper '!oauthget credential git lab --username oauth2'`

// gitHelper is one run of the command.
type gitHelper struct {
	*app
	session  *session.Session
	request  tokensource.Request
	username string
}

func (a *app) credentialGitCommand() *cobra.Command {
	h := gitHelper{app: a}
	cmd := &cobra.Command{
		Use:     "git [NAME] get|store|erase",
		Short:   "Be a credential helper of git",
		Long:    credentialGitLong,
		Example: credentialGitExample,
		Args:    nameAndAction,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(checkRequest(cmd, h.request), checkUsername(cmd, h.username)); err != nil {
				return err
			}
			if a.getenv("GIT_TERMINAL_PROMPT") == "0" {
				a.global.noInput = true
			}
			q, err := credential.ParseGit(cmd.Context(), a.stdin)
			if err != nil {
				return &hint.UsageError{Err: err}
			}
			if h.session, err = a.open(cmd, nameOf(args[:len(args)-1])); err != nil {
				return err
			}
			return h.act(cmd, args[len(args)-1], q)
		},
	}
	cmd.Flags().StringVar(&h.username, "username", "oauth2", "user name beside the token where git takes passwords only")
	addRequestFlags(cmd, &h.request)
	a.completeActions(cmd, "get", "store", "erase")
	return cmd
}

// act: "If a helper does not support the requested operation …, it should silently ignore the request"
// (gitcredentials(7)).
func (h *gitHelper) act(cmd *cobra.Command, action string, q credential.GitRequest) error {
	if action != "get" && action != "erase" {
		return nil
	}
	u, err := q.URL()
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	if !h.mayAnswer(h.session, u) {
		return nil
	}
	if action == "erase" {
		return h.session.Expire(cmd.Context(), q.Refused)
	}
	return h.get(cmd.Context(), q)
}

func (h *gitHelper) get(ctx context.Context, q credential.GitRequest) error {
	set, _, err := h.session.AccessToken(ctx, h.request)
	if err != nil {
		return err
	}
	if dpop.Bound(set) {
		return fmt.Errorf("answer git: %w", dpop.ErrBound)
	}
	if _, err := io.WriteString(h.stdout, q.Answer(h.username, set)); err != nil {
		return fmt.Errorf("answer git: %w", err)
	}
	return nil
}
