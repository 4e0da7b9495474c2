// Package doctor examines, before a login is tried, whether one can work: the profile file, what the profile asks for
// against what the server publishes (RFC 8414), the redirect URI against the rules of known servers, credentials, clock,
// certificate, proxy, token store, browser and port.
//
// It gathers and judges. It obtains no token, asks nobody, and changes neither a profile nor a stored token; like a login,
// it caches the metadata and makes the folder of the file store. What a grant itself refuses is told by package flow's
// Client.Check.
package doctor

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Report is the form of `doctor --json`.
type Report struct {
	Version int       `json:"version"`
	Profile string    `json:"profile,omitempty"`
	Checks  []Finding `json:"checks"`
}

// Finding is what one check came to.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`       // what was seen, in one line
	Do     string `json:"do,omitempty"` // the thing to do; empty where nothing is

	err error
}

// Cause is the error that a login would end with; nil where there is none, or that is not known.
func (f Finding) Cause() error { return f.err }

// Status says how bad it is.
type Status string

// The statuses.
const (
	OK   Status = "ok"
	Warn Status = "warn" // a login may well work
	Fail Status = "fail" // it will not
)

func ok(check, detail string) Finding { return Finding{Check: check, Status: OK, Detail: detail} }

func warn(check, detail, do string) Finding {
	return Finding{Check: check, Status: Warn, Detail: detail, Do: do}
}

func fail(check, detail, do string) Finding {
	return Finding{Check: check, Status: Fail, Detail: detail, Do: do}
}

// Text is the report for a person.
func (r Report) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range r.Checks {
		fmt.Fprintf(w, "%-4s\t%s\t%s\n", f.Status, f.Check, untrusted.Line(f.Detail))
		if f.Do != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", untrusted.Line(f.Do))
		}
	}
	_ = w.Flush() // a strings.Builder never fails
	return b.String()
}

// Err names the checks that failed, with the first thing to do as its hint; nil if none failed.
func (r Report) Err() error {
	var failed, do []string
	for _, f := range r.Checks {
		if f.Status == Fail {
			failed = append(failed, f.Check)
			if f.Do != "" && do == nil {
				do = append(do, f.Do)
			}
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return hint.With(errors.New("a login will not work: "+strings.Join(failed, ", ")), do...)
}
