package main

import (
	"context"
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	sessions "github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// session is one profile made ready to be used. Making it asks nothing of the network and of the keychain.
type session struct {
	*app
	file    *config.File // that the profile is from; nil where there is none
	profile config.Profile
	origins config.Origins
	store   store.Store
	key     string
	state   string   // the state directory
	whoami  bool     // ask the server whom the tokens are for, if need be
	asOther bool     // accept a login as somebody else
	above   []string // the profiles whose grants present this one's token

	withheld func() []string // the variables that no program is to see which is run for the session
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
	return a.newSession(config.Input{File: file, Name: name, Flags: flags, OneOfMany: a.several})
}

func (a *app) newSession(in config.Input) (*session, error) {
	profile, origins, err := a.resolveProfile(in)
	if err != nil {
		return nil, err
	}
	if profile.ReadsStdin() {
		profile.Store = "none" // who knows whose token it is next time
	}
	s := &session{app: a, file: in.File, profile: profile, origins: origins, key: storeKey(profile)}
	s.withheld = sync.OnceValue(s.secretVariables)
	if profile.Store != "none" {
		if s.state, err = store.StateDir(a.getenv, a.goos); err != nil {
			return nil, err
		}
	}
	s.store = s.storeOf(profile, s.state)
	return s, nil
}

func (a *app) resolveProfile(in config.Input) (config.Profile, config.Origins, error) {
	in.LookupEnv, in.Commands = a.lookupEnv, a.commands
	return config.Resolve(in)
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
	s := &session{app: a, file: file, profile: p, key: r.Key, state: dir}
	s.withheld = sync.OnceValue(s.secretVariables)
	s.store = s.storeOf(p, dir)
	return s
}

// storeOf is the store that a profile names. Making it touches nothing.
func (s *session) storeOf(p config.Profile, stateDir string) store.Store {
	switch p.Store {
	case "none":
		return store.None{}
	case "file":
		return s.fileStore(p, stateDir)
	}
	return s.keychain(stateDir)
}

func (a *app) keychain(stateDir string) *store.Keychain {
	return store.NewKeychain(store.KeychainOptions{StateDir: stateDir, Getenv: a.getenv, NoPrompt: a.global.noInput})
}

// source joins the store and the flow. Nothing of the flow is made before it is needed: a stored token costs neither
// metadata nor a client secret nor the system's certificates.
func (s *session) source() *tokensource.Source {
	source := &tokensource.Source{
		Store: s.store, Key: s.key, Now: s.now, Unattended: !s.profile.NeedsPerson(),
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
				waited, err = store.WaitUnlocked(ctx, s.state, s.key)
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
				return set, s.failed(err)
			}
			s.step("the token endpoint is not the one of the login; asking the server whether it has moved")
			if client, err = s.client(ctx, true); err != nil {
				return token.Set{}, err
			}
			old.TokenEndpoint = client.Server.TokenEndpoint // what the server says of itself, just now
			set, err = client.Refresh(ctx, old)
			return set, s.failed(err)
		},
		Record: s.record,
		Warn:   func(operation string, err error) { s.warn("%s: %v", operation, err) },
	}
	if s.mayAsk() || source.Unattended {
		source.Login = func(ctx context.Context) (token.Set, error) {
			set, err := s.login(ctx)
			return set, s.failed(err)
		}
	}
	return source
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

// failed names the profile in an error: the hints about it quote its values.
func (s *session) failed(err error) error {
	if err == nil {
		return nil
	}
	return &sessions.Error{Profile: s.profile, Origins: s.origins, Err: err}
}
