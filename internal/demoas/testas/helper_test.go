package testas

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 Appendix B
	testRedirect = "http://127.0.0.1:49152/callback"
)

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// server is the demo's server, or that of the tests.
type server interface {
	Issuer() string
	APIURL() string
}

// onBoth runs a test against the demo's server and against that of the tests. Without features and faults they behave alike.
func onBoth(t *testing.T, c demoas.Config, test func(*testing.T, server)) {
	t.Helper()
	c.Prefix = "canary-"
	t.Run("demoas", func(t *testing.T) {
		t.Parallel()
		r, err := demoas.Start(t.Context(), "", c)
		if err != nil {
			t.Fatal(err)
		}
		closeAfter(t, r.Listening)
		test(t, r)
	})
	t.Run("testas", func(t *testing.T) {
		t.Parallel()
		own := Config{AccessTokenLifetime: c.AccessTokenLifetime, Now: c.Now, Observe: c.Observe}
		for _, client := range c.Clients {
			own.Clients = append(own.Clients, Client{
				ID: client.ID, Name: client.Name, Secret: client.Secret, RedirectURIs: client.RedirectURIs, AuthMethod: client.AuthMethod,
				GrantTypes: client.GrantTypes,
			})
		}
		test(t, start(t, own))
	})
}

func closeAfter(t *testing.T, l *demoas.Listening) {
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

func start(t *testing.T, c Config) *Running {
	t.Helper()
	if c.Prefix == "" {
		c.Prefix = "canary-"
	}
	r, err := Start(t.Context(), "", c)
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, r.Listening)
	return r
}

// startApproving returns a server without pages.
func startApproving(t *testing.T, f Faults) *Running {
	t.Helper()
	return start(t, Config{AutoApprove: true, Faults: f})
}

// answer is an HTTP response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(a.body), &value); err != nil {
		t.Fatalf("body %q: %v", a.body, err)
	}
	return value
}

func (a answer) location(t *testing.T) *url.URL {
	t.Helper()
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" {
		t.Fatalf("status %d, Location %q, body %q", a.status, a.header.Get("Location"), a.body)
	}
	return u
}

// newClient follows no redirects and ends with the test.
func newClient(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func send(t *testing.T, req *http.Request) answer {
	t.Helper()
	resp, err := newClient(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func get(t *testing.T, target string, cookies ...*http.Cookie) answer {
	t.Helper()
	return send(t, request(t, http.MethodGet, target, nil, cookies...))
}

func post(t *testing.T, target string, form url.Values, cookies ...*http.Cookie) answer {
	t.Helper()
	return send(t, request(t, http.MethodPost, target, form, cookies...))
}

func request(t *testing.T, method, target string, form url.Values, cookies ...*http.Cookie) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	return req
}

// with returns a good authorization request of the demo client, changed: pairs of name and value, where an empty value
// takes the parameter out.
func with(pairs ...string) url.Values {
	form := url.Values{
		"client_id": {"demo"}, "redirect_uri": {testRedirect}, "response_type": {"code"}, "state": {"the state"},
		"scope": {"openid profile email offline_access orders:read"}, "nonce": {"the nonce"},
		"code_challenge": {challengeOf(testVerifier)}, "code_challenge_method": {"S256"},
	}
	return change(form, pairs)
}

func change(form url.Values, pairs []string) url.Values {
	form = maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		}
	}
	return form
}

func authorize(t *testing.T, r server, form url.Values) answer {
	t.Helper()
	return get(t, r.Issuer()+"/authorize?"+form.Encode())
}

// newCode gets a code for a good authorization request, changed.
func newCode(t *testing.T, r server, pairs ...string) string {
	t.Helper()
	code := allowed(t, r, with(pairs...)).Query().Get("code")
	if code == "" {
		t.Fatal("no code")
	}
	return code
}

// allowed returns where the browser is sent with the authorization response, after the pages of a server that has them.
func allowed(t *testing.T, r server, form url.Values) *url.URL {
	t.Helper()
	a := authorize(t, r, form)
	at := a.location(t)
	if !strings.Contains(at.Path, "/interaction/") {
		return at
	}
	page, cookie := r.Issuer()+at.Path, cookieOf(t, a)
	signIn(t, page, "ada", cookie)
	return post(t, page, allow, cookie).location(t)
}

// redeem sends a good token request for the code, changed.
func redeem(t *testing.T, r server, code string, pairs ...string) answer {
	t.Helper()
	return post(t, r.Issuer()+"/token", change(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"demo"}, "code": {code},
		"redirect_uri": {testRedirect}, "code_verifier": {testVerifier},
	}, pairs))
}

func refresh(t *testing.T, r server, token string, pairs ...string) answer {
	t.Helper()
	return post(t, r.Issuer()+"/token", change(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {"demo"}, "refresh_token": {token},
	}, pairs))
}

// tokens is a successful token response.
type tokens struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
	Scope   string `json:"scope"`
	Expires int    `json:"expires_in"`
}

func (a answer) tokens(t *testing.T) tokens {
	t.Helper()
	var set tokens
	if err := json.Unmarshal([]byte(a.body), &set); err != nil || a.status != http.StatusOK || set.Access == "" {
		t.Fatalf("status %d, body %q, error %v", a.status, a.body, err)
	}
	return set
}

func (a answer) wantError(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.json(t)["error"] != code {
		t.Errorf("status %d, body %q; want %d, %s", a.status, a.body, status, code)
	}
}

func withBearer(t *testing.T, target, token string) answer {
	t.Helper()
	req := request(t, http.MethodGet, target, nil)
	req.Header.Set("Authorization", "Bearer "+token)
	return send(t, req)
}

func (a answer) wantStatus(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, body %q; want %d", a.status, a.body, status)
	}
}

// callback is a redirect URI that shows a page and remembers the authorization responses.
type callback struct {
	url  string
	mu   sync.Mutex
	seen []url.Values
}

func newCallback(t *testing.T) *callback {
	t.Helper()
	c := &callback{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, r.URL.Query())
		_, _ = io.WriteString(w, "the client's page")
	}))
	t.Cleanup(server.Close)
	c.url = server.URL + "/callback"
	return c
}

func (c *callback) only(t *testing.T) url.Values {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) != 1 {
		t.Fatalf("%d authorization responses, want 1", len(c.seen))
	}
	return c.seen[0]
}

// dataPage names the page: login, consent …
func dataPage(body string) string {
	_, form, _ := strings.Cut(body, `<form method="post" data-page="`)
	name, _, _ := strings.Cut(form, `"`)
	return name
}
