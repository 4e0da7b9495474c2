package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/store"
)

func (a *app) logoutCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "logout [NAME…]",
		Short: "Remove stored tokens",
		Long: `Remove what is stored for the profiles named, or for the default one: also what was stored before the profile was
changed, and for a profile that is no longer in the file. --all removes everything oauthget has stored.`,
		Example: "  oauthget logout work\n  oauthget logout --all",
		RunE: func(cmd *cobra.Command, names []string) error {
			if all && len(names) > 0 {
				return &usageError{errors.New("--all takes no profile names"), cmd.CommandPath()}
			}
			if all {
				return a.logoutAll(cmd.Context())
			}
			return a.logoutNamed(cmd, names)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "remove everything that is stored")
	addKeyFlags(cmd)
	return cmd
}

func (a *app) logoutAll(ctx context.Context) error {
	records, err := a.records()
	if err != nil {
		return err
	}
	list, err := records.All()
	return errors.Join(a.forget(ctx, records, list), err)
}

func (a *app) logoutNamed(cmd *cobra.Command, names []string) error {
	records, err := a.records()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		s, err := a.openSession(cmd, "")
		if err != nil {
			return err
		}
		names = []string{s.profile.Name}
	}
	for _, name := range names {
		list, err := records.Of(name)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			// A misspelt name must not pass for a logout.
			if _, err := a.openSession(cmd, name); err != nil {
				return err
			}
			a.note("nothing is stored for %s", label(name))
		}
		if err := a.forget(cmd.Context(), records, list); err != nil {
			return err
		}
	}
	return nil
}

// forget removes what records tell of, and goes on after a failure: what can go is to go.
func (a *app) forget(ctx context.Context, records store.Records, list []store.Record) error {
	var failed error
	for _, r := range list {
		if err := a.forgetOne(ctx, records, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("log out of %s: %w", label(r.Profile), err))
			continue
		}
		a.note("removed the token of %s from the %s", label(r.Profile), r.Store)
	}
	return failed
}

func (a *app) forgetOne(ctx context.Context, records store.Records, r store.Record) error {
	unlock, err := store.Lock(ctx, records.StateDir, r.Key)
	if err != nil {
		return err
	}
	defer unlock()
	if err := a.keychain(records.StateDir).Delete(ctx, r.Key); err != nil {
		return err
	}
	return records.Remove(r.Key)
}

// label names a profile, or what was obtained by flags alone.
func label(profile string) string {
	if profile == "" {
		return "a client given by flags"
	}
	return profile
}
