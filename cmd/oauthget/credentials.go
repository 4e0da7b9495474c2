package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// credentials are what the profile has to prove the client with, read from where it says. All may be empty.
type credentials struct {
	secret      token.Secret
	key         *signing.Key
	certificate *tls.Certificate
	authorities *x509.CertPool // nil for the system's
}

// credentials reads them before any network is touched: an error is one of the configuration.
func (s *session) credentials(ctx context.Context) (credentials, error) {
	var c credentials
	var err error
	if c.key, err = s.clientKey(ctx); err != nil {
		return c, err
	}
	if c.certificate, err = s.clientCertificate(ctx); err != nil {
		return c, err
	}
	if c.authorities, err = s.authorities(ctx); err != nil {
		return c, err
	}
	c.secret, err = s.clientSecret(ctx)
	return c, err
}

func (s *session) clientKey(ctx context.Context) (*signing.Key, error) {
	const key = "client_key_file"
	path := s.profile.ClientKey.File
	if path == "" {
		return nil, nil
	}
	ctx, cancel := s.forWriter(ctx)
	defer cancel()
	data, err := config.ReadPrivate(ctx, key, path)
	if err != nil {
		return nil, err
	}
	private, err := signing.Parse(data, s.profile.ClientKey.ID)
	if e, ok := errors.AsType[*signing.KeyError](err); ok {
		return nil, config.Unfit(key, path, e.Err, e.Advice)
	}
	return private, err
}

func (s *session) clientCertificate(ctx context.Context) (*tls.Certificate, error) {
	const certificateKey, keyKey = "tls_certificate_file", "tls_key_file"
	files := s.profile.TLS
	if files.CertificateFile == "" {
		return nil, nil
	}
	ctx, cancel := s.forWriter(ctx)
	defer cancel()
	private, err := config.ReadPrivate(ctx, keyKey, files.KeyFile)
	if err != nil {
		return nil, err
	}
	chain, err := config.ReadPublic(ctx, certificateKey, files.CertificateFile)
	if err != nil {
		return nil, err
	}
	certificate, err := endpoint.Certificate(chain, private, s.now())
	e, ok := errors.AsType[*endpoint.CertificateError](err)
	switch {
	case ok && e.OfKey:
		return nil, config.Unfit(keyKey, files.KeyFile, e.Err, e.Advice)
	case ok:
		return nil, config.Unfit(certificateKey, files.CertificateFile, e.Err, e.Advice)
	}
	return certificate, err
}

func (s *session) authorities(ctx context.Context) (*x509.CertPool, error) {
	const key = "tls_ca_file"
	path := s.profile.TLS.CAFile
	if path == "" {
		return nil, nil
	}
	ctx, cancel := s.forWriter(ctx)
	defer cancel()
	data, err := config.ReadTrusted(ctx, key, path)
	if err != nil {
		return nil, err
	}
	pool, err := endpoint.Authorities(data)
	if err != nil {
		return nil, config.Unfit(key, path, err, "give the authority's certificate in PEM")
	}
	return pool, nil
}

// clients returns the http.Client for what the server publishes to everybody, and the one for the client's own requests:
// the certificate tells who the client is, and is for the second alone. Without one they are the same.
func (s *session) clients(c credentials) (public, own *http.Client) {
	public = s.httpClientWith(endpoint.Options{Authorities: c.authorities})
	if c.certificate == nil {
		return public, public
	}
	return public, s.httpClientWith(endpoint.Options{Authorities: c.authorities, Certificate: c.certificate})
}

// authentication chooses how the client proves who it is, and finds out whether it can: after the login in the browser
// it would be too late.
func (s *session) authentication(c credentials, m discovery.Metadata) (clientauth.Client, error) {
	have := clientauth.Credentials{
		Secret: !c.secret.Empty(), Key: c.key != nil, Certificate: c.certificate != nil,
		SelfSigned: c.certificate != nil && endpoint.SelfSigned(c.certificate),
	}
	choice, err := clientauth.Choose(clientauth.Method(s.profile.TokenEndpointAuthMethod), have, m.TokenEndpointAuthMethodsSupported)
	if err != nil {
		return clientauth.Client{}, err
	}
	client := clientauth.Client{
		ID: s.profile.ClientID, Method: choice.Method, Secret: c.secret, Key: c.key, Now: s.now,
		Assertion: clientauth.Assertion{Audience: s.audience(m), Supported: m.TokenEndpointAuthSigningAlgValuesSupported},
	}
	if s.profile.SecurityProfile == config.FAPI2 {
		client.Assertion.Allowed = flow.FAPIAlgorithms()
	}
	alg, err := client.Algorithm()
	if err != nil {
		return clientauth.Client{}, err
	}
	with := ""
	if alg != "" {
		with = " with " + alg
	}
	s.step("client authentication: %s%s, because %s", choice.Method, with, choice.Why)
	return client, nil
}

// audience is whom client assertions are for. A profile without an issuer has no better name for the server than the token
// endpoint, which RFC 7523 §3 allows.
func (s *session) audience(m discovery.Metadata) string {
	switch {
	case s.profile.ClientKey.AssertionAudience != "":
		return s.profile.ClientKey.AssertionAudience
	case m.Issuer != "":
		return m.Issuer
	}
	return m.TokenEndpoint
}
