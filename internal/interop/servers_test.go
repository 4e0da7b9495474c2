//go:build interop && linux

package interop

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The certified provider, with nearly all features.
func TestOIDCProvider(t *testing.T) {
	t.Parallel()
	walkAll(t, oidcProvider, slices.Concat(
		authenticationRows, requestRows, bindingRows, clientRows, deviceRows, refusedRows))
}

// A server whose clock is ten minutes ahead of the client's.
func TestOIDCProviderAheadOfTheClient(t *testing.T) {
	t.Parallel()
	walkAll(t, oidcProvider, slowClockRows, "CLOCK_AHEAD=600")
}

func TestAuthlib(t *testing.T) {
	t.Parallel()
	walkAll(t, authlib, slices.Concat(assertionRows, refusedAssertionRows))
}

func TestOAuth2Server(t *testing.T) {
	t.Parallel()
	walkAll(t, oauth2Server, slices.Concat(exchangeRows, refusedExchangeRows))
}

// walkAll runs the rows at one process of the server.
func walkAll(t *testing.T, h host, rows []row, environ ...string) {
	t.Helper()
	m := startMatrix(t, h, rows, environ...)
	documented := documentedServers(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if server := documented[t.Name()]; !strings.HasPrefix(server, h.name) {
				t.Errorf("docs/internals/interop.md says of it that the server is %q, not %q", server, h.name)
			}
			v := m.walk(t, r)
			if r.grant == exchangeGrant {
				v.home.env["SUBJECT"] = m.ownToken(t)
			}
			v.whole(t)
		})
	}
}

// documentedServers are the servers of docs/internals/interop.md, by the name of the test. A test of the document checks that all
// names are there.
func documentedServers(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "internals", "interop.md"))
	if err != nil {
		t.Fatal(err)
	}
	servers := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) == 5 {
			servers[strings.Trim(cells[4], " `")] = strings.TrimSpace(cells[1])
		}
	}
	return servers
}

// ownToken returns a token of the test's own client.
func (m *matrix) ownToken(t *testing.T) string {
	t.Helper()
	resp, err := http.PostForm(m.origin+"/token", url.Values{
		"client_id": {inspector}, "client_secret": {clientSecret}, "grant_type": {clientGrant},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token for the test: status %d, %v", resp.StatusCode, err)
	}
	return answer.Token
}
