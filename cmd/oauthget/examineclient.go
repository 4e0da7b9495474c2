package main

import (
	"context"
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/doctor"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

// secrets reads what the client authenticates with. A program that would print its secret is not run; ok is whether all
// the rest is there.
func (e examination) secrets(ctx context.Context) (c session.Credentials, ok bool) {
	source, ok := e.session.Profile.ClientSecret, true
	read := func(check, seen string, do func() error) {
		if err := do(); err != nil {
			e.report.failed(check, err)
			ok = false
			return
		}
		e.report.add(check, doctor.OK, seen, "")
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
		e.report.add("client secret", doctor.OK, "a program prints it, and was not run", "")
	default:
		read("client secret", "there, by "+source.Key, func() (err error) { c.Secret, err = e.session.ClientSecret(ctx); return err })
	}
	return c, ok
}

// standIn is in the place of a secret that is not known: one that no algorithm finds too short.
func standIn() token.Secret { return token.NewSecret(strings.Repeat("?", 64)) }

// presents finds out whether what the grant gives for its token is there, as far as that changes nothing: another profile's
// token may have to be obtained, and standard input is read once.
func (e examination) presents(ctx context.Context) {
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
			e.report.failed(source.Key, err)
			continue
		}
		e.report.add(source.Key, doctor.OK, "there", "")
	}
}

// grant has package flow say whether the grant can be run, as it would before it sends anything.
func (e examination) grant(m discovery.Metadata, c session.Credentials) {
	client, err := e.session.OfflineClient(m, c)
	if err != nil {
		e.obstacle(err)
		return
	}
	client.Warn = func(text string) {
		e.report.add("grant", doctor.Warn, text, "compare the profile with what the server documents")
	}
	obstacles := client.Check()
	for _, err := range obstacles {
		e.obstacle(err)
	}
	if len(obstacles) == 0 {
		e.report.add("grant", doctor.OK, e.session.Profile.Grant, "")
	}
	e.findings(doctor.Authentication(string(client.Auth.Method), m.TokenEndpointAuthMethodsSupported))
}

// obstacle reports what keeps the grant from being run, under the key that it is about where there is one.
func (e examination) obstacle(err error) {
	check := "grant"
	if wrong, ok := errors.AsType[*config.Error](err); ok && wrong.Key != "" {
		check = wrong.Key
	}
	e.report.failed(check, err)
}
