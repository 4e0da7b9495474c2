package discovery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// server answers each path with what a test put there and records the requests in order.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string
	answers map[string]http.HandlerFunc
}

func newServer(t *testing.T) *server {
	s := &server{answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		answer := s.answers[r.URL.Path]
		s.mu.Unlock()
		// "queried using an HTTP GET request" RFC 8414 §3.1
		if answer == nil || r.Method != http.MethodGet {
			http.NotFound(w, r)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// publish puts metadata of issuer at path, with more members appended.
func (s *server) publish(path, issuer, more string) {
	s.answers[path] = body("application/json", fmt.Sprintf(`{"issuer":%q,"token_endpoint":%q%s}`, issuer, s.URL+"/token", more))
}

func body(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(text))
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func (s *server) client() Client { return Client{HTTP: s.Client()} }

// wantUntrusted fails unless err is an *untrusted.Error in one line that contains want.
func wantUntrusted(t *testing.T, err error, want string) {
	t.Helper()
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		t.Fatalf("error %v (%T), want an *untrusted.Error", err, err)
	}
	if !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Fatalf("error %q, want one line with %q", err, want)
	}
}

func TestFetchAsksEveryPlaceInOrder(t *testing.T) {
	for _, issuerPath := range []string{"", "/"} {
		s := newServer(t)
		_, err := s.client().Fetch(t.Context(), s.URL+issuerPath, false)
		nf, ok := errors.AsType[*NotFoundError](err)
		if !ok {
			t.Fatalf("error %v, want a *NotFoundError", err)
		}
		want := []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}
		if diff := cmp.Diff(want, s.questions()); diff != "" {
			t.Error(diff)
		}
		if len(nf.Tried) != 2 || nf.Tried[0] != (Attempt{s.URL + want[0], "404 Not Found"}) {
			t.Errorf("tried %v", nf.Tried)
		}
	}
	for _, issuerPath := range []string{"/tenant/one", "/tenant/one/"} {
		s := newServer(t)
		_, err := s.client().Fetch(t.Context(), s.URL+issuerPath, false)
		if _, ok := errors.AsType[*NotFoundError](err); !ok || !strings.Contains(err.Error(), "404 Not Found") {
			t.Fatalf("error %v, want a *NotFoundError", err)
		}
		want := []string{
			"/tenant/one/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/tenant/one",
			"/tenant/one/.well-known/oauth-authorization-server", "/.well-known/openid-configuration/tenant/one",
		}
		if diff := cmp.Diff(want, s.questions()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestFetchFindsMetadataAtEachPlace(t *testing.T) {
	for _, place := range []string{
		"/t/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/t",
		"/t/.well-known/oauth-authorization-server", "/.well-known/openid-configuration/t",
	} {
		s := newServer(t)
		s.publish(place, s.URL+"/t", "")
		m, err := s.client().Fetch(t.Context(), s.URL+"/t", false)
		if err != nil {
			t.Fatal(err)
		}
		if m.Source != s.URL+place || m.TokenEndpoint != s.URL+"/token" {
			t.Errorf("got %s from %s, want it from %s", m.TokenEndpoint, m.Source, place)
		}
	}
}

func TestFetchKeepsTenantsApart(t *testing.T) {
	s := newServer(t)
	for _, tenant := range []string{"a", "b"} {
		s.publish("/"+tenant+"/.well-known/openid-configuration", s.URL+"/"+tenant, `,"scopes_supported":["`+tenant+`"]`)
	}
	c := s.client()
	c.CacheDir = t.TempDir()
	for range 2 { // from the network, then from the cache
		for _, tenant := range []string{"a", "b"} {
			m, err := c.Fetch(t.Context(), s.URL+"/"+tenant, false)
			if err != nil || m.ScopesSupported[0] != tenant {
				t.Fatalf("tenant %s: %v, %v", tenant, m.ScopesSupported, err)
			}
		}
	}
}

func TestFetchGoesOnWhereThereIsNoDocument(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"not found":         status(http.StatusNotFound),
		"unauthorized":      status(http.StatusUnauthorized),
		"HTML":              body("text/html; charset=utf-8", "<!doctype html><title>Sign in</title>"),
		"HTML as JSON":      body("application/json", "\n <html>"),
		"plain text":        body("text/plain", "ok"),
		"nothing":           body("application/json", ""),
		"JSON array":        body("application/json", `[]`),
		"null":              body("application/json", `null`),
		"an error document": body("application/json", `{"error":"not_found"}`),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answers[openIDConfiguration] = answer
			s.publish(oauthServer, s.URL, "")
			if m, err := s.client().Fetch(t.Context(), s.URL, false); err != nil || m.Source != s.URL+oauthServer {
				t.Errorf("source %q, error %v", m.Source, err)
			}
		})
	}
}

func TestFetchTakesMetadataOfStatus200Alone(t *testing.T) {
	for _, code := range []int{http.StatusNonAuthoritativeInfo, http.StatusNotFound} {
		s := newServer(t)
		s.answers[openIDConfiguration] = func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			body("application/json", `{"issuer":"`+s.URL+`"}`)(w, r)
		}
		s.publish(oauthServer, s.URL, "")
		if m, err := s.client().Fetch(t.Context(), s.URL, false); err != nil || m.Source != s.URL+oauthServer {
			t.Errorf("%d: source %q, error %v", code, m.Source, err)
		}
	}
}

func TestFetchTakesJSONUnderAnyContentType(t *testing.T) {
	s := newServer(t) // like a PHP script without a Content-Type
	s.answers[openIDConfiguration] = body("text/html", `{"issuer":"`+s.URL+`"}`)
	if _, err := s.client().Fetch(t.Context(), s.URL, false); err != nil {
		t.Error(err)
	}
}

func TestFetchSaysThatAnAnswerIsHTML(t *testing.T) {
	s := newServer(t)
	s.answers[openIDConfiguration] = body("text/html", "<html>")
	_, err := s.client().Fetch(t.Context(), s.URL, false)
	if err == nil || !strings.Contains(err.Error(), "answered with an HTML page") {
		t.Errorf("error %v", err)
	}
}

func TestFetchStopsAtAServerThatIsUnwell(t *testing.T) {
	for _, code := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		s := newServer(t)
		s.answers[openIDConfiguration] = status(code)
		s.publish(oauthServer, s.URL, "")
		_, err := s.client().Fetch(t.Context(), s.URL, false)
		wantUntrusted(t, err, fmt.Sprintf("answered %d %s", code, http.StatusText(code)))
		if len(s.questions()) != 1 {
			t.Errorf("asked %v after %d", s.questions(), code)
		}
	}
}

func TestFetchStopsAtAnotherIssuersMetadata(t *testing.T) {
	for name, c := range map[string]struct{ asked, named, want string }{
		"another server":    {"", "https://evil.example", `names the issuer "https://evil.example"`},
		"slash too many":    {"", "$/", "only the final slash differs"},
		"slash too few":     {"/", "$", "only the final slash differs"},
		"template":          {"", "$/{tenantid}/v2.0", "template"},
		"case":              {"/Tenant", "$/tenant", "names the issuer"},
		"default port":      {"", "$:443", "names the issuer"},
		"escape sequences":  {"", `https://\u001b[2J\u202eevil`, `"https://[2Jevil"`},
		"nothing":           {"", "", `names the issuer ""`},
		"only a prefix":     {"/tenant", "$", "names the issuer"},
		"an issuer of null": {"", "null", `names the issuer ""`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			named := `"` + strings.ReplaceAll(c.named, "$", s.URL) + `"`
			if c.named == "null" {
				named = "null"
			}
			issuer := s.URL + c.asked
			first := strings.TrimSuffix(c.asked, "/") + openIDConfiguration
			s.answers[first] = body("application/json", `{"issuer":`+named+`}`)
			s.publish(oauthServer+strings.TrimSuffix(c.asked, "/"), issuer, "")
			_, err := s.client().Fetch(t.Context(), issuer, false)
			wantUntrusted(t, err, c.want)
			if _, ok := errors.AsType[*IssuerMismatchError](err); !ok {
				t.Errorf("error %T, want an *IssuerMismatchError inside", err)
			}
			if diff := cmp.Diff([]string{first}, s.questions()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFetchRefusesWhatIsNoIssuer(t *testing.T) {
	for issuer, want := range map[string]string{
		"":                                     "not an absolute URL",
		"as.example":                           "not an absolute URL",
		"https:///tenant":                      "not an absolute URL",
		"https:as.example":                     "not an absolute URL",
		"http://as.example":                    "not https",
		"http://localhost.example":             "not https",
		"ftp://127.0.0.1":                      "not https",
		"https://as.example?tenant=1":          "query",
		"https://as.example?":                  "query",
		"https://as.example#":                  "fragment",
		"https://user:pw@as.example":           "user name",
		"https://as.example/\n":                "not an absolute URL",
		"https://" + strings.Repeat("a", 3000): "longer",
		"https://as.example/.well-known/openid-configuration": `may be "https://as.example"`,
	} {
		_, err := Client{}.Fetch(t.Context(), issuer, false) // a Client without HTTP: no request may be made
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pw") {
			t.Errorf("issuer %.60q: error %v, want %q", issuer, err, want)
		}
	}
	for _, issuer := range []string{"http://127.0.0.1:8080", "http://[::1]/x", "http://localhost:1/", "https://as.example/a/"} {
		if err := checkIssuer(issuer); err != nil {
			t.Errorf("issuer %s: %v", issuer, err)
		}
	}
}

func TestFetchFollowsARedirectToTheFinalSlash(t *testing.T) {
	s := newServer(t) // like django-oauth-toolkit
	s.answers["/o"+openIDConfiguration] = http.RedirectHandler("/o"+openIDConfiguration+"/", http.StatusMovedPermanently).ServeHTTP
	s.publish("/o"+openIDConfiguration+"/", s.URL+"/o", "")
	if _, err := s.client().Fetch(t.Context(), s.URL+"/o", false); err != nil {
		t.Error(err)
	}
}

// roundTrip stands in for remote hosts: a test opens no connection to them.
type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := f(r)
	resp.Request = r
	return resp, nil
}

func TestFetchRefusesARedirectToAnInsecureURL(t *testing.T) {
	for _, c := range []struct{ issuer, target string }{
		{"https://as.example", "http://as.example/m"},
		{"https://as.example", "http://127.0.0.1:9/m"},
		{"http://127.0.0.1:9", "http://as.example/m"},
	} {
		client := Client{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) *http.Response {
			w := httptest.NewRecorder()
			if r.URL.String() == c.target {
				body("application/json", `{"issuer":"`+c.issuer+`"}`)(w, r)
			} else {
				http.Redirect(w, r, c.target, http.StatusFound)
			}
			return w.Result()
		})}}
		_, err := client.Fetch(t.Context(), c.issuer, false)
		wantUntrusted(t, err, "redirect to")
	}
}

func TestFetchBoundsTheBody(t *testing.T) {
	s := newServer(t)
	s.answers[openIDConfiguration] = func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"issuer":"`))
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}
	_, err := s.client().Fetch(t.Context(), s.URL, false)
	wantUntrusted(t, err, "more than 1048576 bytes")
}

func TestFetchEndsWithItsContext(t *testing.T) {
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.answers[openIDConfiguration] = func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"issuer":`))
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	}
	_, err := s.client().Fetch(ctx, s.URL, false)
	if _, ok := errors.AsType[*url.Error](err); !ok || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v (%T), want a *url.Error that is context.Canceled", err, err)
	}
}

func TestFetchReturnsNetworkFailuresAsSuch(t *testing.T) {
	s := newServer(t)
	s.Close()
	_, err := s.client().Fetch(t.Context(), s.URL, false)
	if _, ok := errors.AsType[*url.Error](err); !ok {
		t.Errorf("error %v, want a *url.Error", err)
	}
	if _, ok := errors.AsType[*untrusted.Error](err); ok {
		t.Errorf("error %v is an *untrusted.Error", err)
	}
}

func TestJWKSChecksTheAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"not found":     {status(http.StatusNotFound), "answered 404 Not Found"},
		"server error":  {status(http.StatusBadGateway), "answered 502 Bad Gateway"},
		"HTML":          {body("text/html", "<html>"), "HTML page"},
		"no keys":       {body("application/json", `{"issuer":"x"}`), "no array of keys"},
		"keys of null":  {body("application/json", `{"keys":null}`), "no array of keys"},
		"keys not list": {body("application/json", `{"keys":{}}`), "no array of keys"},
		"keys twice":    {body("application/json", `{"keys":[],"keys":[]}`), "same member twice"},
		"too long":      {body("application/json", `{"keys":[`+strings.Repeat(" ", maxBody)+`]}`), "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answers["/jwks"] = c.answer
			_, err := s.client().JWKS(t.Context(), s.URL+"/jwks", false)
			wantUntrusted(t, err, c.want)
		})
	}
	if _, err := (Client{}).JWKS(t.Context(), "http://as.example/jwks", true); err == nil {
		t.Error("fetched keys over http")
	}
}
