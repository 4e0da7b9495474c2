// Command fosite hosts an authorization server made of github.com/ory/fosite on loopback for one test. It is in Go and
// shares no line with the client. It sends no "iss", pushes requests, and shows an error page of its own where the client
// or the redirect URI is unknown.
//
//	fosite [PORT]
//
// The first line on stdout is {"issuer":…,"port":…}. Then one line follows for each request, written before the response,
// without any secret: {"method","path","client_id","grant_type","status","error"}. It ends when stdin closes.
//
// Environment:
//
//	ACCESS_TOKEN_TTL  seconds that an access token lives (3600)
//	CLIENT_SECRET     the secret of the client "basic"
//	SECRETS_FILE      collects every secret of the exchange, one JSON object a line
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
	"golang.org/x/crypto/bcrypt"
)

const (
	keyID = "k1"
	form  = `<!doctype html><title>fosite</title><form method="post" action="/decide/%s">%s</form>`
	login = `<input type="text" name="user"><input type="password" name="password"><button type="submit">Sign in</button>`
	agree = `<input type="hidden" name="user" value="%s"><button type="submit" name="accept" value="yes">Allow</button><button type="submit">Cancel</button>`
)

type server struct {
	issuer   string
	provider fosite.OAuth2Provider
	key      *rsa.PrivateKey
	asked    sync.Map // authorization requests by their ID
}

func main() {
	port := "0"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	s, err := newServer("http://" + listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	emit(map[string]any{"issuer": s.issuer, "port": listener.Addr().(*net.TCPAddr).Port})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(listener, record(s.routes())))
}

func newServer(issuer string) (*server, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	secret, err := bcrypt.GenerateFromPassword([]byte(os.Getenv("CLIENT_SECRET")), bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	store := storage.NewMemoryStore()
	for _, c := range []*fosite.DefaultClient{{ID: "cli", Public: true}, {ID: "basic", Secret: secret}} {
		c.RedirectURIs = []string{"http://127.0.0.1/callback"}
		c.ResponseTypes, c.GrantTypes = []string{"code"}, []string{"authorization_code", "refresh_token"}
		c.Scopes = []string{"openid", "offline", "orders:read"}
		method := "client_secret_basic"
		if c.Public {
			method = "none"
		}
		store.Clients[c.ID] = &fosite.DefaultOpenIDConnectClient{DefaultClient: c, TokenEndpointAuthMethod: method}
	}
	config := &fosite.Config{
		AccessTokenLifespan: lifetime(), GlobalSecret: []byte(rand.Text() + rand.Text())[:32],
		EnforcePKCE: true, IDTokenIssuer: issuer, SendDebugMessagesToClients: true,
	}
	provider := compose.ComposeAllEnabled(config, store, &jose.JSONWebKey{Key: key, KeyID: keyID, Algorithm: "RS256"})
	return &server{issuer: issuer, provider: provider, key: key}, nil
}

func lifetime() time.Duration {
	seconds, err := strconv.Atoi(os.Getenv("ACCESS_TOKEN_TTL"))
	if err != nil {
		return time.Hour
	}
	return time.Duration(seconds) * time.Second
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.metadata)
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: keyID, Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /decide/{id}", s.decide)
	mux.HandleFunc("POST /par", s.push)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /introspect", s.introspect)
	mux.HandleFunc("POST /revoke", func(w http.ResponseWriter, r *http.Request) {
		s.provider.WriteRevocationResponse(r.Context(), w, s.provider.NewRevocationRequest(r.Context(), r))
	})
	return mux
}

func (s *server) metadata(w http.ResponseWriter, _ *http.Request) {
	write(w, map[string]any{
		"issuer": s.issuer, "jwks_uri": s.issuer + "/jwks", "authorization_endpoint": s.issuer + "/authorize",
		"token_endpoint": s.issuer + "/token", "revocation_endpoint": s.issuer + "/revoke", "introspection_endpoint": s.issuer + "/introspect",
		"pushed_authorization_request_endpoint": s.issuer + "/par", "response_types_supported": []string{"code"},
		"grant_types_supported": []string{"authorization_code", "refresh_token"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"none", "client_secret_basic", "client_secret_post"},
		"subject_types_supported":               []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// authorize takes the request, which may be pushed and so good once, and shows the login page.
func (s *server) authorize(w http.ResponseWriter, r *http.Request) {
	ar, err := s.provider.NewAuthorizeRequest(r.Context(), r)
	if err != nil {
		s.provider.WriteAuthorizeError(r.Context(), w, ar, err)
		return
	}
	s.asked.Store(ar.GetID(), ar)
	fmt.Fprintf(w, form, ar.GetID(), login)
}

// decide shows the consent page after the login, and then answers the request.
func (s *server) decide(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	asked, ok := s.asked.Load(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	ar, user := asked.(fosite.AuthorizeRequester), r.PostFormValue("user")
	switch {
	case r.PostForm.Has("password"):
		fmt.Fprintf(w, form, ar.GetID(), fmt.Sprintf(agree, user))
	case r.PostFormValue("accept") == "":
		s.provider.WriteAuthorizeError(ctx, w, ar, fosite.ErrAccessDenied)
	default:
		for _, scope := range ar.GetRequestedScopes() {
			ar.GrantScope(scope)
		}
		response, err := s.provider.NewAuthorizeResponse(ctx, ar, s.session(user, ar.GetClient().GetID()))
		if err != nil {
			s.provider.WriteAuthorizeError(ctx, w, ar, err)
			return
		}
		s.provider.WriteAuthorizeResponse(ctx, w, ar, response)
	}
}

func (s *server) session(user, client string) *openid.DefaultSession {
	return &openid.DefaultSession{
		Subject: user, Username: user, Headers: &jwt.Headers{Extra: map[string]any{"kid": keyID}},
		Claims: &jwt.IDTokenClaims{
			Issuer: s.issuer, Subject: user, Audience: []string{client}, AuthTime: time.Now(), RequestedAt: time.Now(),
		},
	}
}

func (s *server) push(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	ar, err := s.provider.NewPushedAuthorizeRequest(ctx, r)
	if err != nil {
		s.provider.WritePushedAuthorizeError(ctx, w, ar, err)
		return
	}
	response, err := s.provider.NewPushedAuthorizeResponse(ctx, ar, s.session("", ""))
	if err != nil {
		s.provider.WritePushedAuthorizeError(ctx, w, ar, err)
		return
	}
	s.provider.WritePushedAuthorizeResponse(ctx, w, ar, response)
}

func (s *server) token(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	request, err := s.provider.NewAccessRequest(ctx, r, s.session("", ""))
	if err != nil {
		s.provider.WriteAccessError(ctx, w, request, err)
		return
	}
	response, err := s.provider.NewAccessResponse(ctx, request)
	if err != nil {
		s.provider.WriteAccessError(ctx, w, request, err)
		return
	}
	s.provider.WriteAccessResponse(ctx, w, request, response)
}

func (s *server) introspect(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	response, err := s.provider.NewIntrospectionRequest(ctx, r, s.session("", ""))
	if err != nil {
		s.provider.WriteIntrospectionError(ctx, w, err)
		return
	}
	s.provider.WriteIntrospectionResponse(ctx, w, response)
}

// record logs each request and the secrets in it, before its answer is sent.
func record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		sent, _ := url.ParseQuery(string(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context())))
		var got map[string]any
		_ = json.Unmarshal(answer.Body.Bytes(), &got) // a page is no JSON
		keep(sent, got)
		client := r.FormValue("client_id")
		if id, _, ok := r.BasicAuth(); ok {
			client, _ = url.QueryUnescape(id)
		}
		emit(map[string]any{
			"method": r.Method, "path": r.URL.Path, "client_id": client, "grant_type": sent.Get("grant_type"),
			"status": answer.Code, "error": text(got["error"]),
		})
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func keep(sent url.Values, got map[string]any) {
	file := os.Getenv("SECRETS_FILE")
	if file == "" {
		return
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	lines := json.NewEncoder(f)
	one := func(name, value string) {
		if value != "" {
			_ = lines.Encode(map[string]string{"name": name, "value": value})
		}
	}
	for _, name := range []string{"code", "code_verifier", "refresh_token", "client_secret"} {
		one(name, sent.Get(name))
	}
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		one(name, text(got[name]))
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

var stdout sync.Mutex

func emit(line map[string]any) {
	stdout.Lock()
	defer stdout.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(line)
}
