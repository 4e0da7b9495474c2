package endpoint

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// issued is a certificate with its key, from an authority or, if that is nil, self-signed.
type issued struct {
	der         []byte
	certificate *x509.Certificate
	private     *ecdsa.PrivateKey
}

func issue(t *testing.T, name string, authority *issued, notAfter time.Time) *issued {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: notAfter.Add(-24 * time.Hour), NotAfter: notAfter, IsCA: authority == nil, BasicConstraintsValid: true,
	}
	parent, signer := template, private
	if authority != nil {
		parent, signer = authority.certificate, authority.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, private.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{der, certificate, private}
}

func (i *issued) chain() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.der})
}

func (i *issued) key(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func (i *issued) forClient(t *testing.T) *tls.Certificate {
	t.Helper()
	c, err := Certificate(i.chain(), i.key(t), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// asking is a server that asks for a certificate, lists an authority that issued nobody's, and answers with the name in
// the certificate it got. authorities trust it.
func asking(t *testing.T) (target *url.URL, authorities *x509.CertPool) {
	t.Helper()
	tomorrow := time.Now().Add(time.Hour)
	authority := issue(t, "authority", nil, tomorrow)
	server := issue(t, "server", authority, tomorrow)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, c := range r.TLS.PeerCertificates {
			io.WriteString(w, c.Subject.CommonName)
		}
	}))
	others := x509.NewCertPool()
	others.AddCert(issue(t, "somebody else's authority", nil, tomorrow).certificate)
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.der}, PrivateKey: server.private}},
		ClientAuth:   tls.RequestClientCert, ClientCAs: others,
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	target, err := url.Parse(strings.Replace(s.URL, "127.0.0.1", "localhost", 1))
	if err != nil {
		t.Fatal(err)
	}
	authorities, err = Authorities(authority.chain())
	if err != nil {
		t.Fatal(err)
	}
	return target, authorities
}

func fetched(t *testing.T, client *http.Client, target *url.URL) (string, error) {
	t.Helper()
	resp, err := client.PostForm(target.String(), url.Values{"grant_type": {"client_credentials"}})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestCertificateIsPresentedByTheClientThatHasItAndByNoOther(t *testing.T) {
	target, authorities := asking(t)
	self := issue(t, "self-signed", nil, time.Now().Add(time.Hour)).forClient(t)
	for want, o := range map[string]Options{
		"self-signed": {Certificate: self, Authorities: authorities},
		"":            {Authorities: authorities},
	} {
		client := NewClient(o)
		for _, warm := range []bool{false, true} {
			if warm {
				Warm(t.Context(), client, target)
				if len(client.Transport.(outermost).network.ready) != 1 {
					t.Errorf("%q: no connection has been opened ahead", want)
				}
			}
			if got, err := fetched(t, client, target); got != want || err != nil {
				t.Errorf("warm %v: the server got %q, want %q; %v", warm, got, want, err)
			}
		}
	}
}

// refusing is a server that ends each handshake with an alert. It reads until the client has gone: closing at once
// could reset the connection before the alert is read.
func refusing(t *testing.T) (target *url.URL, authorities *x509.CertPool) {
	t.Helper()
	tomorrow := time.Now().Add(time.Hour)
	server := issue(t, "server", nil, tomorrow)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.der}, PrivateKey: server.private}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(),
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = tls.Server(conn, config).HandshakeContext(t.Context())
				_, _ = io.Copy(io.Discard, conn)
			}()
		}
	}()
	authorities = x509.NewCertPool()
	authorities.AddCert(server.certificate)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return &url.URL{Scheme: "https", Host: "localhost:" + port, Path: "/token"}, authorities
}

func TestCertificateThatTheServerRefusesIsToldApart(t *testing.T) {
	target, authorities := refusing(t)
	self := issue(t, "self-signed", nil, time.Now().Add(time.Hour)).forClient(t)
	for _, o := range []Options{{Certificate: self, Authorities: authorities}, {Authorities: authorities}} {
		_, err := fetched(t, NewClient(o), target)
		if !untrusted.ClientCertificateRefused(err) || !strings.Contains(untrusted.Network(t.Context(), err).Error(), "the client's certificate") {
			t.Errorf("%v", err)
		}
	}
}

func TestAuthoritiesAreTrustedBesideTheSystems(t *testing.T) {
	target, authorities := asking(t)
	if _, err := fetched(t, NewClient(Options{}), target); err == nil {
		t.Fatal("a server of an unknown authority was asked")
	}
	if _, err := fetched(t, NewClient(Options{Authorities: authorities}), target); err != nil {
		t.Error(err)
	}
	one := issue(t, "one", nil, time.Now().Add(time.Hour))
	got, err := Authorities(one.chain())
	if err != nil {
		t.Fatal(err)
	}
	want, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	want.AppendCertsFromPEM(one.chain())
	if !got.Equal(want) {
		t.Error("the pool is not the system's and one more")
	}
	for _, data := range []string{"", "canary", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := Authorities([]byte(data)); err == nil {
			t.Errorf("%q is taken for an authority", data)
		}
	}
}

func TestCertificateThatCannotBePresentedIsRefusedWithTheReason(t *testing.T) {
	now := time.Now()
	good, other, old := issue(t, "good", nil, now.Add(time.Hour)), issue(t, "other", nil, now.Add(time.Hour)), issue(t, "old", nil, now.Add(-time.Hour))
	early := issue(t, "early", nil, now.Add(48*time.Hour))
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("canary")})
	for name, c := range map[string]struct {
		chain, key []byte
		ofKey      bool
		want       string
	}{
		"no certificate":        {good.key(t), good.key(t), false, "no PEM certificate"},
		"a damaged one":         {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), good.key(t), false, "damaged"},
		"expired":               {old.chain(), old.key(t), false, "expired at "},
		"not valid yet":         {early.chain(), early.key(t), false, "not valid before "},
		"another's key":         {good.chain(), other.key(t), true, "does not belong to the certificate"},
		"the authority first":   {append(other.chain(), good.chain()...), good.key(t), true, "does not belong to the certificate"},
		"no key":                {good.chain(), good.chain(), true, "private key"},
		"an encrypted key":      {good.chain(), encrypted, true, "encrypted"},
		"a key in another form": {good.chain(), []byte(`{"kty":"EC"}`), true, "JWK"},
	} {
		_, err := Certificate(c.chain, c.key, now)
		e, ok := errors.AsType[*CertificateError](err)
		if !ok || e.OfKey != c.ofKey || !strings.Contains(e.Error(), c.want) || strings.Contains(e.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := append(good.key(t), good.chain()...)
	if _, err := Certificate(both, both, now); err != nil {
		t.Errorf("key and certificate in one file: %v", err)
	}
}

func TestSelfSignedIsToldApart(t *testing.T) {
	tomorrow := time.Now().Add(time.Hour)
	authority := issue(t, "the same name", nil, tomorrow)
	for name, c := range map[string]struct {
		of   *issued
		want bool
	}{
		"self-signed":                      {authority, true},
		"of an authority":                  {issue(t, "client", authority, tomorrow), false},
		"of an authority of the same name": {issue(t, "the same name", authority, tomorrow), false},
	} {
		if got := SelfSigned(c.of.forClient(t)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSecurityProfileOffersRecommendedSuitesAlone(t *testing.T) {
	for _, c := range []struct {
		version uint16
		suite   uint16
		fapi    bool
		works   bool
	}{
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, false, true},
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, true, false},
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, true, false},
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true, true},
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true, true},
		{tls.VersionTLS13, 0, true, true},
		{tls.VersionTLS11, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, false, false},
	} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
		s.TLS = &tls.Config{MinVersion: c.version, MaxVersion: c.version}
		if c.suite != 0 {
			s.TLS.CipherSuites = []uint16{c.suite}
		}
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		pool := x509.NewCertPool()
		pool.AddCert(s.Certificate())
		target, _ := url.Parse(s.URL)
		_, err := fetched(t, NewClient(Options{Authorities: pool, FAPI: c.fapi}), target)
		if (err == nil) != c.works {
			t.Errorf("%+v: %v", c, err)
		}
		s.Close()
	}
}
