package agentserver

import (
	"context"
	"fmt"
	"sync"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// relay is the agent's own console, and tells the clients of a flight what it is waiting for. They do not get the address of a login
// or its code: whoever has those can sign in as somebody else.
type relay struct {
	session.Console
	server *Server
	flight *flight
	who    string // asks for what, in words
	told   sync.Once
}

// sayWho says for whom the person is about to act: a login that nobody here began may be somebody's trick.
func (r *relay) sayWho() { r.told.Do(func() { r.Console.Note("%s", r.who) }) }

// atAgent is what a client is told of a login.
const atAgent = "where the agent runs"

func (r *relay) progress(text string) {
	r.flight.tell(agent.Line{Progress: "waiting " + text + ", " + atAgent})
}

// Warn implements [session.Console].
func (r *relay) Warn(format string, args ...any) {
	r.Console.Warn(format, args...)
	r.flight.tell(agent.Line{Warning: fmt.Sprintf(format, args...)})
}

// WarnOf implements [session.Console].
func (r *relay) WarnOf(operation string, err error) {
	r.Console.WarnOf(operation, err)
	r.flight.tell(agent.Line{Warning: fmt.Sprintf("%s: %v", operation, err)})
}

// ShowURL implements [session.Console].
func (r *relay) ShowURL(url string) {
	r.sayWho()
	r.Console.ShowURL(url)
	r.progress("for a login in the browser")
}

// ShowCode implements [session.Console].
func (r *relay) ShowCode(d flow.DeviceAuthorization, beside bool) {
	r.sayWho()
	r.Console.ShowCode(d, beside)
	if !beside {
		r.progress("for a login with a code")
	}
}

// Confirm implements [session.Console].
func (r *relay) Confirm(ctx context.Context, question string) (yes bool, err error) {
	r.progress("for an answer")
	return r.server.ask(ctx, r.who+": "+question)
}

// AskSecret implements [session.Console].
func (r *relay) AskSecret(ctx context.Context, prompt string) (secret token.Secret, err error) {
	r.progress("for a passphrase")
	r.sayWho()
	err = r.server.atTerminal(ctx, func() error {
		secret, err = r.Console.AskSecret(ctx, prompt)
		return err
	})
	return secret, err
}

// ReadLines implements [session.Console].
func (r *relay) ReadLines(ctx context.Context, most int, take func(string) bool) error {
	return r.server.atTerminal(ctx, func() error { return r.Console.ReadLines(ctx, most, take) })
}

// atTerminal calls f when nobody else reads the terminal.
func (s *Server) atTerminal(ctx context.Context, f func() error) error {
	select {
	case s.terminal <- struct{}{}:
		defer func() { <-s.terminal }()
		return f()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// askNobody marks a context in which nobody is to be asked.
type askNobody struct{}

// askPassphrase opens the store of sealed files, which all sessions share.
func (s *Server) askPassphrase(ctx context.Context, prompt string) (secret token.Secret, err error) {
	if ctx.Value(askNobody{}) != nil {
		return secret, &store.Error{Store: config.StoreFile, Reason: store.Locked, Err: tokensource.ErrInteractionRequired}
	}
	err = s.atTerminal(ctx, func() error {
		secret, err = s.options.Session.Console.AskSecret(ctx, prompt)
		return err
	})
	return secret, err
}

// forClient returns the options of a session for one request, and its context. noInput reports that nobody is to be asked.
func (s *Server) forClient(ctx context.Context, noInput bool) (context.Context, session.Options) {
	o := s.options.Session
	if noInput || o.NoInput {
		o.NoInput, ctx = true, context.WithValue(ctx, askNobody{}, true)
	}
	return ctx, o
}

func (s *Server) ask(ctx context.Context, question string) (yes bool, err error) {
	err = s.atTerminal(ctx, func() error {
		yes, err = s.options.Session.Console.Confirm(ctx, question)
		return err
	})
	return yes, err
}
