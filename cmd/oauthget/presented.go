package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// presented is what a grant gives the server for its token; what the grant has no use for is empty.
type presented struct{ assertion, subject, actor token.Secret }

// presented gets what the profile's grant presents, be it the token of another profile.
func (s *session) presented(ctx context.Context) (p presented, err error) {
	exchange := s.profile.Exchange
	switch s.profile.Grant {
	case config.GrantJWTBearer:
		p.assertion, err = s.resolve(ctx, s.profile.Assertion.Source, "")
	case config.GrantTokenExchange:
		if p.subject, err = s.resolve(ctx, exchange.Subject, exchange.SubjectType); err == nil {
			p.actor, err = s.resolve(ctx, exchange.Actor, exchange.ActorType)
		}
	}
	return p, err
}

// resolve gets one token. tokenType says which of another profile's it is.
func (s *session) resolve(ctx context.Context, source config.SecretSource, tokenType string) (token.Secret, error) {
	access := s.secretAccess()
	access.Stdin = interruptibleReader{ctx, s.stdin}
	access.Profile = func(ctx context.Context, name string) (token.Secret, error) {
		return s.tokenOf(ctx, name, flow.TokenType(tokenType))
	}
	return s.readSecret(ctx, source, access)
}

// lifeToPresent is how much longer a token must live that is presented at once.
const lifeToPresent = 30 * time.Second

var errCircle = errors.New("the profiles go in a circle")

// tokenOf is a token of another profile, as `oauthget token NAME` would get it where no variable describes the client.
func (s *session) tokenOf(ctx context.Context, name, tokenType string) (token.Secret, error) {
	below := append(slices.Clone(s.above), s.profile.Name)
	if slices.Contains(below, name) {
		return token.Secret{}, &config.Error{
			Err:    fmt.Errorf("%w: %s", errCircle, strings.Join(append(below, name), " → ")),
			Advice: "have one of them present a token that comes from somewhere else",
		}
	}
	other, err := s.newSession(config.Input{File: s.file, Name: name, OneOfMany: true})
	if err != nil {
		return token.Secret{}, err
	}
	other.above, other.withheld = below, s.withheld
	set, err := other.source().Token(ctx, tokensource.Request{MinTTL: lifeToPresent, IDToken: tokenType == flow.TypeIDToken})
	if e, ok := errors.AsType[*config.Error](err); ok && errors.Is(err, errCircle) {
		return token.Secret{}, e // without what each profile of the circle has put before it
	}
	if err != nil {
		return token.Secret{}, other.failed(err)
	}
	return pick(set, name, tokenType)
}

// pick takes the token of a type out of a set. What is no refresh token and no ID Token is the access token, which may be
// a JWT as well.
func pick(set token.Set, profile, tokenType string) (token.Secret, error) {
	secret, name := set.AccessToken, "access token"
	switch tokenType {
	case flow.TypeIDToken:
		secret, name = set.IDToken, "ID Token"
	case flow.TypeRefreshToken:
		secret, name = set.RefreshToken, "refresh token"
	}
	if secret.Empty() {
		return secret, hint.With(
			fmt.Errorf("the profile %s has no %s", profile, name),
			"ask for the scope that brings one (openid, offline_access), and log in again: oauthget login "+profile,
		)
	}
	return secret, nil
}

// interruptibleReader ends a read with its context: standard input may be a terminal, or a pipe that nobody writes to.
type interruptibleReader struct {
	ctx context.Context
	in  io.Reader
}

func (r interruptibleReader) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	own := make([]byte, len(p)) // a read that is left behind must not write into p
	done := make(chan result, 1)
	go func() {
		n, err := r.in.Read(own)
		done <- result{n, err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, context.Cause(r.ctx)
	case read := <-done:
		return copy(p, own[:read.n]), read.err
	}
}
