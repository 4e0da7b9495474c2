package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
)

// logout is one run of the command.
type logout struct {
	*app
	records store.Records
	file    *config.File
	flags   map[string][]string
	local   bool
}

func (a *app) logoutCommand() *cobra.Command {
	var all, local bool
	cmd := &cobra.Command{
		Use:   "logout [NAME…]",
		Short: "Revoke stored tokens at the server and remove them",
		Long: `Revoke what is stored for the profiles named, or for the default one, at the server (RFC 7009) where it can be done, and
remove it here in any case. That includes what was stored before a profile was changed or left the file.
--all does it for everything that oauthget has stored.`,
		Example: "  oauthget logout work\n  oauthget logout --all\n  oauthget logout work --local",
		RunE: func(cmd *cobra.Command, names []string) error {
			if all && len(names) > 0 {
				return &usageError{errors.New("--all takes no profile names"), cmd.CommandPath()}
			}
			l, err := a.newLogout(cmd, local)
			if err != nil {
				return err
			}
			if all {
				return l.everything(cmd.Context())
			}
			return l.profiles(cmd, names)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "log out of everything that is stored")
	cmd.Flags().BoolVar(&local, "local", false, "remove what is stored, and ask nothing of the server")
	addKeyFlags(cmd)
	return cmd
}

func (a *app) newLogout(cmd *cobra.Command, local bool) (*logout, error) {
	dir, err := store.StateDir(a.getenv, a.goos)
	if err != nil {
		return nil, err
	}
	file, err := a.profileFile()
	return &logout{app: a, records: store.Records{StateDir: dir}, file: file, flags: keyFlags(cmd), local: local}, err
}

func (l *logout) everything(ctx context.Context) error {
	list, err := l.records.All()
	if len(list) == 0 && err == nil {
		l.note("nothing is stored")
	}
	return errors.Join(l.each(ctx, list), err)
}

func (l *logout) profiles(cmd *cobra.Command, names []string) error {
	if len(names) == 0 {
		s, err := l.openSession(cmd, "")
		if err != nil {
			return err
		}
		names = []string{s.profile.Name}
	}
	for _, name := range names {
		list, err := l.records.Of(name)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			// A misspelt name must not pass for a logout.
			if _, err := l.sessionOf(l.file, name, l.flags); err != nil {
				return err
			}
			l.note("nothing is stored for %s", label(name))
		}
		if err := l.each(cmd.Context(), list); err != nil {
			return err
		}
	}
	return nil
}

// each goes on after a failure: what can go is to go.
func (l *logout) each(ctx context.Context, list []store.Record) error {
	var failed error
	for _, r := range list {
		if err := l.one(ctx, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("log out of %s: %w", label(r.Profile), err))
		}
	}
	return failed
}

// one revokes and removes what one record tells of, under its lock: a refresh at the same time would bring new tokens
// to life.
func (l *logout) one(ctx context.Context, r store.Record) error {
	unlock, err := l.lock(ctx, l.records.StateDir, r.Key)
	if err != nil {
		return err
	}
	defer unlock()
	s := l.sessionFor(r)
	if !l.local {
		l.revoke(ctx, s)
	}
	if err := s.store.Delete(ctx, r.Key); err != nil {
		return err
	}
	if err := l.records.Remove(r.Key); err != nil {
		return err
	}
	l.note("removed the tokens of %s from the %s", label(r.Profile), r.Store)
	return nil
}

// sessionFor is the session in which a record was written: the profile where it still says the same, else what the
// record itself tells of the server.
func (l *logout) sessionFor(r store.Record) *session {
	if s, err := l.sessionOf(l.file, r.Profile, l.flags); err == nil && s.profile.Issuer == r.Issuer &&
		s.profile.TokenEndpoint == r.TokenEndpoint && s.profile.ClientID == r.ClientID {
		s.key, s.state, s.profile.Store = r.Key, l.records.StateDir, r.Store
		s.store = l.storeOf(s.profile, s.state)
		return s
	}
	p := config.Profile{Name: r.Profile, Issuer: r.Issuer, ClientID: r.ClientID, Store: r.Store}
	p.TokenEndpoint = r.TokenEndpoint
	return &session{app: l.app, profile: p, key: r.Key, state: l.records.StateDir, store: l.storeOf(p, l.records.StateDir)}
}

// revoke does what it can at the server, and tells what it could not: the tokens go from here all the same.
func (l *logout) revoke(ctx context.Context, s *session) {
	err := s.revoke(ctx)
	switch {
	case err == nil:
		l.note("revoked the tokens of %s at %s", label(s.profile.Name), server(s.profile))
	case errors.Is(err, store.ErrNotFound):
	case ctx.Err() != nil:
	default:
		l.warn("the tokens of %s stay valid at %s until they expire: %v", label(s.profile.Name), server(s.profile), err)
	}
}

func (s *session) revoke(ctx context.Context) error {
	set, err := s.store.Load(ctx, s.key)
	if err != nil {
		return err
	}
	client, err := s.client(ctx, false)
	if err != nil {
		return err
	}
	return client.Revoke(ctx, set)
}

func server(p config.Profile) string {
	if p.Issuer != "" {
		return p.Issuer
	}
	return p.TokenEndpoint
}

// label names a profile, or what was obtained by flags alone.
func label(profile string) string {
	if profile == "" {
		return "a client given by flags"
	}
	return profile
}
