//go:build interop && linux

package interop

import (
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	inspector = "inspector" // the client that the tests introspect with
	present   = "present"   // stands for any value
)

// expectGood checks a token by introspection.
func (m *matrix) expectGood(t *testing.T, r row, token string) {
	t.Helper()
	claims := m.introspect(t, r, token)
	want := map[string]any{"active": true, "client_id": r.name}
	maps.Copy(want, r.token)
	got := map[string]any{}
	for name := range want {
		got[name] = claims[name]
		if want[name] == present && claims[name] != nil {
			got[name] = present
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what introspection says of the token (-want +got):\n%s", diff)
	}
}

// introspect asks the row's issuer, as a client of the test.
func (m *matrix) introspect(t *testing.T, r row, token string) map[string]any {
	t.Helper()
	transport, err := trusting(m.path("keys", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport, Timeout: startLimit}).PostForm(m.at(r).origin+m.host.introspection,
		url.Values{"client_id": {inspector}, "client_secret": {clientSecret}, "token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	claims := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&claims); err != nil {
		t.Fatalf("introspection: status %d: %v", resp.StatusCode, err)
	}
	return claims
}

// trusting returns a client that trusts the authority of that certificate file.
func trusting(file string) (*http.Transport, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(data)
	return transport, nil
}
