package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/doctor"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
)

// examination gathers findings about one profile and the machine.
type examination struct {
	*app
	session *session.Session
	report  *doctorReport
}

// examine looks at everything. What cannot be looked at for want of something else is left out.
func (a *app) examine(cmd *cobra.Command, name string) doctorReport {
	report := doctorReport{Version: 1, Checks: []doctor.Finding{}}
	s, err := a.open(cmd, name)
	a.examineFile(&report)
	switch {
	case report.err() != nil: // which is why there is no profile either
		return report
	case err != nil:
		report.failed("profile", err)
		return report
	}
	report.Profile = s.Profile.Name
	report.add("profile", doctor.OK, cmp.Or(s.Profile.Name, "given by flags and the environment"), "")
	e := examination{a, s, &report}
	credentials, complete := e.secrets(cmd.Context())
	e.presents(cmd.Context())
	if metadata, ok := e.server(cmd.Context()); ok {
		metadata = flow.Server(metadata, s.Profile)
		if complete {
			e.grant(metadata, credentials)
		}
		e.findings(doctor.Metadata(s.Profile, metadata)...)
		e.findings(doctor.Redirect(s.Profile)...)
	}
	e.tokens(cmd.Context())
	if s.Profile.Grant == config.GrantAuthorizationCode {
		e.browser()
		e.port(cmd.Context())
	}
	return report
}

func (r *doctorReport) add(check string, status doctor.Status, detail, do string) {
	r.Checks = append(r.Checks, doctor.Finding{Check: check, Status: status, Detail: detail, Do: do})
}

// failed adds an error with its first hint, as the command that meets it would say it.
func (r *doctorReport) failed(check string, err error) {
	_, hints := remedy.Of(err, "oauthget doctor", time.Now())
	r.add(check, doctor.Fail, err.Error(), hints[0])
}

// examineFile looks at the mode of the profile file: who can change it can name another server for the same client.
func (a *app) examineFile(r *doctorReport) {
	const check = "profile file"
	path, _, err := a.options().ProfilePath()
	if err != nil {
		r.add(check, doctor.Warn, "there is no place for one: "+err.Error(), "set HOME, or name a file with --config")
		return
	}
	info, err := os.Stat(path)
	if err == nil {
		err = config.CheckNotWritableByOthers(path, info)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.add(check, doctor.OK, path+" is not there", "")
	case err != nil:
		r.failed(check, err)
	case runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o020 != 0:
		r.add(check, doctor.Warn, fmt.Sprintf("%s has mode %04o: members of its group can change it", path, info.Mode().Perm()), "where somebody else is in that group: chmod g-w "+path)
	default:
		r.add(check, doctor.OK, path, "")
	}
}

// server fetches the metadata anew, and judges it and the exchange that brought it.
func (e examination) server(ctx context.Context) (m discovery.Metadata, ok bool) {
	if e.session.Profile.Issuer == "" {
		return m, true
	}
	if u, err := url.Parse(e.session.Profile.Issuer); err == nil {
		e.findings(doctor.Proxy(confidential.Proxy(&http.Request{URL: u})))
	}
	authorities, err := e.session.Authorities(ctx)
	if err != nil {
		e.report.failed("tls", err)
		return m, false
	}
	seen := &sight{}
	client := e.options().HTTPClient(endpoint.Options{Authorities: authorities, Trace: seen.wrap})
	m, err = e.options().Documents(client).Fetch(ctx, e.session.Profile.Issuer, true)
	if seen.answer != nil {
		date, _ := http.ParseTime(seen.answer.Header.Get("Date"))
		e.findings(doctor.Connection(seen.answer.TLS, e.now()), doctor.Clock(date, e.now()))
	}
	if err != nil {
		e.report.failed("metadata", err)
		return m, false
	}
	e.report.add("metadata", doctor.OK, m.Source, "")
	return m, true
}

func (e examination) findings(list ...doctor.Finding) {
	e.report.Checks = append(e.report.Checks, list...)
}

// sight keeps the last answer, for its Date and its TLS.
type sight struct {
	base   http.RoundTripper
	answer *http.Response
}

func (s *sight) wrap(base http.RoundTripper) http.RoundTripper {
	s.base = base
	return s
}

// RoundTrip implements [http.RoundTripper].
func (s *sight) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(req)
	if err == nil {
		s.answer = resp
	}
	return resp, err
}

// tokens finds out whether the store can be used, and what is in it.
func (e examination) tokens(ctx context.Context) {
	const check = "token store"
	if e.session.Profile.Store == "none" {
		e.report.add(check, doctor.Warn, "none: each command obtains its own token", "remove store = \"none\" to keep tokens")
		return
	}
	if err := e.session.Store.Probe(ctx); err != nil {
		e.report.failed(check, err)
		return
	}
	e.report.add(check, doctor.OK, e.session.Profile.Store, "")
	row := account.Of(ctx, e.session, e.now())
	switch row.State {
	case account.StateError, account.StateLocked:
		e.report.add("stored token", doctor.Fail, row.Error, "oauthget status "+e.session.Profile.Name)
	case account.StateExpired:
		e.report.add("stored token", doctor.Warn, "it has expired and cannot be refreshed", "oauthget login "+e.session.Profile.Name)
	default:
		e.report.add("stored token", doctor.OK, row.State, "")
	}
	e.directory()
}

func (e examination) directory() {
	const check = "state directory"
	info, err := os.Stat(e.session.StateDir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		e.report.failed(check, &store.Error{Reason: store.StateDirBad, Err: err})
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		e.report.add(check, doctor.Fail, fmt.Sprintf("%s has mode %04o: others can look into it", e.session.StateDir(), info.Mode().Perm()), "chmod 700 "+e.session.StateDir())
	default:
		e.report.add(check, doctor.OK, e.session.StateDir(), "")
	}
}

func (e examination) browser() {
	const check = "browser"
	switch obstacle := e.session.Browser().Obstacle(); obstacle {
	case "":
		e.report.add(check, doctor.OK, "it can be opened", "")
	case browser.RemoteSession:
		e.report.add(check, doctor.Warn, string(obstacle), "a login shows the ssh line for the port, and takes the address pasted into the terminal")
	default:
		e.report.add(check, doctor.Warn, string(obstacle), "a login shows the address, and takes the one the browser ends at pasted into the terminal")
	}
}

// port finds out whether the redirect URI can be listened on.
func (e examination) port(ctx context.Context) {
	const check = "port"
	redirect, err := url.Parse(e.session.Profile.RedirectURI)
	if err != nil {
		e.report.failed(check, err)
		return
	}
	listener, err := loopback.Listen(ctx, loopback.Options{
		RedirectURI: redirect, Ports: e.session.Profile.RedirectPorts, ListenAddress: e.session.Profile.ListenAddress, State: "none",
	})
	if err != nil {
		e.report.failed(check, err)
		return
	}
	defer listener.Close()
	e.report.add(check, doctor.OK, listener.RedirectURI()+" can be listened on", "")
}
