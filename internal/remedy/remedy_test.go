package remedy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestLackOfTheServersSaysWhomToAskAndWhatDemandsIt(t *testing.T) {
	status, hints := Of(&untrusted.Error{Err: &flow.ServerLacksError{}}, Command{Path: "oauthget token", Now: time.Now()})
	if status != StatusServer || len(hints) != 1 || !strings.Contains(hints[0], "ask those who run the server") ||
		!strings.Contains(hints[0], "security_profile") {
		t.Errorf("status %d, %q", status, hints)
	}
}

func TestWrongClockIsHintedAtWhereItExplainsTheRefusal(t *testing.T) {
	at := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		code  string
		clock time.Time
		want  string // the hint; empty for none
	}{
		"two hours behind": {"invalid_client", at.Add(-2 * time.Hour), "set this computer's clock: it is 2h0m0s behind the server's"},
		"ahead":            {"invalid_client", at.Add(5 * time.Minute), "set this computer's clock: it is 5m0s ahead of the server's"},
		"a minute":         {"invalid_client", at.Add(time.Minute), ""},
		"nothing of time":  {"invalid_scope", at.Add(-2 * time.Hour), ""},
		"a code":           {"invalid_grant", at.Add(-2 * time.Hour), ""},
	} {
		status, hints := Of(&flow.ServerError{Op: "redeem code", Code: c.code, Date: at, Endpoint: "token_endpoint", Auth: clientauth.PrivateKeyJWT, Grant: config.GrantAuthorizationCode}, Command{Path: "oauthget token", Now: c.clock})
		if status != StatusServer {
			t.Errorf("%s: status %d", name, status)
		}
		if got := hints[0]; (got == c.want) != (c.want != "") || strings.Contains(got, "set this computer's clock") != (c.want != "") {
			t.Errorf("%s: %q", name, got)
		}
	}
	// A secret has no time.
	secret := &flow.ServerError{Op: "redeem code", Code: "invalid_client", Date: at, Endpoint: "token_endpoint", Auth: clientauth.Basic}
	if _, hints := Of(secret, Command{Path: "oauthget token", Now: at.Add(time.Hour)}); strings.Contains(hints[0], "clock") {
		t.Errorf("a secret: %q", hints)
	}
	silent := &flow.ServerError{Op: "redeem code", Code: "invalid_client"}
	if _, hints := Of(silent, Command{Path: "oauthget token", Now: time.Now()}); strings.Contains(hints[0], "clock") {
		t.Errorf("a server that tells no time: %q", hints)
	}
}

func TestHintsNameTheProfileInWhichItFailed(t *testing.T) {
	inner := &session.Error{Profile: config.Profile{Name: "ada"}, Words: []string{"ada", "--account", "o'hara"}, Err: fmt.Errorf("nothing usable is stored: %w", tokensource.ErrInteractionRequired)}
	outer := &session.Error{Profile: config.Profile{Name: "api"}, Err: fmt.Errorf("get subject token: %w", inner)}
	for name, c := range map[string]struct {
		err     error
		command string
		want    []string
	}{
		"one profile":       {inner, "oauthget token", []string{`oauthget login ada --account 'o'\''hara'`}},
		"another's token":   {outer, "oauthget token", []string{`oauthget login ada --account 'o'\''hara'`}},
		"login itself":      {inner, "oauthget login", []string{"run the command without --no-input, where a person can act"}},
		"a hint of its own": {hint.With(inner, "add --no-browser"), "oauthget token", []string{"add --no-browser"}},
		"nothing is stored": {&session.Error{Profile: config.Profile{Name: "ada", Store: "none"}, Words: []string{"ada"}, Err: inner.Err}, "oauthget token", []string{"run the command without --no-input, where a person can act"}},
	} {
		if status, hints := Of(c.err, Command{Path: c.command, Now: time.Now()}); status != StatusInteraction || !slices.Equal(hints, c.want) {
			t.Errorf("%s: status %d, %q", name, status, hints)
		}
	}
}

func TestCommandsInHintsMeanTheSameToken(t *testing.T) {
	profile := config.Profile{Name: "my work", Account: "ada"}
	words := []string{"my work", "--account", "ada", "--scope", "a b", "--config", "o.toml"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&session.MissingTokenError{}, "oauthget login 'my work' --account ada --scope 'a b' --config o.toml"},
		{dpop.ErrKeyLost, "oauthget login 'my work' --account ada --scope 'a b' --config o.toml"},
		{&flow.OtherUserError{}, "oauthget login 'my work' --account ada --scope 'a b' --config o.toml --as-other"},
		{&store.Error{Reason: store.Unreadable}, "oauthget logout 'my work' --account ada --config o.toml"},
		{&store.Error{Reason: store.WrongPassphrase}, "oauthget logout 'my work' --account ada --config o.toml"},
	} {
		command := Command{Path: "oauthget token", ConfigFile: "o.toml"}
		_, hints := Of(&session.Error{Profile: profile, Words: words, Err: c.err}, command)
		if !strings.HasSuffix(hints[0], ": "+c.want) && !strings.HasSuffix(hints[len(hints)-1], ": "+c.want) {
			t.Errorf("%T: %q, want %s", c.err, hints, c.want)
		}
	}
	flags := []string{"--issuer", "https://as.example"}
	if _, hints := Of(&session.Error{Words: flags, Err: &store.Error{Reason: store.Unreadable}}, Command{}); !strings.HasSuffix(hints[0], ": oauthget logout --issuer https://as.example") {
		t.Errorf("by flags alone: %q", hints)
	}
	if _, hints := Of(&store.Error{Reason: store.Unreadable}, Command{}); !strings.HasSuffix(hints[0], ": oauthget logout NAME") {
		t.Errorf("of no profile: %q", hints)
	}
}

func TestRefusalNamesTheLineOfTheProfile(t *testing.T) {
	p, origins, err := config.Resolve(config.Input{Flags: map[string][]string{
		"issuer": {"https://as.example"}, "client_id": {"cli"}, "scopes": {"a b"},
	}, LookupEnv: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	refused := &flow.ServerError{Op: "redeem code", Code: "invalid_scope"}
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"of a profile": {&session.Error{Profile: p, Origins: origins, Err: refused}, []string{
			"compare a b with the scopes that the server knows and this client may have", "scopes = a b, from flag --scope",
		}},
		"of none": {refused, []string{"compare scopes with the scopes that the server knows and this client may have"}},
	} {
		if status, hints := Of(c.err, Command{Path: "oauthget token", Now: time.Now()}); status != StatusServer || !slices.Equal(hints, c.want) {
			t.Errorf("%s: status %d, %q", name, status, hints)
		}
	}
}

func TestMissingNonceIsRemediedWithPKCEAlone(t *testing.T) {
	for pkce, want := range map[bool]string{
		true:  "set nonce = false: PKCE still binds the code to the login",
		false: "set nonce = false and pkce = true",
	} {
		err := &session.Error{Profile: config.Profile{PKCE: pkce}, Err: &untrusted.Error{Op: "validate ID token", Err: idtoken.ErrNoNonce}}
		if status, hints := Of(err, Command{Path: "oauthget token", Now: time.Now()}); status != StatusServer || len(hints) != 1 || !strings.Contains(hints[0], want) {
			t.Errorf("status %d, %q", status, hints)
		}
	}
}

func TestEveryErrorHasAHintAndNoMoreThanTwo(t *testing.T) {
	for _, err := range []error{errors.New("x"), hint.Usagef("x"), hint.With(errors.New("x"), "1", "2", "3"), hint.With(errors.New("x"))} {
		if _, hints := Of(err, Command{Path: "oauthget token", Now: time.Now()}); len(hints) < 1 || len(hints) > 2 {
			t.Errorf("%v: %q", err, hints)
		}
	}
}

func TestRefusalWithoutACodeIsHintedAtByItsStatus(t *testing.T) {
	for _, c := range []struct {
		status                int
		endpoint, description string
		want                  string
	}{
		{503, "token_endpoint", "", "try again later"},
		{500, "token_endpoint", "invalid client secret", "try again later"},
		{429, "token_endpoint", "", "try again later"},
		{401, "token_endpoint", "", "compare client_id, the client secret"},
		{403, "token_endpoint", "", "compare client_id, the client secret"},
		{400, "token_endpoint", "invalid client secret", "the server wants a client secret"},
		{400, "token_endpoint", "redirect_uri does not match", "register the redirect URI"},
		{401, "userinfo_endpoint", "", "oauthget token NAME --force"},
		{404, "token_endpoint", "", "compare token_endpoint with"},
		{405, "device_authorization_endpoint", "", "compare device_authorization_endpoint with"},
		{415, "token_endpoint", "", `no form-encoded token requests: set token_request_format = "json"`},
		{415, "revocation_endpoint", "", "no form-encoded requests"},
		{400, "token_endpoint", "no", "compare the profile with what the server says"},
		{400, "token_endpoint", "", "--trace"},
	} {
		e := &flow.ServerError{Op: "redeem code", Endpoint: c.endpoint, Status: c.status, Description: c.description}
		status, hints := Of(e, Command{Path: "oauthget token", Now: time.Now()})
		if status != StatusServer || !strings.Contains(hints[0], c.want) || strings.Contains(hints[0], "later") != (c.status == 429 || c.status >= 500) {
			t.Errorf("%d %s %q: status %d, %q", c.status, c.endpoint, c.description, status, hints)
		}
	}
}
