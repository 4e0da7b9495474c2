package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// session is one profile made ready to be used. Making it asks nothing of the network and of the keychain.
type session struct {
	*app
	profile config.Profile
	origins config.Origins
	store   store.Store
	key     string
	state   string // the state directory
	whoami  bool   // ask the server whom the tokens are for, if need be
	asOther bool   // accept a login as somebody else
}

// openSession resolves the profile named name, or the default one where name is empty.
func (a *app) openSession(cmd *cobra.Command, name string) (*session, error) {
	file, err := a.profileFile(cmd.Context())
	if err != nil {
		return nil, err
	}
	return a.sessionOf(file, name, keyFlags(cmd))
}

func (a *app) sessionOf(file *config.File, name string, flags map[string][]string) (*session, error) {
	profile, origins, err := config.Resolve(config.Input{
		File: file, Name: name, Flags: flags, LookupEnv: a.lookupEnv, Commands: a.commands,
	})
	if err != nil {
		return nil, err
	}
	s := &session{app: a, profile: profile, origins: origins, key: storeKey(profile)}
	if profile.Store != "none" {
		if s.state, err = store.StateDir(a.getenv, a.goos); err != nil {
			return nil, err
		}
	}
	s.store = a.storeOf(profile, s.state)
	return s, nil
}

// sessionOfRecord is the session in which a record was written: the profile where it still says the same of the server
// and the client, else what the record itself tells.
func (a *app) sessionOfRecord(file *config.File, r store.Record) *session {
	// That there is a record says that there is a state directory.
	dir, _ := store.StateDir(a.getenv, a.goos)
	p := config.Profile{Name: r.Profile, Issuer: r.Issuer, ClientID: r.ClientID}
	p.TokenEndpoint = r.TokenEndpoint
	if s, err := a.sessionOf(file, r.Profile, nil); err == nil && s.profile.Issuer == r.Issuer &&
		s.profile.TokenEndpoint == r.TokenEndpoint && s.profile.ClientID == r.ClientID {
		p = s.profile
	}
	p.Store, p.Account = r.Store, r.Account
	return &session{app: a, profile: p, key: r.Key, state: dir, store: a.storeOf(p, dir)}
}

// storeOf is the store that a profile names. Making it touches nothing.
func (a *app) storeOf(p config.Profile, stateDir string) store.Store {
	switch p.Store {
	case "none":
		return store.None{}
	case "file":
		return a.fileStore(p, stateDir)
	}
	return a.keychain(stateDir)
}

func (a *app) keychain(stateDir string) *store.Keychain {
	return store.NewKeychain(store.KeychainOptions{StateDir: stateDir, Getenv: a.getenv, NoPrompt: a.global.noInput, Greeting: a.greeting})
}

// noticeAfter is how long a person waits for another process before being told so.
const noticeAfter = 3 * time.Second

// lock waits for the lock of a key.
func (a *app) lock(ctx context.Context, stateDir, key string) (unlock func(), err error) {
	err = a.patiently(ctx, func(ctx context.Context) error {
		unlock, err = store.Lock(ctx, stateDir, key)
		return err
	})
	return unlock, err
}

// patiently waits for another process as long as a person may take: it may be waiting for one.
func (a *app) patiently(ctx context.Context, wait func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, a.global.timeout)
	defer cancel()
	// Nobody is told of the moments that a refresh takes.
	notice := time.AfterFunc(noticeAfter, func() { a.note("waiting for another oauthget to finish with this token") })
	defer notice.Stop()
	err := wait(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return &store.Error{Reason: store.Busy, Err: err}
	}
	return err
}

// profileFile reads the profile file. A missing one is none at all, unless somebody named it.
func (a *app) profileFile(ctx context.Context) (*config.File, error) {
	path, named, err := a.profilePath()
	if err != nil {
		return nil, nil // no home, no file: flags and the environment may do
	}
	file, err := config.LoadContext(ctx, path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	return file, err
}

// profilePath is where the profile file is, and whether somebody named it.
func (a *app) profilePath() (path string, named bool, err error) {
	if a.global.config != "" {
		return a.global.config, true, nil
	}
	path, err = config.DefaultPath(a.getenv, a.goos)
	return path, a.getenv("OAUTHGET_CONFIG") != "", err
}

// storeKey names everything that changes the token. Scopes are a set (RFC 6749 §3.3: "their order does not matter").
func storeKey(p config.Profile) string {
	one := func(name, value string) store.Field { return store.Field{Name: name, Values: []string{value}} }
	return store.Key(
		one("profile", p.Name),
		one("account", p.Account),
		one("issuer", p.Issuer),
		one("authorization_endpoint", p.AuthorizationEndpoint),
		one("token_endpoint", p.TokenEndpoint),
		one("client_id", p.ClientID),
		one("grant", "authorization_code"),
		store.Field{Name: "scopes", Values: slices.Compact(slices.Sorted(slices.Values(p.Scopes)))},
		store.Field{Name: "resource", Values: p.Resource},
		store.Field{Name: "audience", Values: p.Audience},
		store.Field{Name: "authorization_parameters", Values: pairs(p.AuthorizationParameters)},
		store.Field{Name: "token_parameters", Values: pairs(p.TokenParameters)},
	)
}

func pairs(values url.Values) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			list = append(list, name, v)
		}
	}
	return list
}

// source joins the store and the flow. Nothing of the flow is made before it is needed: a stored token costs neither
// metadata nor a client secret nor the system's certificates.
func (s *session) source() *tokensource.Source {
	source := &tokensource.Source{
		Store: s.store, Key: s.key, Now: s.now,
		Lock: func(ctx context.Context) (func(), error) {
			if s.state == "" {
				return func() {}, nil // nothing is stored, so there is nothing to race for
			}
			return s.lock(ctx, s.state, s.key)
		},
		Settled: func(ctx context.Context) (waited bool, err error) {
			if s.state == "" {
				return false, nil
			}
			err = s.patiently(ctx, func(ctx context.Context) error {
				waited, err = store.Settled(ctx, s.state, s.key)
				return err
			})
			return waited, err
		},
		Refresh: func(ctx context.Context, old token.Set) (token.Set, error) {
			s.step("refreshing the token")
			client, err := s.client(ctx, false)
			if err != nil {
				return token.Set{}, err
			}
			set, err := client.Refresh(ctx, old)
			if !errors.Is(err, flow.ErrEndpointMoved) {
				return set, err
			}
			s.step("the token endpoint is not the one of the login; asking the server whether it has moved")
			if client, err = s.client(ctx, true); err != nil {
				return token.Set{}, err
			}
			old.TokenEndpoint = client.Server.TokenEndpoint // what the server says of itself, just now
			return client.Refresh(ctx, old)
		},
		Record: s.record,
		Warn:   func(operation string, err error) { s.warn("%s: %v", operation, err) },
	}
	if s.mayAsk() {
		source.Login = s.login
	}
	return source
}

// login runs the authorization code grant with metadata that is fetched anew: a login is what a person tries when
// something at the server has changed.
func (s *session) login(ctx context.Context) (token.Set, error) {
	if err := s.unlockStore(ctx); err != nil {
		return token.Set{}, err
	}
	client, err := s.client(ctx, true)
	if err != nil {
		return token.Set{}, err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	client.Open = func(ctx context.Context, r flow.AuthorizationRequest) {
		if err := s.open(ctx, s.opener(), r, s.withoutBrowser(giveUp)); err != nil {
			giveUp(err)
		}
	}
	client.Accept = func(ctx context.Context, set token.Set) (token.Set, error) {
		if s.whoami {
			set = s.identify(ctx, client, set)
		}
		return set, s.checkAccount(ctx, set)
	}
	return client.AuthorizationCode(ctx)
}

// opener opens the profile's browser, which lives for hours and has no business with the client secret.
func (s *session) opener() browser.Opener {
	o := browser.Opener{Command: s.profile.Browser, Getenv: s.getenv}
	if s.profile.ClientSecret.Key == "client_secret_env" {
		o.Without = []string{s.profile.ClientSecret.Value}
	}
	return o
}

// client makes the flow's client: endpoints, secret, and how to use it.
func (s *session) client(ctx context.Context, fresh bool) (*flow.Client, error) {
	transport := s.httpClient()
	docs := s.documents(transport)
	var metadata discovery.Metadata
	var err error
	if s.profile.Issuer != "" {
		if metadata, err = docs.Fetch(ctx, s.profile.Issuer, fresh); err != nil {
			return nil, err
		}
		s.step("metadata of %s: %s", metadata.Issuer, metadata.Source)
	}
	metadata = flow.Server(metadata, s.profile)
	if err := checkEndpoints(metadata); err != nil {
		return nil, err
	}
	secret, err := s.clientSecret(ctx)
	if err != nil {
		return nil, err
	}
	auth, err := clientauth.Choose(clientauth.Method(s.profile.TokenEndpointAuthMethod), !secret.Empty(), metadata.TokenEndpointAuthMethodsSupported)
	if err != nil {
		return nil, err
	}
	s.step("client authentication: %s, because %s", auth.Method, auth.Why)
	return &flow.Client{
		Profile: s.profile, Server: metadata, HTTP: transport, Secret: secret, Auth: auth.Method,
		Keys:     func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, metadata.JWKSURI, fresh) },
		Patience: s.global.timeout, Now: s.now, Observe: s.observe,
		Warn: func(text string) { s.warn("%s", text) },
	}, nil
}

// checkEndpoints fails before the browser opens where the code could not be asked for, or not be redeemed.
func checkEndpoints(m discovery.Metadata) error {
	for key, endpoint := range map[string]string{
		"authorization_endpoint": m.AuthorizationEndpoint, "token_endpoint": m.TokenEndpoint,
	} {
		if endpoint == "" {
			return &config.Error{
				Key: key, Err: fmt.Errorf("the metadata of %s names no %s", m.Issuer, key),
				Advice: "if the server has one, set " + key + " in the profile",
			}
		}
	}
	return nil
}

// record notes what is stored, and for whom: status and logout find by it what no profile leads to any more.
func (s *session) record() error {
	if s.state == "" {
		return nil
	}
	return store.Records{StateDir: s.state}.Write(store.Record{
		Key: s.key, Profile: s.profile.Name, Account: s.profile.Account, Store: s.store.Name(),
		Issuer: s.profile.Issuer, TokenEndpoint: s.profile.TokenEndpoint, ClientID: s.profile.ClientID,
	})
}

func (s *session) clientSecret(ctx context.Context) (token.Secret, error) {
	if s.profile.ClientSecret.Empty() {
		return token.Secret{}, nil
	}
	return s.profile.ClientSecret.Resolve(ctx, config.SecretAccess{
		LookupEnv: s.lookupEnv, Stderr: s.stderr,
		Keychain: s.keychain(s.state).Secret,
	})
}
