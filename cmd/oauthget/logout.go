package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
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
				return hint.Usagef("--all takes no profile names")
			}
			a.several = all || len(names) > 1
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
	a.completeProfiles(cmd, math.MaxInt)
	return cmd
}

func (a *app) newLogout(cmd *cobra.Command, local bool) (*logout, error) {
	dir, err := store.StateDir(a.getenv, a.goos)
	if err != nil {
		return nil, err
	}
	file, err := a.options().ProfileFile(cmd.Context())
	return &logout{app: a, records: store.Records{StateDir: dir}, file: file, flags: keyFlags(cmd), local: local}, err
}

func (l *logout) everything(ctx context.Context) error {
	list, err := l.records.All()
	if len(list) == 0 && err == nil {
		l.Note("nothing is stored")
	}
	return errors.Join(l.each(ctx, list), err)
}

// profiles logs out of those named; where none is, of the default one or of the client that flags give.
func (l *logout) profiles(cmd *cobra.Command, names []string) error {
	if len(names) > 0 {
		if err := l.onlyAccount(cmd); err != nil {
			return err
		}
	} else {
		s, err := l.open(cmd, "")
		if err != nil {
			return err
		}
		if s.Profile.Name == "" {
			return l.client(cmd.Context(), s)
		}
		names = []string{s.Profile.Name}
	}
	var failed error
	for _, name := range names {
		failed = errors.Join(failed, l.profile(cmd.Context(), name))
	}
	return failed
}

// onlyAccount refuses flags that a profile's name leaves no meaning for: what is stored for it goes, whatever they say.
func (l *logout) onlyAccount(cmd *cobra.Command) error {
	for key := range l.flags {
		if key != "account" {
			return hint.Usagef("a profile's name and --%s do not go together here", config.FlagOf(key))
		}
	}
	return nil
}

// client logs out of a client given by flags, which is known by its key alone.
func (l *logout) client(ctx context.Context, s *session.Session) error {
	list, err := l.records.Of("")
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Key != s.Key })
	if len(list) == 0 && err == nil {
		l.Note("nothing is stored for %s", label(""))
	}
	return errors.Join(l.each(ctx, list), err)
}

func (l *logout) profile(ctx context.Context, name string) error {
	list, err := l.records.Of(name)
	if err != nil {
		l.Warn("%v", err) // the records that could be read come all the same
	}
	if account, ok := l.flags["account"]; ok {
		list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Account != account[0] })
	}
	if len(list) == 0 {
		// A misspelt name must not pass for a logout.
		if _, err := session.Open(l.options(), l.file, name, l.flags); err != nil {
			return err
		}
		l.Note("nothing is stored for %s", label(name))
	}
	return l.each(ctx, list)
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
	s := session.OfRecord(l.options(), l.file, r)
	unlock, err := s.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if !l.local {
		l.revoke(ctx, s)
	}
	if err := s.Store.Delete(ctx, r.Key); err != nil {
		return err
	}
	if err := l.records.Remove(r.Key); err != nil {
		return err
	}
	l.Note("removed the tokens of %s from the %s", label(r.Profile), r.Store)
	return nil
}

// revoke does what it can at the server, and tells what it could not: the tokens go from here all the same.
func (l *logout) revoke(ctx context.Context, s *session.Session) {
	err := revoke(ctx, s)
	switch {
	case err == nil:
		l.Note("revoked the tokens of %s at %s", label(s.Profile.Name), server(s.Profile))
	case errors.Is(err, store.ErrNotFound):
	case ctx.Err() != nil:
	default:
		l.Warn("the tokens of %s stay valid at %s until they expire: %v", label(s.Profile.Name), server(s.Profile), err)
	}
}

func revoke(ctx context.Context, s *session.Session) error {
	set, err := s.Store.Load(ctx, s.Key)
	if err != nil {
		return err
	}
	// A cache that somebody has changed must not name the place where the refresh token goes.
	client, err := s.Client(ctx, true)
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
