//go:build interop && linux

package interop

import (
	"strings"
	"testing"
)

// walk is the run of a row, with all output.
type walk struct {
	*matrix
	row  row
	home *world
	said []outcome
}

func (m *matrix) walk(t *testing.T, r row) *walk {
	t.Helper()
	return &walk{matrix: m, row: r, home: m.home(t, r)}
}

// whole runs a row from the first token to the logout: its authentication, binding and request must work at every endpoint.
func (v *walk) whole(t *testing.T) {
	t.Helper()
	switch {
	case v.row.refused != nil:
		v.fail(t)
	case v.row.grant == "":
		v.logout(t, v.refreshTwice(t, v.login(t)))
	case v.row.grant == deviceGrant:
		token := v.device(t, person{consents: true}).token(t)
		v.expectEvidence(t, v.row, []string{line("POST /device/auth", v.row.how(), "pkce:S256"), v.row.redeem(deviceGrant)})
		v.logout(t, v.refreshTwice(t, token))
	default:
		v.logout(t, v.askTwice(t))
	}
}

// login gets the first token, in the browser.
func (v *walk) login(t *testing.T) string {
	t.Helper()
	first := v.home.oauthget(t, "token", v.row.name)
	token := first.token(t)
	v.home.page(t).expectSuccess(t)
	v.expectEvidence(t, v.row, append(v.row.ask(), v.row.redeem("authorization_code")))
	v.said = append(v.said, first)
	return token
}

// askTwice gets two tokens by a grant without a person, and returns the last.
func (v *walk) askTwice(t *testing.T) string {
	t.Helper()
	token := ""
	for range 2 {
		token = v.again(t, token)
		v.expectEvidence(t, v.row, []string{line(v.row.redeem(v.row.grant), strings.Join(v.row.asked, " "))})
		v.expectGood(t, v.row, token)
	}
	return token
}

// fail runs a row that must fail: nothing weaker is tried, nothing is stored.
func (v *walk) fail(t *testing.T) {
	t.Helper()
	if v.row.refused.spoil != nil {
		v.row.refused.spoil(t, v)
	}
	var failed outcome
	if v.row.grant == deviceGrant {
		failed = v.device(t, person{})
	} else {
		failed = v.home.oauthget(t, "token", v.row.name)
		v.said = append(v.said, failed)
	}
	failed.expectFailure(t, v.row.refused.status)
	if !strings.Contains(failed.stderr, v.row.refused.says) {
		t.Errorf("%q is not said: %v", v.row.refused.says, failed)
	}
	if seen := v.evidence(t, v.row); len(seen) == 0 || seen[len(seen)-1] != v.row.refused.last {
		t.Errorf("the last of what the server has seen is not %q: %q", v.row.refused.last, seen)
	}
	// A grant with a person says that a login is required. One without fails as before.
	next := failed.status
	if v.row.grant == "" || v.row.grant == deviceGrant {
		next = 4
	}
	v.home.oauthget(t, "token", v.row.name, "--no-input", "--min-ttl", "0s").expectFailure(t, next)
	v.expectDiscreet(t)
}

// refreshTwice returns the last token. The provider revokes a family whose spent refresh token is used again, so the second refresh
// proves that the first has stored the new token.
func (v *walk) refreshTwice(t *testing.T, token string) string {
	t.Helper()
	v.expectGood(t, v.row, token)
	for range 2 {
		token = v.again(t, token)
		v.expectEvidence(t, v.row, []string{v.row.redeem("refresh_token")})
		v.expectGood(t, v.row, token)
	}
	if v.row.token["aud"] == nil { // otherwise it is for another API
		v.use(t, token)
	}
	v.inspect(t)
	return token
}

// again gets another token without a person.
func (v *walk) again(t *testing.T, token string) string {
	t.Helper()
	next := v.home.oauthget(t, "token", v.row.name, "--no-input")
	if next.token(t) == token {
		t.Error("the same token again")
	}
	if v.row.warned == "" {
		next.expectSilence(t)
	} else if strings.Count(next.stderr, "\n") != 1 || !strings.Contains(next.stderr, v.row.warned) {
		t.Errorf("no warning of %s alone: %v", v.row.warned, next)
	}
	v.said = append(v.said, next)
	return next.token(t)
}

// logout revokes the token if the server can, and removes it.
func (v *walk) logout(t *testing.T, token string) {
	t.Helper()
	out := v.home.oauthget(t, "logout", v.row.name)
	if out.status != 0 {
		t.Errorf("logout: %v", out)
	}
	if v.host.revokes {
		v.expectEvidence(t, v.row, []string{line("POST /token/revocation", v.row.how())})
		if v.introspect(t, v.row, token)["active"] != false {
			t.Error("the token lives after the logout")
		}
	}
	v.said = append(v.said, out)
	v.expectDiscreet(t)
}

// expectDiscreet searches the output and the files for every secret that the server has seen.
func (v *walk) expectDiscreet(t *testing.T) {
	t.Helper()
	secrets := v.secrets(t)
	for _, o := range v.said {
		expectNone(t, secrets, "stderr", o.stderr)
	}
	v.home.eachFile(t, func(name, data string) { expectNone(t, secrets, name, name+"\n"+data) })
}
