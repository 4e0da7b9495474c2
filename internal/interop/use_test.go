//go:build interop && linux

package interop

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// use requests userinfo with the token, as it is bound: an active token may still be unusable to its holder.
func (v *walk) use(t *testing.T, token string) {
	t.Helper()
	transport, err := trusting(v.path("keys", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: startLimit}
	address := v.userinfo(t, client)
	if v.row.client["tls_client_certificate_bound_access_tokens"] == true {
		own, err := tls.LoadX509KeyPair(v.path("keys", v.row.name+".pem"), v.path("keys", v.row.name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{own}
	}
	status, nonce, subject := v.get(t, client, address, v.headers(t, token, address, ""))
	if nonce != "" && status == http.StatusUnauthorized {
		status, _, subject = v.get(t, client, address, v.headers(t, token, address, nonce))
	}
	if status != http.StatusOK || subject != user {
		t.Errorf("userinfo: status %d, sub %q", status, subject)
	}
}

// inspect runs `inspect`, which introspects the token and requests userinfo, as the row does.
func (v *walk) inspect(t *testing.T) {
	t.Helper()
	said := v.home.oauthget(t, "inspect", v.row.name, "--json", "--no-input")
	var report struct {
		Introspection struct {
			Active   bool
			ClientID string `json:"client_id"`
		}
		Userinfo struct {
			Subject string `json:"sub"`
		}
	}
	if err := json.Unmarshal([]byte(said.stdout), &report); err != nil {
		t.Fatalf("inspect: %v: %v", err, said)
	}
	v.expectEvidence(t, v.row, []string{line("POST /token/introspection", v.row.how())})
	if !report.Introspection.Active || report.Introspection.ClientID != v.row.name {
		t.Errorf("inspect does not tell that the token is good: %s", said.stdout)
	}
	if v.row.token["aud"] == nil && report.Userinfo.Subject != user {
		t.Errorf("inspect does not tell whose token it is: %s", said.stdout)
	}
	v.said = append(v.said, said)
}

// userinfo returns the userinfo endpoint of the metadata for the row.
func (v *walk) userinfo(t *testing.T, client *http.Client) string {
	t.Helper()
	resp, err := client.Get(v.at(v.row).issuer + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var metadata struct {
		Userinfo string `json:"userinfo_endpoint"`
		Aliases  struct {
			Userinfo string `json:"userinfo_endpoint"`
		} `json:"mtls_endpoint_aliases"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&metadata); err != nil {
		t.Fatal(err)
	}
	if v.row.client["tls_client_certificate_bound_access_tokens"] == true {
		return metadata.Aliases.Userinfo
	}
	return metadata.Userinfo
}

// headers returns the header fields of a request. The product makes those of DPoP, since it has the key.
func (v *walk) headers(t *testing.T, token, address, nonce string) http.Header {
	t.Helper()
	if v.row.proof == "" {
		return http.Header{"Authorization": {"Bearer " + token}}
	}
	args := []string{"token", v.row.name, "--no-input", "--min-ttl", "0s", "-o", "dpop", "--url", address}
	if nonce != "" {
		args = append(args, "--dpop-nonce", nonce)
	}
	made := v.home.oauthget(t, args...)
	if made.status != 0 {
		t.Fatalf("-o dpop: %v", made)
	}
	v.said = append(v.said, outcome{stderr: made.stderr})
	header := http.Header{}
	for lines := bufio.NewScanner(strings.NewReader(made.stdout)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		header.Set(name, value)
	}
	return header
}

// get requests userinfo once.
func (v *walk) get(
	t *testing.T, client *http.Client, address string, header http.Header,
) (status int, nonce, subject string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var claims struct {
		Subject string `json:"sub"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&claims); err != nil {
		t.Fatalf("userinfo: status %d: %v", resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header.Get("DPoP-Nonce"), claims.Subject
}
