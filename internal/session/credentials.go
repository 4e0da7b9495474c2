package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
)

// Credentials are what the client authenticates with, read from where the profile says. All may be empty.
type Credentials struct {
	Secret      token.Secret
	Key         *signing.Key
	Certificate *tls.Certificate
	Authorities *x509.CertPool // nil for the system's
}

// credentials reads all of them. It touches no network: an error is one of the configuration.
func (s *Session) credentials(ctx context.Context) (Credentials, error) {
	var c Credentials
	var err error
	if c.Key, err = s.ClientKey(ctx); err != nil {
		return c, err
	}
	if c.Certificate, err = s.ClientCertificate(ctx); err != nil {
		return c, err
	}
	if c.Authorities, err = s.Authorities(ctx); err != nil {
		return c, err
	}
	c.Secret, err = s.ClientSecret(ctx)
	return c, err
}

// ClientKey reads the private key that the profile names; nil if there is none.
func (s *Session) ClientKey(ctx context.Context) (*signing.Key, error) {
	const key = "client_key_file"
	path := s.Profile.ClientKey.File
	if path == "" {
		return nil, nil
	}
	ctx, cancel := s.options.forWriter(ctx)
	defer cancel()
	data, err := secretsource.PrivateFile(ctx, key, path)
	if err != nil {
		return nil, err
	}
	private, err := signing.Parse(data, s.Profile.ClientKey.ID)
	if e, ok := errors.AsType[*signing.KeyError](err); ok {
		return nil, secretsource.Unfit(key, path, e.Err, e.Advice)
	}
	return private, err
}

// ClientCertificate reads the certificate that the profile names, with its key; nil if there is none.
func (s *Session) ClientCertificate(ctx context.Context) (*tls.Certificate, error) {
	return s.certificate(ctx, s.Profile.TLS, "tls_certificate_file", "tls_key_file")
}

// RedirectCertificate reads the certificate of an https redirect URI, with its key; nil if there is none. A browser shows no
// page of a certificate for another host.
func (s *Session) RedirectCertificate(ctx context.Context) (*tls.Certificate, error) {
	const key = "redirect_certificate_file"
	files := s.Profile.RedirectTLS
	certificate, err := s.certificate(ctx, files, key, "redirect_key_file")
	if err != nil || certificate == nil {
		return nil, err
	}
	u, err := url.Parse(s.Profile.RedirectURI)
	if err == nil {
		if err = certificate.Leaf.VerifyHostname(u.Hostname()); err != nil {
			return nil, secretsource.Unfit(key, files.CertificateFile, fmt.Errorf("it is not for %s", config.Printable(u.Hostname())),
				"have one made: mkcert "+shell.Word(u.Hostname()))
		}
	}
	return certificate, err
}

// certificate reads a certificate with its key, by the names of the profile's keys for them; nil if there is none.
func (s *Session) certificate(ctx context.Context, files config.TLS, certificateKey, keyKey string) (*tls.Certificate, error) {
	if files.CertificateFile == "" {
		return nil, nil
	}
	ctx, cancel := s.options.forWriter(ctx)
	defer cancel()
	private, err := secretsource.PrivateFile(ctx, keyKey, files.KeyFile)
	if err != nil {
		return nil, err
	}
	chain, err := secretsource.PublicFile(ctx, certificateKey, files.CertificateFile)
	if err != nil {
		return nil, err
	}
	certificate, err := endpoint.Certificate(chain, private, s.options.Now())
	e, ok := errors.AsType[*endpoint.CertificateError](err)
	switch {
	case ok && e.OfKey:
		return nil, secretsource.Unfit(keyKey, files.KeyFile, e.Err, e.Advice)
	case ok:
		return nil, secretsource.Unfit(certificateKey, files.CertificateFile, e.Err, e.Advice)
	}
	return certificate, err
}

// TLS is the configuration of connections to APIs. RFC 8705 §3: "The protected resource MUST obtain, from its TLS
// implementation layer, the client certificate used for mutual TLS", since the token may be bound to it.
func (s *Session) TLS(ctx context.Context) (*tls.Config, error) {
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return nil, err
	}
	certificate, err := s.ClientCertificate(ctx)
	if err != nil {
		return nil, err
	}
	return s.HTTPOptions(authorities, certificate).TLSConfig(), nil
}

// HTTPOptions returns the options of a client for the profile. authorities and certificate may be nil.
func (s *Session) HTTPOptions(authorities *x509.CertPool, certificate *tls.Certificate) endpoint.Options {
	return endpoint.Options{
		Authorities: authorities, Certificate: certificate, FAPI: s.Profile.SecurityProfile == config.FAPI2,
	}
}

// Authorities are the system's and the one that the profile names; nil if it names none.
func (s *Session) Authorities(ctx context.Context) (*x509.CertPool, error) {
	const key = "tls_ca_file"
	path := s.Profile.TLS.CAFile
	if path == "" {
		return nil, nil
	}
	ctx, cancel := s.options.forWriter(ctx)
	defer cancel()
	data, err := secretsource.TrustedFile(ctx, key, path)
	if err != nil {
		return nil, err
	}
	pool, err := endpoint.Authorities(data)
	if err != nil {
		return nil, secretsource.Unfit(key, path, err, "give the authority's certificate in PEM")
	}
	return pool, nil
}

// httpClients returns the http.Client for public documents, and the one for the client's own requests. The certificate
// identifies the client, and only the second presents it. Without a certificate they are the same.
func (s *Session) httpClients(c Credentials) (public, own *http.Client) {
	public = s.options.HTTPClient(s.HTTPOptions(c.Authorities, nil))
	if c.Certificate == nil {
		return public, public
	}
	return public, s.options.HTTPClient(s.HTTPOptions(c.Authorities, c.Certificate))
}

// authentication chooses how the client authenticates, and checks that it can: after the login in the browser it would be
// too late.
func (s *Session) authentication(c Credentials, m discovery.Metadata) (clientauth.Client, error) {
	have := clientauth.Credentials{
		Secret: !c.Secret.Empty(), Key: c.Key != nil, Certificate: c.Certificate != nil,
		SelfSigned: c.Certificate != nil && endpoint.SelfSigned(c.Certificate),
	}
	choice, err := clientauth.Choose(clientauth.Method(s.Profile.TokenEndpointAuthMethod), have, m.TokenEndpointAuthMethodsSupported)
	if err != nil {
		return clientauth.Client{}, err
	}
	if s.registration != nil {
		choice.Why = "the client is registered for it"
	}
	client := clientauth.Client{
		ID: s.Profile.ClientID, Method: choice.Method, Secret: c.Secret, Key: c.Key, Now: s.options.Now,
		Raw:       s.Profile.ClientSecretBasicEncoding == "raw",
		Assertion: clientauth.Assertion{Audience: s.audience(m), Supported: m.TokenEndpointAuthSigningAlgValuesSupported},
	}
	if s.Profile.SecurityProfile == config.FAPI2 {
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
	s.console.Step("client authentication: %s%s, because %s", choice.Method, with, choice.Why)
	return client, nil
}

// audience is the aud of client assertions. Without an issuer it is the token endpoint, which RFC 7523 §3 allows.
func (s *Session) audience(m discovery.Metadata) string {
	return cmp.Or(s.Profile.ClientKey.AssertionAudience, issuer.Audience(m.Issuer, m.TokenEndpoint))
}
