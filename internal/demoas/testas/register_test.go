package testas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/demoas"
)

func register(t *testing.T, r *Running, body string, token string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Issuer()+"/register", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return send(t, req)
}

const nativeClient = `{"redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none",` +
	`"grant_types":["authorization_code","refresh_token"],"client_name":"A <Tool>"}`

func withToken(t *testing.T, method, target, token string) answer {
	t.Helper()
	req := request(t, method, target, nil)
	req.Header.Set("Authorization", "Bearer "+token)
	return send(t, req)
}

func TestClientsRegisterThemselves(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{Registration: true}})
	a := register(t, r, nativeClient, "")
	a.wantStatus(t, http.StatusCreated)
	info := a.json(t)
	id := text(t, info, "client_id")
	if info["client_secret"] != nil || info["client_name"] != "A <Tool>" || !strings.HasPrefix(text(t, info, "registration_access_token"), "canary-") {
		t.Errorf("answer %v", info)
	}
	set := redeem(t, r, newCode(t, r, "client_id", id), "client_id", id).tokens(t)
	set = refresh(t, r, set.Refresh, "client_id", id).tokens(t)

	a = register(t, r, `{"redirect_uris":["http://127.0.0.1/callback"]}`, "")
	info2 := a.json(t)
	secret := text(t, info2, "client_secret")
	if !strings.HasPrefix(secret, "canary-") || info2["token_endpoint_auth_method"] != demoas.AuthClientSecretBasic || info2["client_secret_expires_at"] != 0.0 {
		t.Errorf("answer %v", info2)
	}
	req := request(t, http.MethodPost, r.Issuer()+"/token", change(codeForm(newCode(t, r, "client_id", text(t, info2, "client_id"))), []string{"client_id", ""}))
	req.SetBasicAuth(url.QueryEscape(text(t, info2, "client_id")), url.QueryEscape(secret))
	if set := send(t, req).tokens(t); set.Refresh != "" {
		t.Error("a refresh token without the grant type")
	}

	where, token := text(t, info, "registration_client_uri"), text(t, info, "registration_access_token")
	if diff := cmp.Diff(info, withToken(t, http.MethodGet, where, token).json(t)); diff != "" {
		t.Error(diff)
	}
	for name, wrong := range map[string]string{"another token": "x", "another client's": text(t, info2, "registration_access_token")} {
		t.Log(name)
		withToken(t, http.MethodGet, where, wrong).wantStatus(t, http.StatusUnauthorized)
		withToken(t, http.MethodDelete, where, wrong).wantStatus(t, http.StatusUnauthorized)
	}
	withToken(t, http.MethodDelete, where, token).wantStatus(t, http.StatusNoContent)
	withToken(t, http.MethodGet, where, token).wantStatus(t, http.StatusUnauthorized)
	refresh(t, r, set.Refresh, "client_id", id).wantError(t, http.StatusUnauthorized, "invalid_client")
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
}

func TestBadRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Registration: true, ClientAssertions: true}})
	for name, tt := range map[string]struct{ want, body string }{
		"not JSON":            {"invalid_client_metadata", `x`},
		"not an object":       {"invalid_client_metadata", `[]`},
		"no redirect URIs":    {"invalid_redirect_uri", `{}`},
		"a script":            {"invalid_redirect_uri", `{"redirect_uris":["javascript:alert(1)"]}`},
		"http elsewhere":      {"invalid_redirect_uri", `{"redirect_uris":["http://evil.example/"]}`},
		"a fragment":          {"invalid_redirect_uri", `{"redirect_uris":["https://app.example/#x"]}`},
		"unknown method":      {"invalid_client_metadata", `{"redirect_uris":["https://app.example/"],"token_endpoint_auth_method":"magic"}`},
		"keys that are none":  {"invalid_client_metadata", `{"redirect_uris":["https://app.example/"],"token_endpoint_auth_method":"private_key_jwt"}`},
		"a symmetric key":     {"invalid_client_metadata", `{"redirect_uris":["https://app.example/"],"jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}}`},
		"unknown grant type":  {"invalid_client_metadata", `{"redirect_uris":["https://app.example/"],"grant_types":["password"]}`},
		"other response type": {"invalid_client_metadata", `{"redirect_uris":["https://app.example/"],"response_types":["token"]}`},
	} {
		t.Run(name, func(t *testing.T) { register(t, r, tt.body, "").wantError(t, http.StatusBadRequest, tt.want) })
	}
	post(t, r.Issuer()+"/register", url.Values{"redirect_uris": {"x"}}).wantError(t, http.StatusBadRequest, "invalid_client_metadata")
	register(t, start(t, Config{}), nativeClient, "").wantStatus(t, http.StatusNotFound)
}

func TestRegistrationMayNeedAToken(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Registration: true, InitialAccessToken: "canary-initial"}})
	register(t, r, nativeClient, "").wantError(t, http.StatusUnauthorized, "invalid_token")
	register(t, r, nativeClient, "canary-other").wantError(t, http.StatusUnauthorized, "invalid_token")
	register(t, r, nativeClient, "canary-initial").wantStatus(t, http.StatusCreated)
}

func TestRegistrationFaults(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Registration: true}})
	with := func(f Faults) answer {
		r.SetFaults(f)
		return register(t, r, nativeClient, "")
	}
	with(Faults{RegistrationError: "invalid_software_statement"}).wantError(t, http.StatusBadRequest, "invalid_software_statement")
	with(Faults{RegistrationStatus: 403}).wantStatus(t, 403)
	if got, there := with(Faults{RegistrationOmitClientID: true}).json(t)["client_id"]; there {
		t.Errorf("client_id %v", got)
	}
	got, _ := with(Faults{RegistrationRedirectURIs: []string{"https://evil.example/"}}).json(t)["redirect_uris"].([]any)
	if len(got) != 1 || got[0] != "https://evil.example/" {
		t.Errorf("redirect_uris %v", got)
	}
	if a := with(Faults{RegistrationHTML: true}); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("type %q", a.header.Get("Content-Type"))
	}
}
