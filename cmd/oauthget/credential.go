package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/agent"
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
		Short: "Answer git, kubectl, docker, go or cargo when they ask for credentials",
		Long: `Speak the protocols by which programs ask a helper for credentials. They run the command themselves; its help shows the
configuration.`,
		Example: `  git config --global --replace-all credential.https://git.example.com.helper ''
  git config --global --add credential.https://git.example.com.helper '!oauthget credential git work'
  printf 'protocol=https\nhost=git.example.com\n\n' | oauthget credential git work get`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, p := range credential.Protocols() {
		cmd.AddCommand(helperCommand(a, p))
	}
	return cmd
}

// helper answers a program that asks for a credential.
type helper struct {
	*app
	protocol credential.Protocol
	request  tokensource.Request
	input    credential.Input
}

func helperCommand(a *app, p credential.Protocol) *cobra.Command {
	h := &helper{app: a, protocol: p}
	cmd := &cobra.Command{
		Use: p.Use(), Short: p.Short, Long: p.Long, Example: p.Example,
		Args: func(_ *cobra.Command, args []string) error {
			_, _, err := p.Split(args)
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			err := h.run(cmd, args)
			if err == nil || p.Failure == nil {
				return err
			}
			_, hints := a.remedyOf(err, cmd.CommandPath())
			_ = h.reply(p.Failure(err, hints), nil)
			switch {
			case p.Answered:
				return nil
			case errors.Is(err, p.Elsewhere):
				return errAnswered
			}
			return err
		},
	}
	f := cmd.Flags()
	if p.UserFlag != "" {
		f.StringVar(&h.input.Username, "username", p.User, p.UserFlag)
	}
	if p.IDTokenFlag != "" {
		f.BoolVar(&h.request.IDToken, "id-token", false, p.IDTokenFlag)
	}
	if p.BearerFlag != "" {
		f.BoolVar(&h.input.Bearer, "bearer", false, p.BearerFlag)
	}
	a.addRequestFlags(cmd, &h.request)
	a.completeProfiles(cmd, 1, p.Actions...)
	return cmd
}

// afterFailure is for how long a failed login is not repeated: docker asks its helper several times in one command.
const afterFailure = 15 * time.Second

func (h *helper) run(cmd *cobra.Command, args []string) error {
	if err := credential.CheckUsername(h.input.Username); err != nil {
		return &hint.UsageError{Err: err}
	}
	name, appended, err := h.protocol.Split(args)
	if err != nil {
		return err
	}
	h.input.Appended, h.input.IDToken = appended, h.request.IDToken
	h.input.Stdin, h.input.Env, h.input.Now = h.stdin, h.lookupEnv, h.now()
	q, err := h.protocol.Ask(cmd.Context(), h.input)
	if err != nil {
		return err
	}
	o := h.options()
	o.NoInput = o.NoInput || q.NoInput
	s, err := h.openFor(cmd, o, name, q.Username)
	if err != nil {
		return err
	}
	if refused := refusal(s, q.Server); refused != nil {
		if h.passedOver(refused) {
			return h.protocol.Elsewhere
		}
		return s.Failed(h.reply("", refused))
	}
	if h.agent != nil && (q.Wish == credential.Login || q.Wish == credential.Logout) {
		return agent.ActsHere(cmd.CommandPath())
	}
	switch q.Wish {
	case credential.Nothing:
		return nil
	case credential.Expire:
		return s.Expire(cmd.Context(), q.Refused)
	case credential.List:
		return h.reply(q.Render(token.Set{}, s.Profile.Answered()))
	case credential.Login:
		err = h.loginCommand().RunE(cmd, []string{name})
	case credential.Logout:
		err = h.logoutCommand().RunE(cmd, slices.DeleteFunc([]string{name}, func(name string) bool { return name == "" }))
	default:
		return h.answer(cmd, s, q)
	}
	if err != nil {
		return err
	}
	return h.reply(q.Render(token.Set{}, nil))
}

// answer obtains a token and writes the answer. No program that asks takes a proof.
func (h *helper) answer(cmd *cobra.Command, s *session.Session, q credential.Question) error {
	h.request.AfterFailure, h.request.RefusedAt = afterFailure, q.RefusedAt
	set, _, err := s.AccessToken(cmd.Context(), h.request)
	switch {
	case errors.As(err, new(*tokensource.LoginError)) && !errors.Is(err, tokensource.ErrInteractionRequired):
		_ = h.reply(h.protocol.GivesUp, nil)
		return err
	case err != nil:
		return err
	case h.request.IDToken:
		h.warnOfExpiry(s, set)
	case dpop.Bound(set):
		return h.reply("", dpop.ErrBound)
	}
	return s.Failed(h.reply(q.Render(set, s.Profile.Answered())))
}

// reply writes an answer, unless there is an error.
func (h *helper) reply(text string, err error) error {
	if err == nil {
		_, err = io.WriteString(h.stdout, text)
	}
	if err != nil {
		return fmt.Errorf("answer %s: %w", h.protocol.Name, err)
	}
	return nil
}

// refusal returns why the server that u leads to must not have the token, or nil. u may be nil.
func refusal(s *session.Session, u *url.URL) error {
	switch {
	case u == nil:
		return nil
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
	case h.protocol.Strict || e.Reason == credential.Unknown:
		return false
	case e.Reason == credential.Plain:
		h.Warn("no token is given: %v", e)
	default:
		h.Step("no token is given: %v", e)
	}
	return true
}

// openFor opens the profile for the account that the program names as the user, if there is one with tokens: as in
// https://ada@git.example.com.
func (h *helper) openFor(cmd *cobra.Command, o session.Options, name, user string) (*session.Session, error) {
	s, err := session.OpenNamed(cmd.Context(), o, name, keyFlags(cmd))
	if err != nil || user == "" || cmd.Flags().Changed("account") || !slices.Contains(s.Accounts(), user) {
		return s, err
	}
	makeKeyFlags(cmd, func(flag string) bool { return flag == "account" }, h.profileNames) // it was not given
	if err := cmd.Flags().Set("account", user); err != nil {
		return nil, err
	}
	return session.OpenNamed(cmd.Context(), o, name, keyFlags(cmd))
}
