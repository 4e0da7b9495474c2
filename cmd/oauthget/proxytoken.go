package main

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/proxy"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// proxyOptions are those of a proxy that come from the profile: how the upstream is reached, and the tokens for it. The
// first one is obtained here, with the person; from then on nobody is asked any more.
func (s *session) proxyOptions(ctx context.Context, request tokensource.Request) (proxy.Options, error) {
	o := proxy.Options{MinTTL: request.MinTTL, Now: s.now, Advise: s.adviseCaller, TLS: &tls.Config{MinVersion: tls.VersionTLS12}}
	var err error
	if o.TLS.RootCAs, err = s.authorities(ctx); err != nil {
		return o, err
	}
	certificate, err := s.clientCertificate(ctx)
	if err != nil {
		return o, err
	}
	if certificate != nil {
		// RFC 8705 §3: "The protected resource MUST obtain, from its TLS implementation layer, the client certificate used for
		// mutual TLS", since the token may be bound to it.
		o.TLS.Certificates = []tls.Certificate{*certificate}
	}
	if o.Set, _, err = s.obtain(ctx, request); err != nil {
		return o, err
	}
	s.serveUnattended(ctx, o.Set)
	warned := ""
	o.Token = func(ctx context.Context, want proxy.Want) (token.Set, error) { // never two at a time
		set, err := s.proxyToken(ctx, want)
		if err == nil {
			warned = ""
		} else if text := strings.Join(s.tell(err), "; "); text != warned && ctx.Err() == nil {
			warned = text
			s.warn("%s", text)
		}
		return set, err
	}
	return o, nil
}

// serveUnattended has nobody be asked from now on. What could not be stored is kept as long as the proxy runs: the next
// token takes its refresh token, and one that is stored from before may be spent by then. A store that has failed just now
// is asked again with the next token: two places for one refresh token would have one of them spend the other's.
func (s *session) serveUnattended(ctx context.Context, set token.Set) {
	s.global.noInput = true
	stored, err := s.store.Load(ctx, s.key)
	trouble, failed := errors.AsType[*store.Error](err)
	switch {
	case err == nil && (stored.AccessToken.Equal(set.AccessToken) || stored.Obtained.After(set.Obtained)):
	case failed && (trouble.Reason == store.TimedOut || trouble.Reason == store.Busy):
	default:
		s.store, s.state = store.NewMemory(set), ""
	}
}

func (s *session) proxyToken(ctx context.Context, want proxy.Want) (token.Set, error) {
	if _, ok := s.store.(*store.Keychain); ok {
		s.store = s.keychain(s.state) // the connection of the last time may be hours old
	}
	set, err := s.source().Token(ctx, tokensource.Request{MinTTL: want.MinTTL, Refused: want.Refused})
	if err != nil {
		return token.Set{}, err
	}
	return set, output.CheckAccessToken(set) // the first one was none of those, but who knows of the next
}

// tell says in a few lines what is wrong, and what to do.
func (s *session) tell(err error) []string {
	lines := []string{err.Error()}
	switch {
	case !errors.Is(err, tokensource.ErrInteractionRequired):
		_, hints := remedy.Of(err, "oauthget proxy", s.now())
		return append(lines, hints...)
	case s.state == "" || s.profile.Name == "":
		return append(lines, "end oauthget proxy, and start it again")
	}
	return append(lines, "run oauthget login "+s.profile.Name)
}

// adviseCaller is tell for whoever sent a request.
func (s *session) adviseCaller(err error) string { return strings.Join(s.tell(err), "\n") }
