package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/doctor"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// doctorReport is the form of `doctor --json`.
type doctorReport struct {
	Version int              `json:"version"`
	Profile string           `json:"profile,omitempty"`
	Checks  []doctor.Finding `json:"checks"`
}

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [NAME]",
		Short: "Check whether a login can work",
		Long: `Check what a login with the profile needs: the profile file and its mode, the server's metadata, the clock, TLS, the proxy,
the token store, the browser and the redirect URI's port. Each line says ok, warn or fail, and what to do. What a login would
refuse to try fails here in the same words. No token is requested, nothing is changed, and no secret is sent.

The exit status is 0 if nothing fails, else 1.`,
		Example: "  oauthget doctor work\n  oauthget doctor work --json\n  oauthget doctor --issuer https://login.example.com --client-id cli",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			a.global.noInput = true // a look must not ask to unlock anything
			report := a.examine(cmd, nameOf(args))
			if err := a.printDoctor(report); err != nil {
				return err
			}
			return report.err()
		},
	}
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (a *app) printDoctor(report doctorReport) error {
	if a.global.json {
		return a.printJSON(report)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, f := range report.Checks {
		fmt.Fprintf(w, "%-4s\t%s\t%s\n", f.Status, f.Check, untrusted.Line(f.Detail))
		if f.Do != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", untrusted.Line(f.Do))
		}
	}
	return w.Flush()
}

// err is what the command ends with: the report has said the rest.
func (r doctorReport) err() error {
	var failed []string
	var first string
	for _, f := range r.Checks {
		if f.Status == doctor.Fail {
			failed = append(failed, f.Check)
			if first == "" {
				first = f.Do
			}
		}
	}
	if len(failed) == 0 {
		return nil
	}
	err := errors.New("examine: a login will not work: " + strings.Join(failed, ", "))
	if first == "" {
		return err
	}
	return hint.With(err, first)
}
