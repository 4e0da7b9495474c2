package account

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Write writes the report for a person: a table to w, and what could not be read to the console.
func (r Report) Write(w io.Writer, console session.Console, now time.Time) error {
	if len(r.Profiles) == 0 && len(r.Registrations) == 0 {
		console.Note("there are no profiles; oauthget setup makes one, and oauthget demo needs none")
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "PROFILE\tSTORE\tSTATE\tEXPIRES\tSCOPE")
	for _, p := range r.Profiles {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Label(), untrusted.Text(cmp.Or(p.Store, "-")), untrusted.Text(p.State), p.expiry(now), cmp.Or(untrusted.Text(strings.Join(p.Scopes, " ")), "-"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, c := range r.Registrations {
		of := ""
		if c.Profile != "" {
			of = " of " + untrusted.Text(c.Profile)
		}
		fmt.Fprintf(w, "registered at %s: client %s%s, kept in the %s\n", untrusted.Text(c.Issuer), untrusted.Text(c.ClientID), of, c.Store)
	}
	for _, p := range r.Profiles {
		if p.Error != "" {
			console.Warn("%s: %s", p.Label(), p.Error)
		}
	}
	return nil
}

func (s Status) expiry(now time.Time) string {
	switch s.State {
	case StateNone, StateLocked, StateError:
		return "-"
	}
	switch {
	case s.Endless:
		return "never"
	case s.ExpiresAt.IsZero():
		return "unknown"
	case s.ExpiresAt.After(now):
		return "in " + s.ExpiresAt.Sub(now).Round(time.Second).String()
	}
	return now.Sub(s.ExpiresAt).Round(time.Second).String() + " ago"
}
