package flow

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/token"
)

func introspecting(url string) *Client {
	server := discovery.Metadata{Issuer: "https://as.example"}
	server.IntrospectionEndpoint = url
	return &Client{
		Profile: config.Profile{ClientID: "conf"}, Server: server, Auth: confidentialClient,
		HTTP: endpoint.NewClient(endpoint.Options{UserAgent: "test"}),
	}
}

func TestIntrospectionIsAuthenticatedAndSaysWhatItIsAbout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if r.Method != http.MethodPost || r.URL.RawQuery != "" || id != "conf" || secret != "canary-secret" ||
			r.PostFormValue("token") != "canary-token" || r.PostFormValue("token_type_hint") != "access_token" ||
			r.Header.Get("Accept") != "application/json" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"active":true,"scope":"a b","exp":1,"sub":"ada"}`))
	}))
	defer server.Close()
	got, err := introspecting(server.URL).Introspect(t.Context(), token.NewSecret("canary-token"), "access_token")
	if err != nil || !got.Active || string(got.Members["scope"]) != `"a b"` || got.Members["active"] != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestIntrospectionAnswersAreDistrusted(t *testing.T) {
	for name, test := range map[string]struct {
		answer canned
		want   string
	}{
		"no JSON":            {canned{200, "text/html", "<html>canary-token"}, "not a JSON object"},
		"a list":             {canned{200, "application/json", "[]"}, "not a JSON object"},
		"null":               {canned{200, "application/json", "null"}, "not a JSON object"},
		"nothing":            {canned{200, "application/json", ""}, "not a JSON object"},
		"without active":     {canned{200, "application/json", `{"Active":true}`}, "active"},
		"active of null":     {canned{200, "application/json", `{"active":null}`}, "active"},
		"active of a string": {canned{200, "application/json", `{"active":"true"}`}, "active"},
		"active twice":       {canned{200, "application/json", `{"active":true,"active":false}`}, "unique names"},
		"a JWT":              {canned{200, "application/token-introspection+jwt; charset=utf-8", "e30.e30."}, "RFC 9701"},
	} {
		t.Run(name, func(t *testing.T) {
			c := introspecting("https://as.example/introspect")
			c.HTTP = &http.Client{Transport: test.answer}
			_, err := c.Introspect(t.Context(), token.NewSecret("canary-token"), "")
			if !isUntrusted(err) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary-") {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestIntrospectionOfATokenThatIsNotActiveTellsNothingElse(t *testing.T) {
	c := introspecting("https://as.example/introspect")
	c.HTTP = &http.Client{Transport: canned{200, "application/json", `{"active":false,"sub":"ada"}`}}
	if got, err := c.Introspect(t.Context(), token.NewSecret("canary-token"), ""); err != nil || got.Active || got.Members != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestIntrospectionThatIsRefusedIsTheServersWord(t *testing.T) {
	c := introspecting("https://as.example/introspect")
	c.HTTP = &http.Client{Transport: canned{401, "application/json", `{"error":"invalid_client","error_description":"not canary-secret, not canary-token"}`}}
	_, err := c.Introspect(t.Context(), token.NewSecret("canary-token"), "access_token")
	if e, ok := errors.AsType[*ServerError](err); !ok || e.Code != "invalid_client" || strings.Contains(err.Error(), "canary-") {
		t.Errorf("%v", err)
	}
	c.Server.IntrospectionEndpoint = ""
	if _, err := c.Introspect(t.Context(), token.NewSecret("canary-token"), ""); !errors.Is(err, ErrNoIntrospection) {
		t.Errorf("%v", err)
	}
}
