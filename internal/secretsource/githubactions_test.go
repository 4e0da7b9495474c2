package secretsource

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// readJob reads the identity token of a job for the audience "https://as.example/a&b" from a server.
func readJob(ctx context.Context, address string, client *http.Client) (token.Secret, error) {
	return Read(ctx, config.SecretSource{Key: "assertion_github_actions", Value: "https://as.example/a&b"}, Access{
		HTTP: client,
		LookupEnv: func(name string) (string, bool) {
			value, ok := map[string]string{
				"ACTIONS_ID_TOKEN_REQUEST_URL": address, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-request",
			}[name]
			return value, ok
		},
	})
}

func answering(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestIdentityTokenIsAskedForAsGitHubDocumentsIt(t *testing.T) {
	for query, want := range map[string]string{"?api-version=2.0": "api-version=2.0&", "": ""} {
		got := ""
		address := answering(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Method + " " + r.RequestURI + " " + r.Header.Get("Authorization")
			io.WriteString(w, `{"count":1,"value":"h.canary.s"}`)
		})
		secret, err := readJob(t.Context(), address+"/38/idtoken"+query, endpoint.NewClient(endpoint.Options{}))
		if err != nil || secret.Reveal() != "h.canary.s" {
			t.Errorf("%q: %v", query, err)
		}
		if got != "GET /38/idtoken?"+want+"audience=https%3A%2F%2Fas.example%2Fa%26b Bearer canary-request" {
			t.Errorf("sent %s", got)
		}
	}
}

func TestIdentityTokenThatIsRefusedOrUnfitIsAnError(t *testing.T) {
	stolen := false
	thief := answering(t, func(http.ResponseWriter, *http.Request) { stolen = true })
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int    // of the error
		text   string // in it; empty for an answer that is not to be trusted
	}{
		"no reason":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, 403, "answered 403 Forbidden"},
		"its reason":    {say(http.StatusUnauthorized, `{"message":"canary-request has ended"}`), 401, `401 Unauthorized: "[redacted] has ended"`},
		"a page":        {say(http.StatusBadGateway, `<html>canary-page`), 502, "502 Bad Gateway"},
		"a portal":      {say(http.StatusOK, `<html>canary-page`), 0, ""},
		"no value":      {say(http.StatusOK, `{"count":1}`), 0, ""},
		"an empty one":  {say(http.StatusOK, `{"value":""}`), 0, ""},
		"two values":    {say(http.StatusOK, `{"value":"a.b.c","value":"canary.b.c"}`), 0, ""},
		"two lines":     {say(http.StatusOK, `{"value":"canary\nb"}`), 0, ""},
		"endless":       {say(http.StatusOK, `{"value":"`+strings.Repeat("c", 1<<20)+`"}`), 0, ""},
		"a redirect":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief, http.StatusFound) }, 0, ""},
		"a long detour": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief, http.StatusTemporaryRedirect) }, 0, ""},
	} {
		_, err := readJob(t.Context(), answering(t, c.answer), endpoint.NewClient(endpoint.Options{}))
		e, ok := errors.AsType[*IdentityTokenError](err)
		if !ok || e.Status != c.status || !strings.Contains(e.Error(), c.text) || strings.Contains(e.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
		if _, distrusted := errors.AsType[*untrusted.Error](err); distrusted != (c.text == "") {
			t.Errorf("%s: to be trusted: %v", name, err)
		}
	}
	if stolen {
		t.Error("the request has followed a redirect")
	}
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestIdentityTokenEndpointThatNeverAnswersEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := readJob(ctx, address, endpoint.NewClient(endpoint.Options{}))
	if _, ok := errors.AsType[*IdentityTokenError](err); !ok || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRequestTokenIsSentToNoPlainAddress(t *testing.T) {
	for _, address := range []string{"http://192.0.2.1/idtoken", "canary", "file:///canary", "https://%zz"} {
		_, err := readJob(t.Context(), address, endpoint.NewClient(endpoint.Options{}))
		if e, ok := errors.AsType[*config.Error](err); !ok || !strings.HasSuffix(e.Error(), "is not an https URL") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
