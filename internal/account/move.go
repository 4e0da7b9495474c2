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
//
// A record is written before each copy, and the old one is removed after its copy. So a logout finds all there is, wherever
// a move was interrupted.
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
	m := mover{options: o, records: records, into: s.StoreNamed(to), inUse: s.Profile.Store == to}
	var from []store.Store // of each record
	for _, r := range list {
		recorded := session.OfRecord(o, file, r)
		from = append(from, recorded.Store)
		unlock, err := recorded.Lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		if err := m.copySet(ctx, recorded.Store, r); err != nil {
			return fmt.Errorf("move to the %s: %w", to, err)
		}
	}
	if err := config.Edit(file.Path, func(e *config.Editor) error {
		return e.Set(profile, map[string][]string{"store": {to}})
	}); err != nil {
		return err
	}
	o.Console.Step("changed the store of %s to %s", profile, to)
	for i, r := range list {
		if err := from[i].Delete(ctx, r.Key); err != nil {
			return fmt.Errorf("remove the old copy: %w", err)
		}
		o.Console.Step("removed the tokens of %s from the %s", profile, r.Store)
		if err := records.Remove(r.Key, r.Store); err != nil {
			return err
		}
	}
	o.Console.Note("%s keeps its tokens in the %s; moved: %d", profile, to, len(list))
	return nil
}

// mover copies sets into another store.
type mover struct {
	options session.Options
	records store.Records
	into    store.Store
	inUse   bool // the profile names that store already
}

// copySet copies what a record tells of, unless the other store has something newer: the move may have been interrupted, or
// the profile's store changed by hand.
func (m mover) copySet(ctx context.Context, from store.Store, r store.Record) error {
	set, err := from.Load(ctx, r.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	there, err := m.into.Load(ctx, r.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	found := err == nil
	r.Store = m.into.Name()
	if err := m.records.Write(r); err != nil {
		return err
	}
	m.options.Console.Step("the %s is recorded for %s", r.Store, r.Profile)
	if found && !there.AccessToken.Equal(set.AccessToken) {
		// They are not revoked: a server may end the newer ones with them, if they came from a refresh of these.
		m.options.Console.Note("both stores have tokens of %s: the older ones are removed, and stay valid at the server until they expire", r.Profile)
	}
	if found && (there.Obtained.After(set.Obtained) || m.inUse && there.Obtained.Equal(set.Obtained)) {
		return nil
	}
	if err := m.into.Save(ctx, r.Key, set); err != nil {
		return err
	}
	m.options.Console.Step("copied the tokens of %s to the %s", r.Profile, r.Store)
	return nil
}
