package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// step asks for one answer.
type step struct {
	title string // in the list of what can be changed
	ask   func(context.Context) error
}

// The steps, by their index in steps.
const (
	stepProvider = iota
	stepName
	stepVariables
	stepStore // before a client is registered, which is kept there
	stepClient
	stepSecret
	stepScopes
	stepRedirect
	stepAgain

	stepMenu = -1 // lets the person choose
)

func (s *setup) steps() []step {
	// unasked is asked only when something about it went wrong.
	unasked := func(ask func(context.Context) error, index int) func(context.Context) error {
		return func(ctx context.Context) error {
			if !s.reopened[index] {
				return nil
			}
			return ask(ctx)
		}
	}
	return []step{
		stepProvider:  {"the provider or URL", s.askProvider},
		stepName:      {"the name of the profile", s.askName},
		stepVariables: {"the provider's variables", s.askVariables},
		stepStore:     {"where tokens are kept", unasked(s.askStore, stepStore)},
		stepClient:    {"the client ID", s.askClient},
		stepSecret:    {"the client secret", s.askSecret},
		stepScopes:    {"the scopes", s.askScopes},
		stepRedirect:  {"the redirect URI", unasked(s.askRedirect, stepRedirect)},
		stepAgain:     {"nothing: try again", unasked(s.askAgain, stepAgain)},
	}
}

// stepError is an error of a step that has asked as long as it could.
type stepError struct {
	step int
	err  error
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// errBack ends a login because the person wants to change an answer.
var errBack = errors.New("back to the questions")

// stepOf returns the step that an error is about. again is false if asking cannot help.
func (s *setup) stepOf(err error) (step int, again bool) {
	is := func(target error) bool { return errors.Is(err, target) }
	as := func(target any) bool { return errors.As(err, target) }
	var (
		asked     *stepError
		found     *findingError
		configErr *config.Error
		serverErr *flow.ServerError
	)
	switch {
	case is(tokensource.ErrInteractionRequired), is(session.ErrDeclined):
		return 0, false
	case is(errBack):
		return stepMenu, true
	case as(&asked) && !as(new(*store.Error)):
		return asked.step, asked.step != stepName // about which only the profile file can be wrong
	case as(&found):
		return found.step(), true
	case as(new(*writeError)):
		return stepAgain, true
	case as(&configErr):
		return stepOfKey(configErr.Key), true
	case as(new(*provider.VariableError)):
		return stepVariables, true
	case as(new(*store.Error)):
		return stepStore, true
	case as(new(*loopback.PortError)):
		return stepRedirect, true
	case as(&serverErr):
		return stepOfCode(serverErr.Code), true
	case as(new(*discovery.NotFoundError)), as(new(*discovery.IssuerError)), as(new(*untrusted.NetworkError)):
		return stepProvider, true
	}
	return stepMenu, true
}

// stepOfKey is the step that asks for a key of the profile.
func stepOfKey(key string) int {
	switch {
	case key == "client_id":
		return stepClient
	case strings.HasPrefix(key, "client_secret"):
		return stepSecret
	case key == "scopes":
		return stepScopes
	case strings.HasPrefix(key, "preset_variables"):
		return stepVariables
	case strings.HasPrefix(key, "redirect_"), key == "listen_address":
		return stepRedirect
	case key == "store", key == "identity_file", key == "passphrase_command":
		return stepStore
	case slices.Contains([]string{"preset", "issuer", "url", "metadata_url"}, key), strings.HasSuffix(key, "_endpoint"):
		return stepProvider
	}
	return stepMenu
}

// stepOfCode is the step whose answer a server refuses with an error code.
func stepOfCode(code string) int {
	switch code {
	case "invalid_client", "unauthorized_client", "incorrect_client_credentials", "invalid_client_id", "bad_client_secret", "invalid_client_secret":
		return stepClient
	case "invalid_scope", "insufficient_scope":
		return stepScopes
	case "redirect_uri_mismatch", "invalid_redirect_uri", "bad_redirect_uri":
		return stepRedirect
	case "access_denied", "temporarily_unavailable", "server_error":
		return stepAgain
	}
	return stepMenu
}

// reopen has a step asked again, with what was answered before ready.
func (s *setup) reopen(ctx context.Context, step int) error {
	if step == stepMenu {
		chosen, err := s.menu(ctx)
		if err != nil {
			return err
		}
		step = chosen
	}
	s.reopened[step], s.asked[step] = true, false
	if step == stepClient && s.wantsSecret() != provider.SecretNone { // which of the two is wrong, few servers say
		s.reopened[stepSecret], s.asked[stepSecret] = true, false
	}
	return nil
}

// menu asks what is to be changed.
func (s *setup) menu(ctx context.Context) (int, error) {
	var choice []int
	q := question{text: "Change", ready: "1"}
	for _, step := range []int{stepClient, stepSecret, stepScopes, stepRedirect, stepVariables, stepProvider, stepAgain} {
		if step == stepVariables && (s.preset == nil || len(s.preset.Variables) == 0) || step == stepRedirect && !s.redirects() {
			continue
		}
		choice = append(choice, step)
		q.about = append(q.about, fmt.Sprintf("  %d  %s", len(choice), s.steps()[step].title))
	}
	for {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return 0, err
		}
		if i := number(answer, len(choice)); i >= 0 {
			return choice[i], nil
		}
	}
}

// askAgain waits until the person wants to go on.
func (s *setup) askAgain(ctx context.Context) error {
	_, err := s.ask(ctx, question{text: "Press Enter to try again, or Ctrl-C to end"})
	s.reopened[stepAgain] = false
	return err
}
