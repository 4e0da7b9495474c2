package remedy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// TestRefusalIsRemediedByWhatTheClientHas holds the advice on refused requests to what the profile has and what was sent.
func TestRefusalIsRemediedByWhatTheClientHas(t *testing.T) {
	public := map[string][]string{"issuer": {"https://as.example"}, "client_id": {"cli"}, "scopes": {"a"}}
	with := func(key, value string) map[string][]string {
		flags := map[string][]string{key: {value}}
		for k, v := range public {
			flags[k] = v
		}
		return flags
	}
	secret := with("client_secret_env", "CLI_SECRET")
	const (
		token = "token_endpoint"
		push  = "pushed_authorization_request_endpoint"
	)
	at := func(endpoint string, status int, code, description string, auth clientauth.Method) *flow.ServerError {
		return &flow.ServerError{Op: "redeem code", Endpoint: endpoint, Status: status, Code: code, Description: description, Auth: auth}
	}
	pushed := at(push, 400, "invalid_request", "", clientauth.Basic)
	pushed.Op = flow.OpPush
	for name, c := range map[string]struct {
		flags  map[string][]string
		err    *flow.ServerError
		status int
		want   []string // each hint has its text
	}{
		// The client secret: which one, or that there is none.
		"wrong secret":           {secret, at(token, 401, "invalid_client", "Invalid client secret", clientauth.Basic), 6, []string{"not the one that the server has for cli", "client_secret_env = CLI_SECRET, from flag --client-secret-env"}},
		"secret wanted":          {public, at(token, 401, "invalid_client", "Invalid client secret", clientauth.None), 6, []string{"the profile has no client secret", "client_secret_command"}},
		"bare, with a secret":    {secret, at(token, 401, "invalid_client", "", clientauth.Basic), 6, []string{"compare client_id cli and the client secret", "client_secret_env = CLI_SECRET"}},
		"bare, sent in Basic":    {secret, at(token, 401, "invalid_client", "", clientauth.Basic), 6, []string{`token_endpoint_auth_method = "client_secret_post"`}},
		"bare, sent in the form": {secret, at(token, 401, "invalid_client", "", clientauth.Post), 6, []string{`token_endpoint_auth_method = "client_secret_basic"`}},
		"bare, public":           {public, at(token, 401, "invalid_client", "", clientauth.None), 6, []string{"compare client_id cli", "client_id = cli, from flag --client-id"}},
		"bare, with a key":       {with("client_key_file", "/k"), at(token, 401, "invalid_client", "", clientauth.PrivateKeyJWT), 6, []string{"the client's key", "client_key_file = /k"}},
		"bare, in the browser":   {secret, at("", 0, "invalid_client", "", ""), 6, []string{"compare client_id", "client_id = cli"}},

		// A server that does not read the Authorization header.
		"Basic is ignored":              {secret, at(token, 400, "invalid_request", "Missing required parameter: client_id", clientauth.Basic), 6, []string{`set token_endpoint_auth_method = "client_secret_post"`}},
		"Basic is ignored, in words":    {secret, at(token, 400, "", "client_id is required", clientauth.Basic), 6, []string{`set token_endpoint_auth_method = "client_secret_post"`}},
		"Basic is ignored, as a client": {secret, at(token, 401, "invalid_client", "client_id missing", clientauth.Basic), 6, []string{`set token_endpoint_auth_method = "client_secret_post"`}},
		"no client_id in the form":      {secret, at(token, 400, "invalid_request", "client_id is invalid", clientauth.Post), 6, []string{"compare client_id cli"}},
		"client_id in the browser":      {public, at("", 0, "invalid_request", "invalid client_id", ""), 6, []string{"compare client_id cli"}},
		"secret is missing":             {public, at(token, 400, "invalid_request", "client_secret is missing.", clientauth.None), 6, []string{"the profile has no client secret"}},
		"secret is missing, in Basic":   {secret, at(token, 400, "invalid_request", "client_secret is missing.", clientauth.Basic), 6, []string{`set token_endpoint_auth_method = "client_secret_post"`}},

		// Codes that mean another thing.
		"Auth0, bad secret":              {secret, at(token, 401, "access_denied", "Unauthorized", clientauth.Post), 6, []string{"compare client_id cli and the client secret"}},
		"Auth0, no grant":                {secret, at(token, 403, "access_denied", "Client is not authorized", clientauth.Post), 5, []string{"allow"}},
		"Keycloak, bad secret":           {secret, at(token, 401, "unauthorized_client", "Invalid client or Invalid client credentials", clientauth.Basic), 6, []string{"compare client_id cli and the client secret"}},
		"X, no secret":                   {public, at(token, 401, "unauthorized_client", "Missing valid authorization header", clientauth.None), 6, []string{"the profile has no client secret"}},
		"Gitea, bad secret":              {secret, at(token, 400, "unauthorized_client", "invalid client secret", clientauth.Basic), 6, []string{"not the one that the server has"}},
		"Gitea, another scope":           {public, at("", 0, "server_error", "a grant exists with different scope", ""), 6, []string{"revoke this application's access"}},
		"LinkedIn, login":                {public, at("", 0, "user_cancelled_login", "The user cancelled LinkedIn login", ""), 5, []string{"run the command again and allow the access"}},
		"LinkedIn, consent":              {public, at("", 0, "user_cancelled_authorize", "", ""), 5, []string{"run the command again and allow the access"}},
		"Facebook":                       {public, at("", 0, "user_denied", "", ""), 5, []string{"run the command again and allow the access"}},
		"Entra, device":                  {public, at(token, 400, "authorization_declined", "", clientauth.None), 5, []string{"run the command again and allow the access"}},
		"Okta, not assigned":             {public, at("", 0, "access_denied", "User is not assigned to the client application.", ""), 5, []string{"have an administrator assign you to the application"}},
		"invalid_grant about scope":      {public, at(token, 400, "invalid_grant", "The requested scope is not granted", clientauth.None), 6, []string{"compare a with the scopes", "scopes = a"}},
		"Entra, a parameter":             {secret, at(token, 400, "invalid_request", "AADSTS900144: The request body must contain the following parameter: 'client_id'.", clientauth.Basic), 6, []string{`"client_secret_post"`}},
		"Entra, scope":                   {public, at(token, 400, "invalid_request", "AADSTS900144: The request body must contain the following parameter: 'scope'.", clientauth.None), 6, []string{"set scopes"}},
		"Entra, another parameter":       {public, at(token, 400, "invalid_request", "AADSTS900144: The request body must contain the following parameter: 'x'.", clientauth.None), 6, []string{"token_parameters"}},
		"Entra, PKCE":                    {public, at(token, 400, "invalid_request", "AADSTS9002325: Proof Key for Code Exchange is required.", clientauth.None), 6, []string{"remove pkce = false"}},
		"Entra, personal accounts":       {public, at("", 0, "unauthorized_client", "AADSTS9002331: Application is configured for use by Microsoft Account users only.", ""), 6, []string{"9188040d-6c67-4c5b-b112-36a304b66dad"}},
		"the same code, without a cause": {public, at(token, 400, "unauthorized_client", "", clientauth.None), 6, []string{"allow this client the grant"}},

		// PKCE: what the server wants of it, the profile decides.
		"PKCE is on":  {public, at("", 0, "invalid_request", "PKCE is not supported", ""), 6, []string{"set pkce = false"}},
		"PKCE is off": {with("pkce", "false"), at("", 0, "invalid_request", "code_challenge required", ""), 6, []string{"remove pkce = false", "pkce = false, from flag --pkce"}},

		// The same words mean a parameter, or somebody.
		"resource":       {public, at("", 0, "invalid_request", "unknown resource", ""), 6, []string{"set resource to"}},
		"resource owner": {public, at("", 0, "invalid_request", "no such resource owner", ""), 6, []string{"compare the redirect URI"}},

		// A refused push: whole hints, which name what may be wrong.
		"push, without a word": {secret, pushed, 6, []string{"compare the redirect URI http://127.0.0.1/callback", "client_secret_env = CLI_SECRET"}},
	} {
		profile, origins, err := config.Resolve(config.Input{Flags: c.flags, LookupEnv: func(string) (string, bool) { return "", false }})
		if err != nil {
			t.Fatal(err)
		}
		status, hints := Of(&session.Error{Profile: profile, Origins: origins, Words: []string{"work"}, Err: c.err}, Command{Path: "oauthget token", Now: time.Now()})
		all := strings.Join(hints, "\n")
		for _, want := range c.want {
			if !strings.Contains(all, want) || strings.Contains(all, "--trace") {
				t.Errorf("%s: %q, want %q", name, hints, want)
			}
		}
		if status != c.status {
			t.Errorf("%s: status %d", name, status)
		}
		for _, hint := range hints {
			if strings.HasPrefix(hint, "or ") {
				t.Errorf("%s: %q is not a whole hint", name, hint)
			}
		}
	}
}

// TestHintsLeadInNoCircle holds the hints of a command not to name the command that has just failed.
func TestHintsLeadInNoCircle(t *testing.T) {
	profile := config.Profile{Name: "work", Grant: config.GrantAuthorizationCode}
	for _, r := range table() {
		if !strings.Contains(r.text, "{login}") {
			continue
		}
		err := &flow.ServerError{Code: r.code, Description: r.in, Status: max(r.status, 400)}
		for path, want := range map[string]string{"oauthget login": "run the command again", "oauthget token": "oauthget login work"} {
			_, hints := Of(&session.Error{Profile: profile, Words: []string{"work"}, Err: err}, Command{Path: path, Now: time.Now()})
			if !strings.Contains(hints[0], want) || path == "oauthget login" && strings.Contains(hints[0], "oauthget login") {
				t.Errorf("%s %s%s: %q", path, r.code, r.in, hints)
			}
		}
	}
	if _, hints := Of(&session.Error{Profile: profile, Words: []string{"work"}, Err: &store.Error{Reason: store.NoBus}}, Command{Path: "oauthget login"}); slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(h, "oauthget login work --store none") }) {
		t.Errorf("login keeps what it obtains: %q", hints)
	}
}

// TestWhatIsNotBelievedHasARemedy holds errors whose cause is known to a hint that is something to do.
func TestWhatIsNotBelievedHasARemedy(t *testing.T) {
	profile := config.Profile{Name: "work", ClientID: "cli", Grant: config.GrantAuthorizationCode, Scopes: []string{"openid"}, PKCE: true}
	for want, err := range map[string]error{
		"authorization_endpoint, token_endpoint and jwks_uri":   flow.ErrNoIssuer,
		"compare client_id cli":                                 &idtoken.AudienceError{},
		`set issuer = "https://other.example", and`:             &idtoken.IssuerError{Got: "https://other.example"},
		"without encrypting":                                    idtoken.ErrEncrypted,
		"remove what asks for it":                               &idtoken.LacksError{Claim: "acr"},
		"compare token_endpoint":                                &flow.NoTokenResponseError{},
		"set the endpoint in the profile":                       &endpoint.RedirectError{},
		"log in at the new address: oauthget login work":        flow.ErrEndpointMoved,
		"allow this client ID Tokens":                           flow.ErrNoIDToken,
		"set pushed_authorization_request_endpoint in the prof": &discovery.MemberError{Name: "pushed_authorization_request_endpoint"},
	} {
		status, hints := Of(&session.Error{Profile: profile, Words: []string{"work"}, Err: &untrusted.Error{Op: "x", Err: err}}, Command{Path: "oauthget token", Now: time.Now()})
		if status != StatusServer || !strings.Contains(hints[0], want) {
			t.Errorf("%v: status %d, %q, want %q", err, status, hints, want)
		}
	}
}
