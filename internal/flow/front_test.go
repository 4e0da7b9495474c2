package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/signing"
)

// front is an authorization server that takes a request in any form and answers it at once. It is a few lines, so that
// each test can say what the server does wrong.
type front struct {
	key *signing.Key // the issuer's
	url string

	pushed    url.Values     // what was pushed
	parStatus int            // 201 where it is zero
	parBody   string         // in place of an answer
	asked     map[string]any // what arrived at the authorization endpoint, or stood for it
	outside   url.Values     // what the browser carried
	grants    string         // authorization_details of the token response
	// respond makes the query of the redirect out of the claims that a good response has.
	respond func(claims map[string]any) url.Values
}

// newFront starts a server and makes a client of it, with a key and a person who goes where the browser is sent.
func newFront(t *testing.T) (*front, *rig) {
	t.Helper()
	f := &front{key: sure(signing.Generate())}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.url = server.URL
	f.respond = func(claims map[string]any) url.Values {
		return url.Values{"code": {"canary-code"}, "state": {f.state()}, "iss": {f.url}}
	}
	mux.HandleFunc("POST /par", f.push)
	mux.HandleFunc("/authorize", f.authorize)
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		details := ""
		if f.grants != "" {
			details = `,"authorization_details":` + f.grants
		}
		fmt.Fprintf(w, `{"access_token":"canary-at","token_type":"Bearer"%s}`, details)
	})
	r := &rig{}
	r.Client = &Client{
		Profile: config.Profile{Issuer: f.url, ClientID: "cli", RedirectURI: config.DefaultRedirectURI, PKCE: true},
		Auth:    clientauth.Client{ID: "cli", Method: clientauth.None, Key: sure(signing.Generate())},
		HTTP:    endpoint.NewClient(endpoint.Options{}), Patience: 10 * time.Second, Now: time.Now, Open: visit,
		Keys: func(context.Context, bool) ([]byte, error) {
			return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{f.key.Public()}})
		},
		Observe: func(e Event) { r.events = append(r.events, e) },
		Warn:    func(text string) { r.warnings = append(r.warnings, text) },
	}
	r.Server.Issuer, r.Server.JWKSURI = f.url, f.url+"/jwks"
	r.Server.AuthorizationEndpoint, r.Server.TokenEndpoint = f.url+"/authorize", f.url+"/token"
	return f, r
}

// requirePushed has the server take pushed requests only.
func (f *front) requirePushed(r *rig) {
	r.Server.PushedAuthorizationRequestEndpoint, r.Server.RequirePushedAuthorizationRequests = f.url+"/par", true
}

func sure[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (f *front) push(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.pushed = r.PostForm
	w.Header().Set("Content-Type", "application/json")
	if f.parStatus == 0 {
		f.parStatus = http.StatusCreated
	}
	if f.parStatus == http.StatusTemporaryRedirect {
		w.Header().Set("Location", "http://127.0.0.1:1/")
	}
	w.WriteHeader(f.parStatus)
	if f.parBody == "" {
		f.parBody = `{"request_uri":"urn:ietf:params:oauth:request_uri:canary-ref","expires_in":"60"}`
	}
	fmt.Fprint(w, f.parBody)
}

func (f *front) authorize(w http.ResponseWriter, r *http.Request) {
	f.outside = r.URL.Query()
	params := f.outside
	if params.Has("request_uri") {
		params = f.pushed
	}
	f.asked = requestClaims(params)
	if object := params.Get("request"); object != "" {
		f.asked = decodeJWT(object)
	}
	redirect := f.asked["redirect_uri"].(string)
	claims := map[string]any{"iss": f.url, "aud": "cli", "exp": time.Now().Add(time.Minute).Unix(), "code": "canary-code", "state": f.state()}
	http.Redirect(w, r, redirect+"?"+f.respond(claims).Encode(), http.StatusFound)
}

func (f *front) state() string { return f.asked["state"].(string) }

// jarm answers with the claims, changed, signed with key.
func (f *front) jarm(key *signing.Key, changes map[string]any) {
	f.respond = func(claims map[string]any) url.Values {
		maps.Copy(claims, changes)
		return url.Values{"response": {sure(key.Sign("ES256", signing.Header{}, claims))}}
	}
}

// decodeJWT reads the claims of a JWT without a look at the signature.
func decodeJWT(raw string) map[string]any {
	jws := sure(jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{"ES256"}))
	var claims map[string]any
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims); err != nil {
		panic(err)
	}
	return claims
}

// refusedBeforeTheBrowser logs in and fails the test unless that ends with an error that has all of want, with no
// browser opened and nothing sent.
func refusedBeforeTheBrowser(t *testing.T, r *rig, want ...string) error {
	t.Helper()
	r.Open = func(context.Context, AuthorizationRequest) { t.Error("the browser was opened") }
	_, err := r.AuthorizationCode(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q, want %q in it", err, w)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("error %q is not one line", err)
	}
	return err
}

func isConfigError(err error) bool { _, ok := errors.AsType[*config.Error](err); return ok }
