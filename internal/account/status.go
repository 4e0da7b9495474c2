// Package account lists the stored tokens, revokes and removes them, and moves them from one store to another. It finds
// them by the profiles and by the records, so that it also finds those of profiles that have changed or gone.
package account

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// reportVersion is raised when a member of `status --json` changes its meaning or goes; new members may come.
const reportVersion = 1

// Report is the form of `status --json`.
type Report struct {
	Version  int      `json:"version"`
	Profiles []Status `json:"profiles"`
	// Registrations are the clients that were registered.
	Registrations []Registration `json:"registrations,omitempty"`
}

// Registration is a client that was registered at an authorization server (RFC 7591).
type Registration struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"client_id"`
	Store    string `json:"store"`
	Profile  string `json:"profile,omitempty"` // that it was registered for
}

// Status is what is stored for one profile. Times are RFC 3339, UTC.
type Status struct {
	Profile     string    `json:"profile"`
	Account     string    `json:"account,omitempty"`
	API         string    `json:"api,omitempty"` // the resource that the token is for, if it was obtained by an API's URL
	Current     bool      `json:"current"`       // whether the profile in the file leads to it
	Store       string    `json:"store,omitempty"`
	State       string    `json:"state"`
	Scopes      []string  `json:"scopes,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Refreshable bool      `json:"refreshable"`
	Username    string    `json:"username,omitempty"`
	Error       string    `json:"error,omitempty"`

	Endless bool `json:"-"` // it does not expire
}

// The states of what is stored.
const (
	StateValid       = "valid"       // a stored token can be used now
	StateRefreshable = "refreshable" // it has expired, and the next call refreshes it
	StateRenewable   = "renewable"   // it has expired, and the next call obtains another without a login
	StateExpired     = "expired"     // it has expired, and the next call needs a login
	StateNone        = "none"        // nothing is stored
	StateLocked      = "locked"      // the keychain is locked
	StateError       = "error"       // the profile or the store cannot be read
)

// List reports what is stored for the profile called name, or for the API of that URL, or for all if name is empty: for each
// profile what it leads to, then its accounts and what it led to before. It needs no network.
func List(ctx context.Context, o session.Options, name string) (Report, error) {
	report := Report{Version: reportVersion, Profiles: []Status{}}
	if o.Agent != nil {
		err := o.Agent.Status(ctx, name, &report)
		return report, err
	}
	file, err := o.ProfileFile(ctx)
	if err != nil {
		return report, err
	}
	if session.IsURL(name) {
		s, err := session.Open(o, file, name, nil)
		if err == nil {
			status, _ := Of(ctx, s, o.Now())
			report.Profiles = append(report.Profiles, status)
		}
		return report, err
	}
	o.OneOfMany = name == ""
	records := storedFor(o, name)
	for _, n := range profilesOf(file, name) {
		s, err := session.Open(o, file, n, nil)
		switch {
		case err != nil && name != "":
			return report, err
		case err != nil:
			report.Profiles = append(report.Profiles, Status{Profile: n, Current: true, State: StateError, Error: untrusted.Line(err.Error())})
		default:
			status, _ := Of(ctx, s, o.Now())
			report.Profiles = append(report.Profiles, status)
			records = slices.DeleteFunc(records, func(r store.Record) bool { return r.Key == s.Key && r.Store == s.Profile.Store })
		}
		records = report.add(ctx, o, file, records, func(r store.Record) bool { return r.Profile == n })
	}
	report.add(ctx, o, file, records, func(store.Record) bool { return true })
	return report, nil
}

// add adds what the records that are wanted tell of, and returns the others.
func (r *Report) add(ctx context.Context, o session.Options, file *config.File, records []store.Record, wanted func(store.Record) bool) (rest []store.Record) {
	for _, record := range records {
		if !wanted(record) {
			rest = append(rest, record)
			continue
		}
		if record.Registration {
			r.Registrations = append(r.Registrations, Registration{record.Issuer, record.ClientID, record.Store, record.Profile})
			continue
		}
		status, _ := Of(ctx, session.OfRecord(o, file, record), o.Now())
		status.Current = false
		if status.State != StateNone { // the record is left of something that was interrupted
			r.Profiles = append(r.Profiles, status)
		}
	}
	return rest
}

// profilesOf returns the profiles of the file, or the one that is named.
func profilesOf(file *config.File, name string) []string {
	if name != "" || file == nil {
		return slices.DeleteFunc([]string{name}, func(n string) bool { return n == "" })
	}
	return file.Profiles()
}

// storedFor returns the records of one profile, or of all. If they cannot be read, the profiles are still listed.
func storedFor(o session.Options, name string) []store.Record {
	records, err := o.Records()
	if err != nil {
		return nil
	}
	list, err := records.All()
	if err != nil {
		o.Console.Warn("%v", err)
	}
	slices.SortStableFunc(list, func(a, b store.Record) int {
		return cmp.Or(cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Account, b.Account))
	})
	return slices.DeleteFunc(list, func(r store.Record) bool { return name != "" && r.Profile != name })
}

// Of returns the status of what is stored under the session's key. If that cannot be read, the status says why, and err is
// the reason.
func Of(ctx context.Context, s *session.Session, now time.Time) (status Status, err error) {
	status = Status{Profile: s.Profile.Name, API: s.API(), Account: s.Profile.Account, Current: true, Store: s.Profile.Store}
	set, err := s.Store.Load(ctx, s.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		status.State = StateNone
		return status, nil
	case err != nil:
		status.State, status.Error = stateOfError(err), untrusted.Line(err.Error())
		return status, s.Failed(err)
	}
	status.Scopes, status.Username, status.Refreshable = set.Scopes, untrusted.Text(set.Username), s.CanRefresh(set)
	status.State = stateOf(set, now, status.Refreshable, s.Profile.NeedsPerson())
	status.Endless = set.Expiry.IsZero() && s.Profile.DefaultExpiresIn == config.Never
	if !set.Expiry.IsZero() {
		status.ExpiresAt = set.Expiry.UTC()
	}
	return status, nil
}

func stateOf(set token.Set, now time.Time, refreshable, needsPerson bool) string {
	switch {
	case set.Live(now, 0):
		return StateValid
	case refreshable:
		return StateRefreshable
	case !needsPerson:
		return StateRenewable
	}
	return StateExpired
}

func stateOfError(err error) string {
	if e, ok := errors.AsType[*store.Error](err); ok && e.Reason == store.Locked {
		return StateLocked
	}
	return StateError
}

// Label names what is stored for a person.
func (s Status) Label() string {
	text := cmp.Or(s.Profile, s.API, "(flags)")
	if s.Account != "" {
		text += " as " + s.Account
	} else if !s.Current && s.Profile != "" {
		text += " (former)"
	}
	return untrusted.Text(text)
}
