package session

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

// mutualServer is an authorization server on two ports: one for everybody, which asks for a certificate all the same, and
// one for mutual TLS, which insists on one.
type mutualServer struct {
	public, mutual *httptest.Server

	mu        sync.Mutex
	presented map[string]bool // by path: whether a certificate came
	clientIDs map[string]string
}

func serveMutual(t *testing.T) *mutualServer {
	t.Helper()
	s := &mutualServer{presented: map[string]bool{}, clientIDs: map[string]string{}}
	start := func(how tls.ClientAuthType, handler http.HandlerFunc) *httptest.Server {
		server := httptest.NewUnstartedServer(handler)
		server.TLS = &tls.Config{ClientAuth: how}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	s.mutual = start(tls.RequireAnyClientCert, func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		_ = json.NewEncoder(w).Encode(map[string]string{"access_token": "canary-a", "token_type": "Bearer", "sub": "ada"})
	})
	s.public = start(tls.RequestClientCert, func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": s.public.URL, "authorization_endpoint": s.public.URL + "/authorize", "token_endpoint": s.public.URL + "/token",
			"revocation_endpoint": s.public.URL + "/revoke", "jwks_uri": s.public.URL + "/jwks", "keys": []any{},
			"token_endpoint_auth_methods_supported": []string{"tls_client_auth", "self_signed_tls_client_auth"},
			"mtls_endpoint_aliases":                 map[string]string{"token_endpoint": s.mutual.URL + "/mutual/token", "revocation_endpoint": s.mutual.URL + "/mutual/revoke", "userinfo_endpoint": s.mutual.URL + "/mutual/userinfo"},
		})
	})
	return s
}

func (s *mutualServer) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.presented[r.URL.Path] = len(r.TLS.PeerCertificates) > 0
	s.clientIDs[r.URL.Path] = r.FormValue("client_id")
}

// writeIdentity writes a self-signed certificate and its key.
func writeIdentity(t *testing.T) (certificateFile, keyFile string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "cli"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, "CERTIFICATE", der), writePEM(t, "PRIVATE KEY", key)
}

func writePEM(t *testing.T, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProxyPresentsACertificateThatNoAuthorityOfTheServersIssued(t *testing.T) {
	server := serveMutual(t)
	for _, fapi := range []string{"", config.FAPI2} {
		var profile config.Profile
		profile.ClientID, profile.SecurityProfile = "cli", fapi
		profile.TLS.CertificateFile, profile.TLS.KeyFile = writeIdentity(t)
		profile.TLS.CAFile = writePEM(t, "CERTIFICATE", server.public.Certificate().Raw)
		s := newSession(optionsFor(t, &person{}, nil), nil, profile, t.TempDir())
		c, err := s.TLS(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		request := &tls.CertificateRequestInfo{AcceptableCAs: [][]byte{[]byte("somebody else's authority")}}
		if len(c.Certificates) > 0 || c.GetClientCertificate == nil {
			t.Fatal("crypto/tls chooses by the server's list of authorities")
		}
		if got, err := c.GetClientCertificate(request); err != nil || len(got.Certificate) == 0 {
			t.Errorf("%v", err)
		}
		if (len(c.CipherSuites) > 0) != (fapi != "") {
			t.Errorf("security_profile %q: suites %v", fapi, c.CipherSuites)
		}
	}
}

func TestCertificateGoesToTheAliasesAndNotToWhatEverybodyReads(t *testing.T) {
	server := serveMutual(t)
	var profile config.Profile
	profile.Issuer, profile.ClientID = server.public.URL, "cli"
	profile.TLS.CertificateFile, profile.TLS.KeyFile = writeIdentity(t)
	profile.TLS.CAFile = writePEM(t, "CERTIFICATE", server.public.Certificate().Raw)
	told := &person{}
	s := newSession(optionsFor(t, told, nil), nil, profile, t.TempDir())

	client, err := s.client(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Keys(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	set := token.Set{AccessToken: token.NewSecret("canary-a"), RefreshToken: token.NewSecret("canary-r")}
	if _, err := client.Refresh(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if err := client.Revoke(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Userinfo(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"/.well-known/openid-configuration": false, "/jwks": false, "/mutual/token": true, "/mutual/revoke": true,
		"/mutual/userinfo": true,
	} {
		if got, asked := server.presented[path]; got != want || !asked {
			t.Errorf("%s: asked %v, certificate presented %v, want %v", path, asked, got, want)
		}
		if want && path != "/mutual/userinfo" && server.clientIDs[path] != "cli" {
			t.Errorf("%s: client_id %q", path, server.clientIDs[path])
		}
	}
	if !strings.Contains(told.heard(), "step: client authentication: self_signed_tls_client_auth, because") {
		t.Error(told.heard())
	}
}
