package provider_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/token"
)

// fakeProvider is every provider: it answers as the profile expects, and writes down what it is asked for.
type fakeProvider struct {
	t       *testing.T
	profile config.Profile
	port    string // of the redirect URI, where any may be taken
	out     *bytes.Buffer
	nonce   string
	tokens  int
}

// authorize takes an authorization request, and returns the address that the browser is sent back to.
func (f *fakeProvider) authorize(request *url.URL) *url.URL {
	q := request.Query()
	f.write("authorization request", "GET", request, nil, q)
	f.nonce = q.Get("nonce")
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" {
		f.t.Errorf("redirect_uri %q: %v", q.Get("redirect_uri"), err)
		return nil
	}
	answer := back.Query()
	answer.Set("code", "code")
	answer.Set("state", q.Get("state"))
	for _, name := range f.profile.KeepCallbackParameters {
		answer.Set(name, "kept")
	}
	back.RawQuery = answer.Encode()
	return back
}

func (f *fakeProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	here := &url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	switch {
	case r.Method == http.MethodGet && (strings.Contains(r.URL.Path, "/.well-known/") || here.String() == f.profile.MetadataURL):
		f.answer(w, f.metadata())
	case r.Method == http.MethodGet && r.URL.Path == "/keys", here.String() == f.profile.JWKSURI:
		f.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: signer().Public(), KeyID: "key", Algorithm: "RS256", Use: "sig"}}})
	case r.Method == http.MethodPost:
		f.answer(w, f.token(r, here))
	default:
		http.NotFound(w, r)
	}
}

func (f *fakeProvider) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		f.t.Error(err)
	}
}

// metadata has endpoints of its own making: what a provider publishes is not the preset's.
func (f *fakeProvider) metadata() map[string]any {
	base, err := url.Parse(f.profile.Issuer)
	if err != nil {
		f.t.Error(err)
		return nil
	}
	at := func(path string) string { return "https://" + base.Host + path }
	return map[string]any{
		"issuer": f.profile.Issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
	}
}

// token answers a token request.
func (f *fakeProvider) token(r *http.Request, endpoint *url.URL) map[string]any {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	form, err := url.ParseQuery(string(body))
	var members map[string]string
	if r.Header.Get("Content-Type") == "application/json" {
		err, form = json.Unmarshal(body, &members), url.Values{}
		for name, value := range members {
			form.Set(name, value)
		}
	}
	if err != nil {
		f.t.Error(err)
	}
	if endpoint.String() == f.profile.DeviceAuthorizationEndpoint {
		f.write("device authorization request", r.Method, endpoint, r.Header, form)
		return map[string]any{"device_code": "code", "user_code": "AAAA", "verification_uri": "https://" + r.Host + "/device", "expires_in": 60, "interval": 1}
	}
	title := "token request"
	if form.Get("grant_type") == "refresh_token" {
		title = "refresh request"
	}
	f.write(title, r.Method, endpoint, r.Header, form)
	f.tokens++
	answer := map[string]any{"token_type": "Bearer"}
	put := func(name string, value any) {
		path := strings.Split(strings.TrimPrefix(f.pointer(name), "/"), "/")
		at := answer
		for _, step := range path[:len(path)-1] {
			if _, ok := at[step]; !ok {
				at[step] = map[string]any{}
			}
			at = at[step].(map[string]any)
		}
		at[path[len(path)-1]] = value
	}
	put("access_token", fmt.Sprintf("access-%d", f.tokens))
	put("refresh_token", fmt.Sprintf("refresh-%d", f.tokens))
	put("expires_in", 3600)
	for _, name := range f.profile.KeepMembers {
		answer[name] = "kept"
	}
	if f.profile.Issuer != "" && slices.Contains(f.profile.Scopes, "openid") {
		put("id_token", f.idToken())
	}
	return answer
}

// pointer is where a member of the token response stands.
func (f *fakeProvider) pointer(name string) string {
	if given := f.profile.TokenResponse.Get(name); given != "" {
		return given
	}
	return "/" + name
}

var signer = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func (f *fakeProvider) idToken() string {
	claims := map[string]any{
		"iss": strings.Replace(f.profile.Issuer, issuer.Tenant, "tenant", 1), "tid": "tenant", "sub": "subject", "aud": "client",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	if f.nonce != "" {
		claims["nonce"] = f.nonce
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		f.t.Error(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: signer(), KeyID: "key"}}, nil)
	if err != nil {
		f.t.Error(err)
		return ""
	}
	signed, err := s.Sign(payload)
	if err != nil {
		f.t.Error(err)
		return ""
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		f.t.Error(err)
	}
	return compact
}

// random are the parameters that differ at each login.
var random = []string{"state", "nonce", "code_challenge", "code_verifier", "client_assertion"}

// write writes a request down. Header fields are those that a provider might look at.
func (f *fakeProvider) write(title, method string, target *url.URL, header http.Header, parameters url.Values) {
	shown := *target
	if title == "authorization request" {
		shown.RawQuery = ""
	}
	fmt.Fprintf(f.out, "# %s\n%s %s\n", title, method, &shown)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		value := strings.Join(header[name], ", ")
		switch name {
		case "User-Agent", "Accept-Encoding", "Content-Length":
			continue
		case "Authorization":
			if encoded, ok := strings.CutPrefix(value, "Basic "); ok {
				decoded, _ := base64.StdEncoding.DecodeString(encoded)
				value = "Basic <" + string(decoded) + ">"
			}
		}
		fmt.Fprintf(f.out, "%s: %s\n", name, value)
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		for _, value := range parameters[name] {
			if slices.Contains(random, name) {
				value = "<" + name + ">"
			}
			fmt.Fprintf(f.out, "  %s = %s\n", name, strings.ReplaceAll(value, ":"+f.port, ":<port>"))
		}
	}
	fmt.Fprintln(f.out)
}

// person follows the address that is shown, and agrees to everything.
type person struct {
	fake   *fakeProvider
	listen string
}

func (p *person) ShowURL(shown string) {
	request, err := url.Parse(shown)
	if err != nil {
		p.fake.t.Error(err)
		return
	}
	back := p.fake.authorize(request)
	if back == nil {
		return
	}
	go func() {
		// Whatever the redirect URI says, the client listens where the test has it.
		transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, p.listen)
		}}
		back.Scheme = "http" // behind the proxy that an https redirect URI needs
		resp, err := (&http.Client{Transport: transport}).Get(back.String())
		if err != nil {
			p.fake.t.Error(err)
			return
		}
		_ = resp.Body.Close()
	}()
}

func (p *person) Note(string, ...any)             {}
func (p *person) Warn(format string, args ...any) { p.fake.t.Errorf("warning: "+format, args...) }

func (p *person) WarnOf(operation string, err error)                      { p.fake.t.Errorf("%s: %v", operation, err) }
func (p *person) Step(string, ...any)                                     {}
func (p *person) ShowCode(flow.DeviceAuthorization, bool)                 {}
func (p *person) Waiting(string, time.Duration)                           {}
func (p *person) Unanswered(config.Profile, string)                       {}
func (p *person) Countdown(context.Context, string, time.Time) func()     { return func() {} }
func (p *person) Attended() bool                                          { return true }
func (p *person) CanAsk() bool                                            { return false }
func (p *person) Confirm(context.Context, string) (bool, error)           { return false, nil }
func (p *person) AskSecret(context.Context, string) (token.Secret, error) { return token.Secret{}, nil }

func (p *person) ReadLines(context.Context, int, func(string) bool) error { return nil }

// freeAddress is one on loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
