package demoas

import "testing"

func TestConfigThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	const issuer = "http://127.0.0.1:1"
	for name, tt := range map[string]struct {
		issuer string
		client Client
	}{
		"relative issuer":       {"/issuer", Client{ID: "a"}},
		"issuer with query":     {issuer + "?", Client{ID: "a"}},
		"issuer with fragment":  {issuer + "#", Client{ID: "a"}},
		"issuer with slash":     {issuer + "/", Client{ID: "a"}},
		"issuer with wildcard":  {issuer + "/{x}", Client{ID: "a"}},
		"no client_id":          {issuer, Client{}},
		"basic without secret":  {issuer, Client{ID: "a", AuthMethod: AuthClientSecretBasic}},
		"none with secret":      {issuer, Client{ID: "a", Secret: "s", AuthMethod: AuthNone}},
		"unknown method":        {issuer, Client{ID: "a", AuthMethod: "magic"}},
		"relative redirect URI": {issuer, Client{ID: "a", RedirectURIs: []string{"/cb"}}},
	} {
		if _, err := New(tt.issuer, Config{Clients: []Client{tt.client}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(issuer, Config{Clients: []Client{{ID: "a"}, {ID: "a"}}}); err == nil {
		t.Error("the same client twice: no error")
	}
}
