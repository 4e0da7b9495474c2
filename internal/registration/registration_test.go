package registration

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const redirectURI = "http://127.0.0.1:8400/callback"

// registerAt registers at a server that answers with status and body, in which $URL stands for its own.
func registerAt(t *testing.T, methods []string, status int, body string) (token.Registration, map[string]any, error) {
	t.Helper()
	var sent map[string]any
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s, %v", r.Method, err)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, strings.ReplaceAll(body, "$URL", server.URL))
	}))
	defer server.Close()
	s := Server{Issuer: "https://as.example", Endpoint: server.URL, AuthMethods: methods}
	r, err := Register(t.Context(), endpoint.NewClient(endpoint.Options{}), s, Native("authorization_code", []string{redirectURI}, s.Method(false), nil))
	return r, sent, err
}

// Some servers refuse members that they do not know.
func TestRegistrationSendsNoMoreThanItTakes(t *testing.T) {
	r, sent, err := registerAt(t, []string{"client_secret_basic", "none"}, http.StatusCreated, `{"client_id":"c1"}`)
	want := map[string]any{
		"client_name": "oauthget", "application_type": "native", "redirect_uris": []any{redirectURI},
		"grant_types": []any{"authorization_code", "refresh_token"}, "response_types": []any{"code"}, "token_endpoint_auth_method": "none",
	}
	if diff := cmp.Diff(want, sent); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if r.ClientID != "c1" || r.AuthMethod != "none" || r.RedirectURI != redirectURI || r.Issuer != "https://as.example" {
		t.Errorf("%+v", r)
	}
}

func TestServerWithoutPublicClientsGivesASecret(t *testing.T) {
	r, sent, err := registerAt(t, []string{"client_secret_post", "client_secret_basic"}, http.StatusOK,
		`{"client_id":"c1","client_secret":"canary-s","client_secret_expires_at":1900000000,"registration_client_uri":"$URL/c1","registration_access_token":"canary-t"}`)
	if err != nil || sent["token_endpoint_auth_method"] != "client_secret_basic" || r.AuthMethod != "client_secret_basic" {
		t.Fatalf("%v, %v, %+v", err, sent, r)
	}
	if r.ClientSecret.Reveal() != "canary-s" || r.SecretExpiry.Unix() != 1900000000 || !strings.HasSuffix(r.ManagementURI, "/c1") || r.ManagementToken.Reveal() != "canary-t" {
		t.Error("something of the answer is missing")
	}
	if text := fmt.Sprintf("%+v %v", r, r); strings.Contains(text, "canary") {
		t.Errorf("a secret is printed: %s", text)
	}
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"refused":             {400, `{"error":"invalid_redirect_uri","error_description":"no \u001b[31mports"}`, `invalid_redirect_uri: "no`},
		"forbidden":           {403, "", "403 Forbidden"},
		"a page":              {200, "<html>", "not a client information response"},
		"no client_id":        {201, `{}`, "no client_id"},
		"a secret is missing": {201, `{"client_id":"c","token_endpoint_auth_method":"client_secret_basic"}`, "no client_secret"},
		"client_id twice":     {201, `{"client_id":"c","client_id":"d"}`, "not a client information response"},
		"an unknown method":   {201, `{"client_id":"c","token_endpoint_auth_method":"pigeon","client_secret":"canary-s"}`, `"pigeon", which it cannot do`},
		"a key is missing":    {201, `{"client_id":"c","token_endpoint_auth_method":"private_key_jwt"}`, "which it cannot do"},
		"odd client_id":       {201, `{"client_id":"c\u202ed"}`, "not of printable ASCII"},
		"odd types":           {201, `{"client_id":["c"]}`, "not a client information response"},
		"too long":            {201, `{"client_id":"c","client_secret":"` + strings.Repeat("c", maxText+1) + `"}`, "a value of the answer is longer than"},
		"long client_id":      {201, `{"client_id":"` + strings.Repeat("c", maxClientID+1) + `"}`, "the client_id of the answer is longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := registerAt(t, nil, c.status, c.body)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("%v, want %q", err, c.want)
			}
			_, refused := errors.AsType[*RefusedError](err)
			_, bad := errors.AsType[*untrusted.Error](err)
			if refused != (c.status >= 400) || bad == refused {
				t.Errorf("%T", err)
			}
		})
	}
}

// The registration access token goes to the address in the answer: to the server, over TLS, or nowhere.
func TestManagementElsewhereIsNotUsed(t *testing.T) {
	for _, uri := range []string{"http://as.example/c1", "/c1", "https://u:p@as.example/c1", "x"} {
		r, _, err := registerAt(t, nil, 201, `{"client_id":"c","registration_client_uri":"`+uri+`","registration_access_token":"canary-t"}`)
		if err != nil || r.ManagementURI != "" || !r.ManagementToken.Empty() {
			t.Errorf("%s: %v, %+v", uri, err, r)
		}
	}
}

func TestRemoveDeletesTheClient(t *testing.T) {
	deleted := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && r.Header.Get("Authorization") == "Bearer canary-t" {
			deleted++
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	client := endpoint.NewClient(endpoint.Options{})
	if there, err := Remove(t.Context(), client, token.Registration{}); there || err != nil {
		t.Errorf("without management: %v, %v", there, err)
	}
	r := token.Registration{ManagementURI: server.URL, ManagementToken: token.NewSecret("canary-t")}
	if there, err := Remove(t.Context(), client, r); !there || err != nil || deleted != 1 {
		t.Errorf("%v, %v", there, err)
	}
	r.ManagementToken = token.NewSecret("canary-other")
	if there, err := Remove(t.Context(), client, r); there || err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v, %v", there, err)
	}
}

func TestStoredRegistrationIsReadAgain(t *testing.T) {
	r := token.Registration{Issuer: "https://as.example", ClientID: "c", ClientSecret: token.NewSecret("canary-s"), AuthMethod: "client_secret_basic", RedirectURI: redirectURI}
	data, err := token.Set{Registration: &r}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	set, err := token.Unmarshal(data)
	if err != nil || set.Registration == nil || set.Registration.ClientSecret.Reveal() != "canary-s" || set.Registration.RedirectURI != redirectURI {
		t.Errorf("%v, %+v", err, set.Registration)
	}
}
