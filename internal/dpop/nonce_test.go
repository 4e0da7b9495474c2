package dpop

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestNonceGoesToTheServerThatProvidedItAlone(t *testing.T) {
	var n Nonces
	n.Keep(mustParse(t, "https://one.example/token"), http.Header{"Dpop-Nonce": {"first"}})
	n.Keep(mustParse(t, "https://one.example:8443/"), http.Header{"Dpop-Nonce": {"other-port"}})
	n.Keep(mustParse(t, "https://ONE.example:443/other?x"), http.Header{"Dpop-Nonce": {"second"}})
	n.Keep(mustParse(t, "https://one.example/token"), http.Header{}) // an answer without one changes nothing
	for u, want := range map[string]string{
		"https://one.example/a": "second", "https://one.example:8443/a": "other-port",
		"http://one.example/a": "", "https://two.example/a": "",
	} {
		if got := n.For(mustParse(t, u)); got != want {
			t.Errorf("for %s: %q, want %q", u, got, want)
		}
	}
}

func TestNonceThatIsNotInFormIsNotKept(t *testing.T) {
	u := mustParse(t, "https://as.example/token")
	for name, values := range map[string][]string{
		"two fields":       {"a", "b"},
		"the same twice":   {"a", "a"},
		"empty":            {""},
		"a space":          {"a b"},
		"a quote":          {`a"b`},
		"a backslash":      {`a\b`},
		"a line break":     {"a\r\nX: y"},
		"another alphabet": {"ä"},
		"too long":         {strings.Repeat("a", maxNonce+1)},
	} {
		var n Nonces
		if got := n.Keep(u, http.Header{"Dpop-Nonce": values}); got != "" || n.For(u) != "" {
			t.Errorf("%s: kept %q", name, got)
		}
	}
	var n Nonces
	longest := strings.Repeat("~", maxNonce)
	if n.Keep(u, http.Header{"Dpop-Nonce": {longest}}) != longest || n.For(u) != longest {
		t.Error("the longest nonce is not kept")
	}
}

func TestNoncesAreSafeForConcurrentUse(t *testing.T) {
	var n Nonces
	var all sync.WaitGroup
	for i := range 8 {
		u := mustParse(t, fmt.Sprintf("https://%d.example/", i%2))
		all.Go(func() {
			for range 100 {
				n.Keep(u, http.Header{"Dpop-Nonce": {u.Host}})
				if got := n.For(u); got != u.Host {
					t.Errorf("%s has the nonce %s", u.Host, got)
				}
			}
		})
	}
	all.Wait()
}

func TestOnlyADPoPChallengeOfA401AsksForANonce(t *testing.T) {
	const asks = `DPoP error="use_dpop_nonce"`
	for name, c := range map[string]struct {
		status int
		fields []string
		want   bool
	}{
		"as it is":                        {401, []string{asks}, true},
		"beside Bearer":                   {401, []string{`Bearer, dpop error="use_dpop_nonce"`}, true},
		"in a second field":               {401, []string{`Bearer realm="x"`, asks}, true},
		"beside one that cannot be read":  {401, []string{`Bearer realm="x`, asks}, true},
		"another status":                  {400, []string{asks}, false},
		"of another scheme":               {401, []string{`Bearer error="use_dpop_nonce"`}, false},
		"another error":                   {401, []string{`DPoP error="invalid_token"`}, false},
		"in a description":                {401, []string{`DPoP error_description="error=\"use_dpop_nonce\""`}, false},
		"in a field that cannot be read":  {401, []string{asks + `, x="`}, false},
		"nothing":                         {401, nil, false},
		"the error's name in other cases": {401, []string{`DPoP error="USE_DPOP_NONCE"`}, false},
	} {
		resp := &http.Response{StatusCode: c.status, Header: http.Header{"Www-Authenticate": c.fields}}
		if got := AsksForNonce(resp); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
