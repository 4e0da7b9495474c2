package doctor

import (
	"context"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

// onlyTheServer continues what is said of a credential that is there.
const onlyTheServer = "; not checked: only the server knows whether it is the right one"

// secrets reads what the client authenticates with. A program that would print its secret is not run; complete reports whether
// all the rest is there.
func (e *examination) secrets(ctx context.Context) (c session.Credentials, complete bool) {
	source, complete := e.session.Profile.ClientSecret, true
	read := func(check, seen string, do func() error) {
		if err := do(); err != nil {
			e.failed(check, err)
			complete = false
			return
		}
		e.add(ok(check, seen+onlyTheServer))
	}
	if e.session.Profile.ClientKey.File != "" {
		read("client key", e.session.Profile.ClientKey.File, func() (err error) { c.Key, err = e.session.ClientKey(ctx); return err })
	}
	if e.session.Profile.TLS.CertificateFile != "" {
		read("client certificate", e.session.Profile.TLS.CertificateFile, func() (err error) { c.Certificate, err = e.session.ClientCertificate(ctx); return err })
	}
	switch {
	case source.Empty():
	case source.Command != nil:
		c.Secret = standIn()
		e.add(ok("client secret", "a program prints it, and was not run"+onlyTheServer))
	default:
		read("client secret", "there, by "+source.Key, func() (err error) { c.Secret, err = e.session.ClientSecret(ctx); return err })
	}
	return c, complete
}

// standIn is in the place of a secret that is not known: one that no algorithm finds too short.
func standIn() token.Secret { return token.NewSecret(strings.Repeat("?", 64)) }

// grantInputs finds out whether the grant has what it presents for a token, where looking changes nothing: another profile's
// token may have to be obtained, and standard input can be read only once.
func (e *examination) grantInputs(ctx context.Context) {
	var sources []config.SecretSource
	switch e.session.Profile.Grant {
	case config.GrantJWTBearer:
		sources = append(sources, e.session.Profile.Assertion.Source)
	case config.GrantTokenExchange:
		sources = append(sources, e.session.Profile.Exchange.Subject, e.session.Profile.Exchange.Actor)
	}
	for _, source := range sources {
		if source.Empty() || source.Command != nil || source.Stdin() || strings.HasSuffix(source.Key, "_profile") {
			continue
		}
		secret, err := e.session.GrantInput(ctx, source, "")
		if err == nil && e.session.Profile.Grant == config.GrantJWTBearer {
			err = (&flow.Client{Profile: e.session.Profile}).CheckAssertion(secret)
		}
		if err != nil {
			e.failed(source.Key, err)
			continue
		}
		e.add(ok(source.Key, "there"))
	}
}

// grant has package flow say whether the grant can be run, as it would before it sends anything.
func (e *examination) grant(m discovery.Metadata, c session.Credentials) {
	client, err := e.session.OfflineClient(m, c)
	if err != nil {
		e.obstacle("grant", err)
		return
	}
	client.Warn = func(text string) {
		e.add(warn("grant", text, "compare the profile with what the server documents"))
	}
	obstacles := client.Check()
	for _, err := range obstacles {
		e.obstacle("grant", err)
	}
	if len(obstacles) == 0 {
		e.add(ok("grant", e.session.Profile.Grant))
	}
	e.add(Authentication(string(client.Auth.Method), m.TokenEndpointAuthMethodsSupported))
	e.add(Revocation(client, m)...)
}

// obstacle reports what a check has found, under the key that it is about where there is one.
func (e *examination) obstacle(check string, err error) {
	if wrong, ok := errors.AsType[*config.Error](err); ok && wrong.Key != "" {
		check = wrong.Key
	}
	e.failed(check, err)
}
