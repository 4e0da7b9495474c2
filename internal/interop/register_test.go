//go:build interop && linux

package interop

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// register returns the metadata of a row's client for the provider, and keeps the client's secrets.
func (m *matrix) register(t *testing.T, r row) map[string]any {
	t.Helper()
	client := map[string]any{"client_id": r.name, "token_endpoint_auth_method": r.authentication()}
	if r.grant != "" {
		client["grant_types"] = []string{r.grant, "refresh_token"}
		client["response_types"], client["redirect_uris"] = []string{}, []string{}
	}
	switch {
	case strings.HasPrefix(r.method, "client_secret_"):
		client["client_secret"] = clientSecret
		m.files[r.name] = []string{`client_secret_env = "OP_SECRET"`}
	case strings.HasSuffix(r.method, "tls_client_auth"):
		m.registerCertificate(t, r, client)
	}
	if r.alg != "" {
		m.registerKey(t, r, client)
	}
	maps.Copy(client, r.client)
	return client
}

// registerKey makes a key for the client: a JWK with an id for one algorithm, PEM for the others.
func (m *matrix) registerKey(t *testing.T, r row, client map[string]any) {
	key := newKey(t, r.alg)
	public := jose.JSONWebKey{Key: key.Public(), Use: "sig"}
	text := keyPEM(t, key)
	if r.alg == "ES256" {
		public.KeyID = r.name + "-key"
		text = keyJWK(t, key, public.KeyID)
	}
	client["jwks"] = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}}
	if r.method == "private_key_jwt" {
		client["token_endpoint_auth_signing_alg"] = r.alg
	}
	m.files[r.name] = append(m.files[r.name], fmt.Sprintf("client_key_file = %q", m.keep(t, r.name+".key", text)))
}

// registerCertificate makes a certificate for the client: by the authority, or self-signed.
func (m *matrix) registerCertificate(t *testing.T, r row, client map[string]any) {
	key := newKey(t, "ES256")
	issuer := m.ca
	client["tls_client_auth_subject_dn"] = "CN=" + r.name
	if r.method == "self_signed_tls_client_auth" {
		issuer = nil
	}
	certificate := clientCertificate(t, issuer, key, r.name)
	if issuer == nil {
		client["jwks"] = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{selfSigned(key, certificate)}}
	}
	m.files[r.name] = []string{
		fmt.Sprintf("tls_certificate_file = %q", m.keep(t, r.name+".pem", certificatePEM(certificate))),
		fmt.Sprintf("tls_key_file = %q", m.keep(t, r.name+".key", keyPEM(t, key))),
	}
}
