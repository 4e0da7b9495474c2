package endpoint

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
)

// CertificateError reports why the client's certificate, or its key, cannot be used.
type CertificateError struct {
	OfKey  bool // the error is about the key, or the key does not belong to the certificate
	Err    error
	Advice string // what to do; may be empty
}

func (e *CertificateError) Error() string { return e.Err.Error() }

func (e *CertificateError) Unwrap() error { return e.Err }

// Certificate returns the certificate for [Options], from a PEM chain that begins with the client's own certificate and
// its private key in PEM. An error is a *CertificateError and contains nothing of the key.
func Certificate(chain, key []byte, now time.Time) (*tls.Certificate, error) {
	leaf, err := firstCertificate(chain)
	if err != nil {
		return nil, &CertificateError{Err: err, Advice: "give the certificate in PEM, followed by the intermediate ones"}
	}
	// A server's own refusal would say less.
	const renew = "renew the certificate, or set the clock"
	switch {
	case now.After(leaf.NotAfter):
		return nil, &CertificateError{Err: fmt.Errorf("the certificate expired at %s", leaf.NotAfter.UTC().Format(time.RFC3339)), Advice: renew}
	case now.Before(leaf.NotBefore):
		return nil, &CertificateError{Err: fmt.Errorf("the certificate is not valid before %s", leaf.NotBefore.UTC().Format(time.RFC3339)), Advice: renew}
	}
	// X509KeyPair's error for an unreadable key only mentions its format.
	if _, err := signing.Parse(key, ""); err != nil {
		e := &CertificateError{OfKey: true, Err: err}
		if of, ok := errors.AsType[*signing.KeyError](err); ok {
			e.Advice = of.Advice
		}
		return nil, e
	}
	if bytes.HasPrefix(bytes.TrimSpace(key), []byte("{")) {
		return nil, &CertificateError{OfKey: true, Err: errors.New("it is a JWK, but PEM is required")}
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, &CertificateError{
			OfKey: true, Err: errors.New("the key does not belong to the certificate"),
			Advice: "give the key that the certificate was requested with, and put its own certificate first",
		}
	}
	return &pair, nil
}

func firstCertificate(chain []byte) (*x509.Certificate, error) {
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("the certificate is damaged")
		}
		return certificate, nil
	}
	return nil, errors.New("it contains no PEM certificate")
}

// SelfSigned reports whether a certificate of [Certificate] is self-signed.
func SelfSigned(c *tls.Certificate) bool {
	return bytes.Equal(c.Leaf.RawIssuer, c.Leaf.RawSubject) && c.Leaf.CheckSignature(c.Leaf.SignatureAlgorithm, c.Leaf.RawTBSCertificate, c.Leaf.Signature) == nil
}

// Authorities returns the system's certificate authorities and those in the PEM data.
func Authorities(data []byte) (*x509.CertPool, error) {
	if _, err := firstCertificate(data); err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("load the system's certificate authorities: %w", err)
	}
	pool.AppendCertsFromPEM(data)
	return pool, nil
}

// TLSConfig returns the configuration of TLS connections: to the authorization server, and to APIs.
func (o Options) TLSConfig() *tls.Config {
	// FAPI 2.0 Security Profile §5.2.1: "shall set up TLS connections using TLS version 1.2 or later"
	config := &tls.Config{RootCAs: o.Authorities, MinVersion: tls.VersionTLS12}
	if o.FAPI {
		// FAPI 2.0 Security Profile §5.2.2: "When using TLS 1.2, clients should only permit the cipher suites recommended in
		// [BCP195]." They are those of RFC 9325 §4.2. TLS 1.3 has no others than good ones.
		config.CipherSuites = []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		}
	}
	if o.Certificate != nil {
		// Not config.Certificates: crypto/tls presents none of those unless the server lists its issuer as an authority, and a
		// self-signed certificate's issuer is in no list (RFC 8705 §2.2).
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return o.Certificate, nil }
	}
	return config
}
