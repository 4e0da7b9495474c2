package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// Token returns a usable token set: the stored one if possible, else one that it obtains; fresh reports the latter. As
// with all operations of a session, its errors are of the type [*Error].
func (s *Session) Token(ctx context.Context, request tokensource.Request) (set token.Set, fresh bool, err error) {
	if s.remote != nil {
		set, fresh, err = s.remoteToken(ctx, request)
		return set, fresh, s.Failed(err)
	}
	if err := s.find(ctx); err != nil {
		return token.Set{}, false, s.Failed(err)
	}
	set, fresh, err = s.source(request.IDToken).Token(ctx, request)
	if err == nil && !fresh {
		s.console.Step("the %s has a token%s", s.Store.Name(), s.Details(set))
	}
	if err == nil && set.Expiry.IsZero() && request.MinTTL > tokensource.DefaultMinTTL && s.Profile.DefaultExpiresIn == "" {
		s.console.Warn("nobody knows whether the token lives another %s: the server does not say, and default_expires_in is not set", request.MinTTL)
	}
	return set, fresh, s.Failed(err)
}

// AccessToken is Token, and fails if the set has no access token that an API takes, unless the ID Token is requested.
func (s *Session) AccessToken(ctx context.Context, request tokensource.Request) (set token.Set, fresh bool, err error) {
	if set, fresh, err = s.Token(ctx, request); err != nil {
		return token.Set{}, false, err
	}
	if err := set.CheckAccessToken(); err != nil && !request.IDToken {
		return token.Set{}, false, s.Failed(fmt.Errorf("use token: %w", err))
	}
	return set, fresh, nil
}

// Expire marks the stored access token as expired if it is the one that a server has refused.
func (s *Session) Expire(ctx context.Context, refused token.Secret) error {
	if s.remote != nil {
		return s.Failed(s.options.Agent.Expire(ctx, s.remote.named, refused))
	}
	return s.Failed(s.source(false).Expire(ctx, refused))
}

// Fresh logs in whatever is stored, and stores the result.
func (s *Session) Fresh(ctx context.Context) (token.Set, error) {
	if err := s.find(ctx); err != nil {
		return token.Set{}, s.Failed(err)
	}
	set, err := s.source(false).Fresh(ctx)
	return set, s.Failed(err)
}

// Login runs the profile's grant and stores nothing.
func (s *Session) Login(ctx context.Context) (token.Set, error) {
	if err := s.find(ctx); err != nil {
		return token.Set{}, s.Failed(err)
	}
	set, err := s.login(ctx, false)
	return set, s.Failed(err)
}

// Failed adds the profile to an error of an operation. If the error is about another profile, whose token the grant
// presents, it names that one already and is returned as it is.
func (s *Session) Failed(err error) error {
	if _, told := errors.AsType[*Error](err); told || err == nil {
		return err
	}
	e := &Error{Profile: s.Profile, Origins: s.Origins, Words: s.words, Err: err}
	if errors.Is(err, tokensource.ErrInteractionRequired) {
		e.Accounts = slices.DeleteFunc(s.Accounts(), func(account string) bool { return account == s.Profile.Account })
	}
	return e
}

// source joins the store and the flow. It makes nothing of the flow before it is needed: a stored token costs neither
// metadata nor a client secret nor the system's certificates. idTokenAlone accepts an answer without an access token.
func (s *Session) source(idTokenAlone bool) *tokensource.Source {
	source := &tokensource.Source{
		Store: s.Store, Key: s.Key, Now: s.options.Now, NeedsNobody: !s.Profile.NeedsPerson(),
		Lock: s.Lock, WaitUnlocked: s.waitUnlocked, MakeRoom: s.makeRoom, Record: s.record, Refused: s.recordRefusal,
		Failed: s.noteFailure, LastFailure: s.lastFailure,
		Refresh: func(ctx context.Context, old token.Set) (token.Set, error) {
			if err := s.mayRenew(false); err != nil {
				return token.Set{}, err
			}
			return s.refresh(ctx, old, idTokenAlone)
		},
		Warn: s.warn,
	}
	if !s.options.NoInput || source.NeedsNobody {
		source.Login = func(ctx context.Context) (token.Set, error) {
			if err := s.mayRenew(!source.NeedsNobody); err != nil {
				return token.Set{}, err
			}
			return s.login(ctx, idTokenAlone)
		}
	}
	return source
}

func (s *Session) mayRenew(login bool) error {
	if s.options.Renewing == nil {
		return nil
	}
	return s.options.Renewing(s, login)
}

// warn tells what went wrong without costing the token, and what to do about a store.
func (s *Session) warn(operation string, err error) {
	if errors.As(err, new(*store.Error)) {
		s.console.WarnOf(operation, s.Failed(err))
		return
	}
	s.console.Warn("%s: %v", operation, err)
}

// refresh redeems a refresh token.
func (s *Session) refresh(ctx context.Context, old token.Set, idTokenAlone bool) (token.Set, error) {
	s.console.Step("refreshing the token")
	client, err := s.client(ctx, false)
	if err != nil {
		return token.Set{}, err
	}
	client.IDTokenAlone = idTokenAlone
	set, err := client.Refresh(ctx, old)
	if !errors.Is(err, flow.ErrEndpointMoved) {
		return set, err
	}
	s.console.Step("the token endpoint is not the one of the login; asking the server whether it has moved")
	if client, err = s.client(ctx, true); err != nil {
		return token.Set{}, err
	}
	client.IDTokenAlone = idTokenAlone
	old.TokenEndpoint = client.Server.TokenEndpoint // what the server says of itself, just now
	return client.Refresh(ctx, old)
}

// makeRoom makes room for a new set, where it is stored.
func (s *Session) makeRoom(present token.Set) (release func(), err error) {
	if !s.keeps() {
		return func() {}, nil
	}
	return store.MakeRoom(s.stateDir, s.Key, present)
}

// record records what is stored, and for whom. Status and logout find by it what no profile leads to any more.
func (s *Session) record() error {
	if !s.keeps() {
		return nil
	}
	return store.Records{StateDir: s.stateDir}.Write(s.Record())
}

// Record is the record of what the session stores.
func (s *Session) Record() store.Record {
	resource := ""
	if s.api != nil {
		resource = s.api.resource
	}
	return store.Record{
		API: resource, Key: s.Key, Profile: s.Profile.Name, Account: s.Profile.Account, Store: s.Store.Name(),
		Issuer: s.Profile.Issuer, TokenEndpoint: s.Profile.TokenEndpoint, ClientID: s.Profile.ClientID,
	}
}

// recordRefusal records that the server has refused the refresh token of a stored set. The set stays: another machine may have
// replaced it just now.
func (s *Session) recordRefusal(stored token.Set) {
	if !s.keeps() {
		return
	}
	record := s.Record()
	record.Refused = stored.Obtained.Unix()
	if err := (store.Records{StateDir: s.stateDir}).Write(record); err != nil {
		s.console.Step("%v", err) // it costs a word in the status
	}
}

// CanRefresh reports whether a stored set has a refresh token that the server has not refused.
func (s *Session) CanRefresh(stored token.Set) bool {
	record, err := store.Records{StateDir: s.stateDir}.Read(s.Key, s.Store.Name())
	return !stored.RefreshToken.Empty() && (err != nil || record.Refused != stored.Obtained.Unix())
}
