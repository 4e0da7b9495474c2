package agentserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// refusedError reports that the agent, or its person, does not give what was asked for.
type refusedError struct{ why string }

func (e *refusedError) Error() string { return e.why }

// open makes the profile that a client names ready, if it is served.
func (s *Server) open(ctx context.Context, o session.Options, n agent.Name) (*session.Session, error) {
	notServed := hint.With(
		&refusedError{"the agent does not serve " + untrusted.Quote(n.Name)},
		"name it in --profiles of oauthget agent, if its tokens are meant for this client",
	)
	// What is not served is not looked at: a client learns nothing of it.
	if n.Name != "" && !session.IsURL(n.Name) && !s.serves(n.Name, "") {
		return nil, notServed
	}
	var flags map[string][]string
	if n.Account != "" {
		flags = map[string][]string{"account": {n.Account}}
	}
	opened, err := session.OpenNamed(ctx, o, n.Name, flags)
	if err != nil && len(s.options.Profiles) > 0 && n.Name != "" && session.IsURL(n.Name) {
		return nil, notServed
	}
	if err == nil && !s.serves(opened.Profile.Name, opened.API()) {
		return nil, notServed
	}
	return opened, err
}

// serves reports whether the tokens of a profile, or of an API where there is no profile, are for clients.
func (s *Server) serves(profile, api string) bool {
	return len(s.options.Profiles) == 0 || slices.ContainsFunc(s.options.Profiles, func(listed string) bool {
		if profile != "" {
			return listed == profile
		}
		u, err := url.Parse(api)
		return err == nil && session.IsURL(listed) && origin.Covers(listed, u)
	})
}

// agreed reports whether a client may have what it asks for without a question.
func (s *Server) agreed(c *client, w wish) bool {
	if s.options.Confirm != ConfirmConnection {
		return s.options.Confirm == ConfirmNever
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agreed[w]
}

// agree asks the person whether a client may have what it asks for. noInput reports that the client wants nobody to be asked.
func (s *Server) agree(ctx context.Context, w wish, noInput bool) error {
	if noInput || s.options.Session.NoInput {
		return fmt.Errorf("the person at the agent has to agree: %w", tokensource.ErrInteractionRequired)
	}
	c := clientOf(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.Session.Timeout, errUnanswered)
	defer cancel()
	yes, err := s.ask(ctx, fmt.Sprintf("give %s to %s?", w, c))
	if err != nil {
		return err
	}
	if !yes {
		return &refusedError{"the person at the agent has refused"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.agreed[w] = true
	return nil
}

// wish is what a client asks for, as far as the person has to know.
type wish struct {
	what string // a token, say
	of   agent.Name
}

// String says it in words.
func (w wish) String() string {
	of := "the default profile"
	if w.of.Name != "" {
		of = untrusted.Quote(w.of.Name)
	}
	if w.of.Account != "" {
		of += " as " + untrusted.Quote(w.of.Account)
	}
	return w.what + " of " + of
}

// errUnanswered ends a question that nobody answers.
var errUnanswered = errors.New("the person at the agent did not answer in time")
