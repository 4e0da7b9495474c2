package main

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/proxy"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// proxyTokens gives a proxy its tokens.
type proxyTokens struct {
	*app
	session *session.Session
}

// proxyOptions are those of a proxy that come from the profile: how the upstream is reached, and the tokens for it. The
// first one is obtained here, with the person; from then on nobody is asked any more.
func (t *proxyTokens) proxyOptions(ctx context.Context, request tokensource.Request) (proxy.Options, error) {
	s := t.session
	o := proxy.Options{MinTTL: request.MinTTL, Now: t.now, Advise: t.adviseCaller, TLS: &tls.Config{MinVersion: tls.VersionTLS12}}
	var err error
	if o.TLS.RootCAs, err = s.Authorities(ctx); err != nil {
		return o, err
	}
	certificate, err := s.ClientCertificate(ctx)
	if err != nil {
		return o, err
	}
	if certificate != nil {
		// RFC 8705 §3: "The protected resource MUST obtain, from its TLS implementation layer, the client certificate used for
		// mutual TLS", since the token may be bound to it.
		o.TLS.Certificates = []tls.Certificate{*certificate}
	}
	if o.Set, _, err = s.AccessToken(ctx, request); err != nil {
		return o, err
	}
	s.ServeUnattended(ctx, o.Set)
	warned := ""
	o.Token = func(ctx context.Context, want proxy.Want) (token.Set, error) { // never two at a time
		set, err := t.token(ctx, want)
		if err == nil {
			warned = ""
		} else if text := strings.Join(t.tell(err), "; "); text != warned && ctx.Err() == nil {
			warned = text
			t.Warn("%s", text)
		}
		return set, err
	}
	return o, nil
}

// token is what a proxy asks for tokens.
func (t *proxyTokens) token(ctx context.Context, want proxy.Want) (token.Set, error) {
	set, _, err := t.session.AccessToken(ctx, tokensource.Request{MinTTL: want.MinTTL, Refused: want.Refused})
	return set, err
}

// tell says in a few lines what is wrong, and what to do.
func (t *proxyTokens) tell(err error) []string {
	lines := []string{err.Error()}
	switch {
	case !errors.Is(err, tokensource.ErrInteractionRequired):
		_, hints := remedy.Of(err, "oauthget proxy", t.now())
		return append(lines, hints...)
	case !t.session.Kept || t.session.Profile.Name == "":
		return append(lines, "end oauthget proxy, and start it again")
	}
	return append(lines, "run oauthget login "+t.session.Profile.Name)
}

// adviseCaller is tell for whoever sent a request.
func (t *proxyTokens) adviseCaller(err error) string { return strings.Join(t.tell(err), "\n") }
