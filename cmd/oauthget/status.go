package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// statusVersion is raised when a member of `status --json` changes its meaning or goes; new members may come.
const statusVersion = 1

// statusReport is the form of `status --json`.
type statusReport struct {
	Version  int             `json:"version"`
	Profiles []profileStatus `json:"profiles"`
}

// profileStatus is one profile's row. Times are RFC 3339, UTC.
type profileStatus struct {
	Profile     string    `json:"profile"`
	Account     string    `json:"account,omitempty"`
	Current     bool      `json:"current"` // whether the profile, as it stands in the file, leads to it
	Store       string    `json:"store,omitempty"`
	State       string    `json:"state"`
	Scopes      []string  `json:"scopes,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Refreshable bool      `json:"refreshable"`
	Username    string    `json:"username,omitempty"`
	Error       string    `json:"error,omitempty"`
}

// The states of a profile.
const (
	stateValid       = "valid"       // a stored token can be used now
	stateRefreshable = "refreshable" // it has expired, and the next call refreshes it
	stateRenewable   = "renewable"   // it has expired, and the next call obtains another, for which nobody is needed
	stateExpired     = "expired"     // it has expired, and the next call needs a login
	stateNone        = "none"        // nothing is stored
	stateLocked      = "locked"      // the keychain is locked, so nobody knows
	stateError       = "error"       // the profile or the store cannot be read
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show what is stored, for how long, and whether it can be refreshed",
		Long: `List the profiles with their store, scope and expiry, and whether the token can be refreshed; also what is stored for
other accounts, for clients given by flags, and for profiles that have changed or gone since. Nothing is asked of the
network or of a person, and no secret is shown. Exit 0 whatever the states are.`,
		Example: "  oauthget status\n  oauthget status work --json",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.global.noInput = true // a look must not ask to unlock anything
			report, err := a.report(cmd.Context(), nameOf(args))
			if err != nil {
				return err
			}
			if a.global.json {
				return a.printJSON(report)
			}
			return a.printStatus(report)
		},
	}
}

func (a *app) report(ctx context.Context, name string) (statusReport, error) {
	report := statusReport{Version: statusVersion, Profiles: []profileStatus{}}
	file, err := a.options().ProfileFile(ctx)
	if err != nil {
		return report, err
	}
	a.several = name == ""
	shown := map[string]bool{} // keys
	for _, n := range profilesOf(file, name) {
		s, err := session.Open(a.options(), file, n, nil)
		switch {
		case err != nil && name != "":
			return report, err
		case err != nil:
			report.Profiles = append(report.Profiles, profileStatus{Profile: n, Current: true, State: stateError, Error: untrusted.Line(err.Error())})
		default:
			shown[s.Key] = true
			report.Profiles = append(report.Profiles, a.statusOf(ctx, s, true))
		}
	}
	for _, r := range a.storedFor(name) {
		if !shown[r.Key] {
			report.Profiles = append(report.Profiles, a.statusOf(ctx, session.OfRecord(a.options(), file, r), false))
		}
	}
	return report, nil
}

// profilesOf lists the profiles of the file, or the one that is named.
func profilesOf(file *config.File, name string) []string {
	if name != "" || file == nil {
		return slices.DeleteFunc([]string{name}, func(n string) bool { return n == "" })
	}
	return file.Profiles()
}

// storedFor lists what has been stored, for one profile or for all. It is an addition: where the records cannot be
// read, the profiles are shown all the same.
func (a *app) storedFor(name string) []store.Record {
	dir, err := store.StateDir(a.getenv, a.goos)
	if err != nil {
		return nil
	}
	records, err := store.Records{StateDir: dir}.All()
	if err != nil {
		a.Warn("%v", err)
	}
	return slices.DeleteFunc(records, func(r store.Record) bool { return name != "" && r.Profile != name })
}

func (a *app) statusOf(ctx context.Context, s *session.Session, current bool) profileStatus {
	row := profileStatus{Profile: s.Profile.Name, Account: s.Profile.Account, Current: current, Store: s.Profile.Store}
	set, err := s.Store.Load(ctx, s.Key)
	if err != nil {
		row.State, row.Error = stateOfError(err)
		return row
	}
	row.Scopes, row.Username, row.Refreshable = set.Scopes, untrusted.Text(set.Username), !set.RefreshToken.Empty()
	row.State = stateOf(set, a.now(), s.Profile.NeedsPerson())
	if !set.Expiry.IsZero() {
		row.ExpiresAt = set.Expiry.UTC()
	}
	return row
}

func stateOf(set token.Set, now time.Time, needsPerson bool) string {
	switch {
	case set.Live(now, 0):
		return stateValid
	case !set.RefreshToken.Empty():
		return stateRefreshable
	case !needsPerson:
		return stateRenewable
	}
	return stateExpired
}

func stateOfError(err error) (state, text string) {
	if errors.Is(err, store.ErrNotFound) {
		return stateNone, ""
	}
	if e, ok := errors.AsType[*store.Error](err); ok && e.Reason == store.Locked {
		return stateLocked, untrusted.Line(err.Error())
	}
	return stateError, untrusted.Line(err.Error())
}

func (a *app) printStatus(report statusReport) error {
	if len(report.Profiles) == 0 {
		a.Note("there are no profiles; add one with oauthget profile add, or try oauthget demo")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "PROFILE\tSTORE\tSTATE\tEXPIRES\tSCOPE")
	for _, p := range report.Profiles {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.label(), cmp.Or(p.Store, "-"), p.State, expiryText(p, a.now()), cmp.Or(untrusted.Text(strings.Join(p.Scopes, " ")), "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range report.Profiles {
		if p.Error != "" {
			a.Warn("%s: %s", p.label(), p.Error)
		}
	}
	return nil
}

// label names the row for a person.
func (p profileStatus) label() string {
	text := cmp.Or(p.Profile, "(flags)")
	if p.Account != "" {
		text += " as " + p.Account
	} else if !p.Current && p.Profile != "" {
		text += " (former)"
	}
	return untrusted.Text(text)
}

func expiryText(p profileStatus, now time.Time) string {
	switch {
	case p.State == stateNone || p.State == stateLocked || p.State == stateError:
		return "-"
	case p.ExpiresAt.IsZero():
		return "unknown"
	case p.ExpiresAt.After(now):
		return "in " + p.ExpiresAt.Sub(now).Round(time.Second).String()
	}
	return now.Sub(p.ExpiresAt).Round(time.Second).String() + " ago"
}
