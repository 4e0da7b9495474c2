package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// OpenNamed reads the profile file and opens a session, or a session of the agent's if o has one.
func OpenNamed(ctx context.Context, o Options, name string, flags map[string][]string) (*Session, error) {
	if o.Agent != nil {
		return openRemote(ctx, o, name, flags)
	}
	file, err := o.ProfileFile(ctx)
	if err != nil {
		return nil, err
	}
	return Open(o, file, name, flags)
}

// openRemote opens a session whose tokens come from the agent in o. The profile is the agent's: of the flags, only that of the
// account is of use. Nothing is read or written on this machine.
func openRemote(ctx context.Context, o Options, name string, flags map[string][]string) (*Session, error) {
	for key := range flags {
		if key != "account" {
			return nil, hint.With(
				hint.Usagef("--%s describes a profile of this machine, and the profiles are those of the agent", config.FlagOf(key)),
				"set it in the profile, where the agent runs",
			)
		}
	}
	named := agent.Name{Name: name}
	if account := flags["account"]; len(account) > 0 {
		named.Account = account[0]
	}
	d, err := o.Agent.Profile(ctx, named)
	if err != nil {
		return nil, err
	}
	p := config.Profile{
		Name: d.Name.Name, Account: named.Account, Store: config.StoreNone, Grant: config.GrantAuthorizationCode,
		APIHosts: d.APIHosts, DPoP: d.DPoP, Audience: d.Servers, // for [config.Profile.MayAnswer]
	}
	s := newSession(o, nil, p, "")
	s.remote = &remote{named: named, accounts: d.Accounts}
	if u, err := url.Parse(d.Resource); err == nil && d.Resource != "" {
		s.api = &api{url: u, resource: d.Resource, known: true}
	}
	s.words = o.wordsOf(name, flags)
	return s, nil
}

// remote is what a session knows of the agent's profile.
type remote struct {
	named    agent.Name
	accounts []string
}

// remoteToken asks the agent for a token.
func (s *Session) remoteToken(ctx context.Context, r tokensource.Request) (set token.Set, fresh bool, err error) {
	ttl := seconds(r.MinTTL)
	t, err := s.options.Agent.Token(ctx, agent.TokenRequest{
		Name: s.remote.named, MinTTL: &ttl, Force: r.Force, RefusedAt: r.RefusedAt, IDToken: r.IDToken,
		Post: s.Posts, NoInput: s.options.NoInput, Timeout: seconds(s.options.Timeout), AfterFailure: seconds(r.AfterFailure),
	}, r.Refused, func(l agent.Line) {
		switch {
		case l.Warning != "":
			s.console.Warn("%s", l.Warning)
		case l.Progress != "":
			s.console.Note("%s", l.Progress)
		}
	})
	if err != nil {
		return token.Set{}, false, s.ofAgent(err)
	}
	if set, err = t.Set(); err != nil {
		return token.Set{}, false, err
	}
	if s.api != nil && t.Resource != "" {
		s.api.resource = t.Resource
	}
	s.console.Step("the agent has a token%s", s.Details(set))
	return set, t.Fresh, nil
}

// seconds rounds up, so that nothing short becomes none.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// remoteError is an error of the agent's that this program knows as one of its own too.
type remoteError struct{ told, known error }

func (e *remoteError) Error() string   { return e.told.Error() }
func (e *remoteError) Unwrap() []error { return []error{e.told, e.known} }

func (s *Session) ofAgent(err error) error {
	f, ok := errors.AsType[*agent.Failure](err)
	if !ok {
		return err
	}
	switch f.Code {
	case agent.CodeInteraction:
		return &remoteError{f, tokensource.ErrInteractionRequired}
	case agent.CodeLogin:
		return &remoteError{f, &tokensource.LoginError{Err: f}}
	case agent.CodeOpenAPI:
		return &OpenAPIError{s.API()}
	}
	return err
}

// ErrAtAgent is returned for what is done where the agent runs.
var ErrAtAgent = errors.New("an agent does not log in for more than its profile asks for")

// remoteDemand is the error where an API demands a login for more: what a token may do is decided where the agent runs.
func remoteDemand(demand string) error {
	return &DemandError{Demand: demand, Err: fmt.Errorf("%w: %w", ErrAtAgent, tokensource.ErrInteractionRequired)}
}

// Provers sign for the keys of the session's tokens, as long as ctx lasts.
func (s *Session) Provers(ctx context.Context) dpop.Provers {
	if s.remote == nil {
		return nil // the sets hold their keys
	}
	return func(set token.Set) (dpop.Prover, error) { return s.options.Agent.Prover(ctx, s.remote.named, set), nil }
}

// Description tells a client of an agent what it has to know of the session's profile.
func (s *Session) Description() agent.Profile {
	p := s.Profile
	var servers []string
	for _, u := range p.OwnServers() {
		servers = append(servers, u.String())
	}
	return agent.Profile{
		Name: agent.Name{Name: p.Name, Account: p.Account}, Resource: s.API(), APIHosts: p.APIHosts,
		Servers: servers, DPoP: p.MayUseDPoP(), Accounts: s.Accounts(),
	}
}

// Prove signs a request for a client of an agent, with the key of what is stored. That may have been refreshed since the client got its
// token, which stays bound to the same key.
func (s *Session) Prove(ctx context.Context, r dpop.Request) (token.Secret, error) {
	set, err := s.Store.Load(ctx, s.Key)
	if err != nil {
		return token.Secret{}, s.Failed(err)
	}
	key, err := dpop.KeyOf(set)
	if err != nil {
		return token.Secret{}, s.Failed(err)
	}
	r.Time = s.options.Now()
	proof, err := dpop.Proof(key, r)
	return proof, s.Failed(err)
}
