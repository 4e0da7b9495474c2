package account

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
)

// Move moves all that is stored for a profile to the store called to, and has the profile file name that store. Every
// key's lock is held until the end, so that no refresh makes a copy stale that is about to become the only one.
func Move(ctx context.Context, o session.Options, profile, to string) error {
	file, err := o.ProfileFile(ctx)
	if err != nil {
		return err
	}
	s, err := session.Open(o, file, profile, nil)
	if err != nil {
		return err
	}
	records, err := o.Records()
	if err != nil {
		return err
	}
	list, err := records.Of(profile)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Store == to })
	into := s.StoreNamed(to)
	var from []store.Store // of each record
	for _, r := range list {
		recorded := session.OfRecord(o, file, r)
		from = append(from, recorded.Store)
		unlock, err := recorded.Lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		if err := copySet(ctx, recorded.Store, into, r.Key); err != nil {
			return fmt.Errorf("move to the %s: %w", to, err)
		}
	}
	if err := config.Edit(file.Path, func(e *config.Editor) error {
		return e.Set(profile, map[string][]string{"store": {to}})
	}); err != nil {
		return err
	}
	for i, r := range list {
		// The record is last: until it names the new store, another run of the command finds the old copy by it.
		if err := from[i].Delete(ctx, r.Key); err != nil {
			return fmt.Errorf("remove the old copy: %w", err)
		}
		r.Store = to
		if err := records.Write(r); err != nil {
			return err
		}
	}
	o.Console.Note("%s keeps its tokens in the %s; moved: %d", profile, to, len(list))
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
	case err == nil && there.Obtained.After(set.Obtained):
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	}
	return into.Save(ctx, key, set)
}
