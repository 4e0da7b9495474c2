package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

func (a *app) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "store",
		Short:   "Move tokens from one store to another",
		Long:    "Manage where the tokens of a profile are kept.",
		Example: "  oauthget store move work --to file",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.storeMoveCommand())
	return cmd
}

// movable are the stores that keep something.
var movable = []string{"keychain", "file"}

func (a *app) storeMoveCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "move NAME --to keychain|file",
		Short: "Move a profile's tokens to another store, and the profile with them",
		Long: `Copy what is stored for a profile to the other store, have the profile name it, and remove the old copies last. What
interrupts this leaves at least one copy that the profile leads to; to run the command again finishes it.`,
		Example: "  oauthget store move work --to file\n  oauthget store move work --to keychain",
		Args:    exactlyOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(movable, to) {
				return hint.Usagef("--to takes keychain or file, not %q", to)
			}
			file, err := a.options().ProfileFile(cmd.Context())
			if err != nil {
				return err
			}
			s, err := session.Open(a.options(), file, args[0], nil)
			if err != nil {
				return err
			}
			return a.move(cmd.Context(), s, file, to)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the store to move to: keychain, file")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(movable, cobra.ShellCompDirectiveNoFileComp))
	a.completeProfiles(cmd, 1)
	return cmd
}

// move moves all that is stored for the profile. Every key's lock is held until the end, so that no refresh makes a
// copy stale that is about to become the only one.
func (a *app) move(ctx context.Context, s *session.Session, file *config.File, to string) error {
	records, err := a.records()
	if err != nil {
		return err
	}
	list, err := records.Of(s.Profile.Name)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Store == to })
	into := s.StoreNamed(to)
	for _, r := range list {
		from := session.OfRecord(a.options(), file, r)
		unlock, err := from.Lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		if err := copySet(ctx, from.Store, into, r.Key); err != nil {
			return fmt.Errorf("move to the %s: %w", to, err)
		}
	}
	if err := config.Edit(file.Path, func(e *config.Editor) error {
		return e.Set(s.Profile.Name, map[string][]string{"store": {to}})
	}); err != nil {
		return err
	}
	for _, r := range list {
		from := session.OfRecord(a.options(), file, r).Store
		// The record is last: until it names the new store, another run of the command finds the old copy by it.
		if err := from.Delete(ctx, r.Key); err != nil {
			return fmt.Errorf("remove the old copy: %w", err)
		}
		r.Store = to
		if err := records.Write(r); err != nil {
			return err
		}
	}
	a.Note("%s keeps its tokens in the %s; moved: %d", s.Profile.Name, to, len(list))
	return nil
}

// copySet copies what is stored under key, unless the other store has something newer from a move that was interrupted.
func copySet(ctx context.Context, from, into store.Store, key string) error {
	set, err := from.Load(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	there, err := into.Load(ctx, key)
	switch {
	case err == nil && newer(there, set):
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	return into.Save(ctx, key, set)
}

func newer(a, b token.Set) bool { return a.Obtained.After(b.Obtained) }

func (a *app) records() (store.Records, error) {
	dir, err := store.StateDir(a.getenv, a.goos)
	return store.Records{StateDir: dir}, err
}
