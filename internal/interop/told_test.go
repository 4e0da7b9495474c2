//go:build interop && linux

package interop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// told is the configuration that a test writes for its provider: the variable TOLD of testdata/interop/oidc-provider.mjs.
type told struct {
	Clients []map[string]any   `json:"clients"`
	Keys    jose.JSONWebKeySet `json:"jwks"`
	TLS     *toldTLS           `json:"tls,omitempty"`
	API     string             `json:"api,omitempty"` // path of an API, whose clients register themselves
	// Documents is a file of JSON with the metadata documents of clients, by their URLs.
	Documents string `json:"documents,omitempty"`
}

type toldTLS struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	CA          string `json:"ca"`
}

// newKey returns a key for the algorithm.
func newKey(t *testing.T, alg string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "PS256", "RS256":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		t.Fatalf("no key for %q", alg)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// keyPEM returns the key in the form of openssl.
func keyPEM(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func certificatePEM(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// keyJWK returns the key as a JWK with its id.
func keyJWK(t *testing.T, key crypto.Signer, id string) string {
	t.Helper()
	data, err := jose.JSONWebKey{Key: key, KeyID: id}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// selfSigned returns the key of a client that is registered by its certificate (RFC 8705 §2.2.2).
func selfSigned(key crypto.Signer, certificate *x509.Certificate) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key.Public(), Certificates: []*x509.Certificate{certificate}}
}

// authority is the certificate authority of a test.
type authority struct {
	key         crypto.Signer
	certificate *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key := newKey(t, "ES256")
	return &authority{key, certify(t, nil, key, &x509.Certificate{
		Subject: pkix.Name{CommonName: "oauthget interop CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	})}
}

// certify returns a certificate of the key by the authority; self-signed if there is none.
func certify(t *testing.T, by *authority, key crypto.Signer, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// server returns the certificate of a server on this machine, and the authority of its clients' certificates.
func (a *authority) server(t *testing.T) *toldTLS {
	t.Helper()
	key := newKey(t, "ES256")
	certificate := certify(t, a, key, &x509.Certificate{
		Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return &toldTLS{certificatePEM(certificate), keyPEM(t, key), certificatePEM(a.certificate)}
}

// clientCertificate returns a certificate for a client; self-signed if there is no authority.
func clientCertificate(t *testing.T, by *authority, key crypto.Signer, name string) *x509.Certificate {
	t.Helper()
	return certify(t, by, key, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// tell writes the file that the provider reads.
func (w *world) tell(t *testing.T, what told) (file string) {
	t.Helper()
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} { // RS256: the default of OpenID Connect Registration §2
		what.Keys.Keys = append(what.Keys.Keys, jose.JSONWebKey{Key: newKey(t, alg), KeyID: alg, Algorithm: alg, Use: "sig"})
	}
	data, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	file = w.path("told.json")
	w.write(t, file, string(data))
	return file
}

// keep writes a file for the product, and returns its path.
func (w *world) keep(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(w.path("keys"), name)
	w.write(t, file, text)
	return file
}
