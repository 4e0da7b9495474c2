package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Logout revokes and removes what is stored.
type Logout struct {
	options session.Options
	records store.Records
	file    *config.File // may be nil
	local   bool         // send nothing to the server
}

// NewLogout prepares a logout. If local is true, it sends nothing to the server.
func NewLogout(ctx context.Context, o session.Options, local bool) (*Logout, error) {
	records, err := o.Records()
	if err != nil {
		return nil, err
	}
	file, err := o.ProfileFile(ctx)
	return &Logout{o, records, file, local}, err
}

// All logs out of everything that is stored.
func (l *Logout) All(ctx context.Context) error {
	list, err := l.records.All()
	if len(list) == 0 && err == nil {
		l.options.Console.Note("nothing is stored")
	}
	list = slices.DeleteFunc(list, l.stays)
	return errors.Join(l.each(ctx, list), err)
}

// stays reports whether a record is of a client that a profile has, and says how to remove it. It is no login, and the profile
// would be of no use without it.
func (l *Logout) stays(r store.Record) bool {
	if !l.names(r) {
		return false
	}
	l.options.Console.Note("the client that was registered for %s stays: oauthget logout --registration %s", r.Profile, shell.Word(r.Profile))
	return true
}

// Given logs out of the default profile, or of the client that the flags describe.
func (l *Logout) Given(ctx context.Context, flags map[string][]string) error {
	s, err := session.Open(l.options, l.file, "", flags)
	if err != nil {
		return err
	}
	if s.Profile.Name != "" {
		return l.Profile(ctx, s.Profile.Name, flags)
	}
	// A client given by flags is known by its key alone.
	list, err := l.records.Of("")
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Key != s.Key })
	list = withPresent(ctx, list, s)
	if len(list) == 0 && err == nil {
		l.options.Console.Note("nothing is stored for %s", label(""))
	}
	return errors.Join(l.each(ctx, list), err)
}

// Profile logs out of a profile, also as it was before it was changed, in each store. If the flags name an account, it is
// only that.
func (l *Logout) Profile(ctx context.Context, name string, flags map[string][]string) error {
	list, err := l.records.Of(name)
	if err != nil {
		l.options.Console.Warn("%v", err) // the records that could be read are returned too
	}
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Registration }) // the profile's client, not its login
	if account, ok := flags["account"]; ok {
		list = slices.DeleteFunc(list, func(r store.Record) bool { return r.Account != account[0] })
	}
	s, err := session.Open(l.options, l.file, name, flags)
	if err == nil {
		list = withPresent(ctx, list, s)
	}
	if len(list) == 0 {
		if err != nil { // a misspelt name must not look like a logout
			return err
		}
		l.options.Console.Note("nothing is stored for %s", label(name))
	}
	return l.each(ctx, list)
}

// Of logs out of what one session has stored.
func (l *Logout) Of(ctx context.Context, s *session.Session) error {
	return l.each(ctx, []store.Record{s.Record()})
}

// API logs out of the API at a URL, by whatever profile its tokens were obtained.
func (l *Logout) API(ctx context.Context, address string) error {
	target, err := session.ParseAPI(address)
	if err != nil {
		return err
	}
	list, err := l.records.All()
	list = slices.DeleteFunc(list, func(r store.Record) bool { return r.API == "" || !origin.Covers(r.API, target) })
	if len(list) == 0 && err == nil {
		l.options.Console.Note("nothing is stored for %s", address)
	}
	return errors.Join(l.each(ctx, list), err)
}

// Registration removes the client that was registered for the profile of that name, or for the API at that URL.
func (l *Logout) Registration(ctx context.Context, name string, flags map[string][]string) error {
	if !session.IsURL(name) {
		list, err := l.records.Of(name)
		list = slices.DeleteFunc(list, func(r store.Record) bool { return !r.Registration })
		for _, r := range list {
			err = errors.Join(err, l.unregister(ctx, session.OfRecord(l.options, l.file, r), r))
		}
		if len(list) > 0 || err != nil {
			return err
		}
	}
	s, err := session.Open(l.options, l.file, name, flags) // a misspelt name must not look like a removal
	if err != nil {
		return err
	}
	record, ok, err := s.RegistrationRecord(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		l.options.Console.Note("no client was registered for %s", untrusted.Text(cmp.Or(name, s.Profile.Name)))
		return nil
	}
	return l.unregister(ctx, s, record)
}

func (l *Logout) unregister(ctx context.Context, s *session.Session, r store.Record) error {
	there, err := s.Unregister(ctx, r, l.local)
	server, note := untrusted.Text(r.Issuer), l.options.Console.Note
	if _, stays := errors.AsType[*session.StaysError](err); stays {
		l.options.Console.Warn("the client stays registered at %s: %v", server, err)
	} else if err != nil {
		return err
	}
	if there {
		note("removed the registered client at %s, and here", server)
	} else {
		note("removed the registered client of %s here", server)
	}
	if l.names(r) {
		note("the profile %s has its client_id still: give it another, or remove it", r.Profile)
	}
	return nil
}

// names reports whether a profile of the file has the registered client of a record.
func (l *Logout) names(r store.Record) bool {
	o := l.options
	o.OneOfMany = true
	s, err := session.Open(o, l.file, r.Profile, nil)
	return r.Registration && r.Profile != "" && err == nil && s.Profile.ClientID == r.ClientID
}

// withPresent adds a record of what the session has stored, if it is missing.
func withPresent(ctx context.Context, list []store.Record, s *session.Session) []store.Record {
	present := s.Record()
	recorded := func(r store.Record) bool { return r.Key == present.Key && r.Store == present.Store }
	if s.Profile.Store == config.StoreNone || slices.ContainsFunc(list, recorded) {
		return list
	}
	if _, err := s.Store.Load(ctx, s.Key); err != nil {
		return list
	}
	return append(list, present)
}

// each goes on after a failure, so that as much as possible is removed.
func (l *Logout) each(ctx context.Context, list []store.Record) error {
	var failed error
	// A server takes the tokens of a client as long as it knows the client.
	slices.SortStableFunc(list, func(a, b store.Record) int {
		switch {
		case a.Registration == b.Registration:
			return 0
		case a.Registration:
			return 1
		}
		return -1
	})
	for _, r := range list {
		s := session.OfRecord(l.options, l.file, r)
		if r.Registration {
			failed = errors.Join(failed, l.unregister(ctx, s, r))
			continue
		}
		if err := l.one(ctx, s, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("log out of %s: %w", labelOf(r), s.Failed(err)))
		}
	}
	return failed
}

// one revokes and removes the tokens of one record. It holds the key's lock: a refresh at the same time would obtain new
// ones.
func (l *Logout) one(ctx context.Context, s *session.Session, r store.Record) error {
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
	_ = store.RemoveFailure(l.records.StateDir, r.Key)
	if err := l.records.Remove(r.Key, r.Store); err != nil {
		return err
	}
	l.options.Console.Note("removed the tokens of %s from the %s", labelOf(r), r.Store)
	return nil
}

// revoke revokes the tokens at the server. A failure is a warning: they are removed in any case.
func (l *Logout) revoke(ctx context.Context, s *session.Session) {
	name, server := label(cmp.Or(s.Profile.Name, s.API())), cmp.Or(s.Profile.Issuer, s.Profile.TokenEndpoint)
	err := revokeStored(ctx, s)
	switch {
	case err == nil:
		l.options.Console.Note("revoked the tokens of %s at %s", name, server)
	case errors.As(err, new(*flow.AccessTokenError)):
		l.options.Console.Note("revoked the refresh token of %s at %s; the server did not revoke the access token, which may have ended with it: %v", name, server, err)
	case errors.Is(err, store.ErrNotFound):
	case ctx.Err() != nil:
	default:
		l.options.Console.Warn("the tokens of %s stay valid at %s until they expire: %v", name, server, err)
	}
}

func revokeStored(ctx context.Context, s *session.Session) error {
	set, err := s.Store.Load(ctx, s.Key)
	if err != nil {
		return err
	}
	// A changed cache must not decide where the refresh token is sent.
	client, err := s.Client(ctx, true)
	if err != nil {
		return err
	}
	return client.Revoke(ctx, set)
}

// label names a profile, or what was obtained by flags alone.
func label(profile string) string { return cmp.Or(profile, "a client given by flags") }

func labelOf(r store.Record) string { return label(cmp.Or(r.Profile, r.API)) }
