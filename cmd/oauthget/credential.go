package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

func (a *app) credentialCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credential",
		Short: "Answer git, kubectl or docker when they ask for credentials",
		Long: `Speak the protocols by which git, kubectl and docker ask a helper for credentials. They run the command themselves; its help
shows the configuration.`,
		Example: `  git config --global --replace-all credential.https://git.example.com.helper ''
  git config --global --add credential.https://git.example.com.helper '!oauthget credential git work'
  printf 'protocol=https\nhost=git.example.com\n\n' | oauthget credential git work get`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.credentialGitCommand(), a.credentialKubectlCommand(), a.credentialDockerCommand())
	return cmd
}

// nameAndAction: the program that asks appends the action to what it was configured to run.
func nameAndAction(cmd *cobra.Command, args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return hint.Usagef("%s takes a profile and the action that the program appends, not %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

// helper answers a program that asks for a credential.
type helper struct {
	*app
	program  string
	request  tokensource.Request
	username string // beside the token
	noInput  bool   // the program says that nobody can be asked
}

// open makes the profile ready as the program wants it.
func (h *helper) open(cmd *cobra.Command, name string) (*session.Session, error) {
	o := h.options()
	o.NoInput = o.NoInput || h.noInput
	return openWith(o, cmd, name)
}

// refusal returns why the server that u leads to must not have the token, or nil.
func refusal(s *session.Session, u *url.URL) error {
	switch {
	case !confidential.URL(u):
		return &credential.RefusedError{Server: u, Reason: credential.Plain}
	case s.Profile.MayAnswer(u):
		return nil
	case len(s.Profile.APIHosts) == 0:
		return &credential.RefusedError{Server: u, Reason: credential.Unknown}
	}
	return &credential.RefusedError{Server: u, Reason: credential.NotListed}
}

// passedOver reports whether a refusal is not worth ending with an error: helpers are asked for servers of others too. It is
// told with -v alone, and one over a plain connection is warned of.
func (h *helper) passedOver(refusal error) bool {
	e, _ := errors.AsType[*credential.RefusedError](refusal)
	switch {
	case e == nil || e.Reason == credential.Unknown:
		return false
	case e.Reason == credential.Plain:
		h.Warn("no token is given: %v", e)
	default:
		h.Step("no token is given: %v", e)
	}
	return true
}

// afterFailure is for how long a failed login is not repeated: docker asks its helper several times in one command.
const afterFailure = 15 * time.Second

// answer obtains a token and writes what render makes of it. No program that asks takes a proof.
func (h *helper) answer(ctx context.Context, s *session.Session, render func(token.Set) (string, error)) error {
	h.request.AfterFailure = afterFailure
	set, _, err := s.AccessToken(ctx, h.request)
	if err != nil {
		return err
	}
	if dpop.Bound(set) && !h.request.IDToken {
		return h.reply("", dpop.ErrBound)
	}
	text, err := render(set)
	return s.Failed(h.reply(text, err))
}

// reply writes an answer, unless there is an error.
func (h *helper) reply(text string, err error) error {
	if err == nil {
		_, err = io.WriteString(h.stdout, text)
	}
	if err != nil {
		return fmt.Errorf("answer %s: %w", h.program, err)
	}
	return nil
}
