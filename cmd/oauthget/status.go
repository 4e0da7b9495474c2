package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

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
	stateExpired     = "expired"     // it has expired, and the next call needs a login
	stateNone        = "none"        // nothing is stored
	stateLocked      = "locked"      // the keychain is locked, so nobody knows
	stateError       = "error"       // the profile or the store cannot be read
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [NAME]",
		Short: "Show what is stored, for how long, and whether it can be refreshed",
		Long: `List the profiles with their store, scope and expiry, and whether the token can be refreshed. Nothing is asked of the
network, and no secret is shown. Exit 0 whatever the states are.`,
		Example: "  oauthget status\n  oauthget status work --json",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
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
	file, err := a.profileFile()
	if err != nil {
		return report, err
	}
	names := []string{name}
	if name == "" {
		if file == nil {
			return report, nil
		}
		if names, err = file.Profiles(); err != nil {
			return report, err
		}
	}
	for _, n := range names {
		s, err := a.sessionOf(file, n, nil)
		if err != nil {
			if name != "" {
				return report, err
			}
			report.Profiles = append(report.Profiles, profileStatus{Profile: n, State: stateError, Error: oneLine(err.Error())})
			continue
		}
		report.Profiles = append(report.Profiles, s.status(ctx))
	}
	return report, nil
}

func (s *session) status(ctx context.Context) profileStatus {
	row := profileStatus{Profile: s.profile.Name, Store: s.profile.Store}
	set, err := s.store.Load(ctx, s.key)
	if err != nil {
		row.State, row.Error = stateOfError(err)
		return row
	}
	row.Scopes, row.Username, row.Refreshable = set.Scopes, untrusted.Text(set.Username), !set.RefreshToken.Empty()
	row.State = stateOf(set, s.now())
	if !set.Expiry.IsZero() {
		row.ExpiresAt = set.Expiry.UTC()
	}
	return row
}

func stateOf(set token.Set, now time.Time) string {
	switch {
	case set.Live(now, 0):
		return stateValid
	case !set.RefreshToken.Empty():
		return stateRefreshable
	}
	return stateExpired
}

func stateOfError(err error) (state, text string) {
	if errors.Is(err, store.ErrNotFound) {
		return stateNone, ""
	}
	if e, ok := errors.AsType[*store.Error](err); ok && e.Reason == store.Locked {
		return stateLocked, oneLine(err.Error())
	}
	return stateError, oneLine(err.Error())
}

func (a *app) printStatus(report statusReport) error {
	if len(report.Profiles) == 0 {
		a.note("there are no profiles; add one with oauthget profile add, or try oauthget demo")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "PROFILE\tSTORE\tSTATE\tEXPIRES\tSCOPE")
	for _, p := range report.Profiles {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Profile, orDash(p.Store), p.State, expiryText(p, a.now()), orDash(untrusted.Text(strings.Join(p.Scopes, " "))))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range report.Profiles {
		if p.Error != "" {
			a.warn("%s: %s", p.Profile, p.Error)
		}
	}
	return nil
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

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
