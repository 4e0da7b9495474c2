package doctor

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
	"slices"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Options are what an examination is about.
type Options struct {
	Session session.Options
	Profile string              // empty for the default one
	Flags   map[string][]string // profile keys given on the command line
}

// examination gathers findings about one profile and the machine.
type examination struct {
	options Options
	session *session.Session
	report  Report
}

// Examine looks at everything. What cannot be looked at because something else is missing is left out.
func Examine(ctx context.Context, o Options) Report {
	e := &examination{options: o, report: Report{Version: 1, Checks: []Finding{}}}
	var err error
	e.session, err = open(ctx, o)
	e.profileFile()
	switch {
	case e.report.Err() != nil: // which is why there is no profile either
	case err != nil:
		e.failed("profile", err)
	default:
		e.profile(ctx)
	}
	e.report.Checks = withoutContradiction(e.report.Checks)
	return e.report
}

// withoutContradiction leaves out what is fine where the same check has found something that is not, and what two have
// found: one part of an examination does not know what another one looks at.
func withoutContradiction(found []Finding) []Finding {
	var doubted []string
	for _, f := range found {
		if f.Status != OK {
			doubted = append(doubted, f.Check)
		}
	}
	told := map[string]bool{}
	return slices.DeleteFunc(found, func(f Finding) bool {
		twice := f.Do != "" && told[f.Check+"\n"+f.Do]
		told[f.Check+"\n"+f.Do] = true
		return twice || f.Status == OK && slices.Contains(doubted, f.Check)
	})
}

func open(ctx context.Context, o Options) (*session.Session, error) {
	file, err := o.Session.ProfileFile(ctx)
	if err != nil {
		return nil, err
	}
	return session.Open(o.Session, file, o.Profile, o.Flags)
}

func (e *examination) profile(ctx context.Context) {
	known := e.api(ctx)
	profile := e.session.Profile
	e.report.Profile = profile.Name
	e.add(ok("profile", cmp.Or(profile.Name, "given by flags and the environment")))
	credentials, complete := e.secrets(ctx)
	e.grantInputs(ctx)
	if !known {
		// there is no server to compare with
	} else if metadata, fetched := e.server(ctx); fetched {
		metadata = flow.Server(metadata, profile)
		if complete {
			e.grant(metadata, credentials)
		}
		e.add(Metadata(profile, metadata)...)
		if why, do := e.session.MixUp(metadata); why != "" {
			e.add(warn("iss", why, do))
		}
		if profile.Preset == "" {
			e.add(Redirect(profile)...)
		}
		e.add(Dialect(profile)...)
	}
	e.add(Preset(profile)...)
	e.tokens(ctx)
	e.git(ctx)
	if profile.Grant == config.GrantAuthorizationCode {
		e.browser()
		e.port(ctx)
	}
}

// api finds out which server the profile's API names. It reports false if there is an API and that cannot be known.
func (e *examination) api(ctx context.Context) (known bool) {
	const check = "api"
	if e.session.API() == "" {
		return true
	}
	switch server, err := e.session.Prepare(ctx); {
	case err != nil:
		e.obstacle(check, err)
		return false
	case server != nil:
		e.add(ok(check, "a login registers a client at "+untrusted.Text(server.Issuer)))
	default:
		e.add(ok(check, e.session.API()))
	}
	return true
}

func (e *examination) add(found ...Finding) { e.report.Checks = append(e.report.Checks, found...) }

func (e *examination) failed(check string, err error) {
	f := fail(check, err.Error(), e.advice(err))
	f.err = err
	e.add(f)
}

// advice is the first thing to do about an error.
func (e *examination) advice(err error) string {
	if e.session != nil {
		err = e.session.Failed(err)
	}
	o := e.options.Session
	path := "oauthget doctor"
	if o.Draft != nil {
		path = "oauthget setup" // the profile is not written yet
	}
	_, hints := remedy.Of(err, remedy.Command{Path: path, ConfigFile: o.ConfigFile, GOOS: o.GOOS, Now: o.Now()})
	return hints[0]
}

// profileFile looks at the mode of the profile file: whoever can change it can name another server for the same client.
func (e *examination) profileFile() {
	const check = "profile file"
	path, _, err := e.options.Session.ProfilePath()
	if err != nil {
		e.add(warn(check, "there is no place for one: "+err.Error(), "set HOME, or name a file with --config"))
		return
	}
	info, err := os.Stat(path)
	if err == nil {
		err = config.CheckNotWritableByOthers(path, info)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.add(ok(check, path+" is not there"))
	case err != nil:
		e.failed(check, err)
	case runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o020 != 0:
		e.add(warn(check, fmt.Sprintf("%s has mode %04o: members of its group can change it", path, info.Mode().Perm()), "where somebody else is in that group: chmod g-w "+shell.Word(path)))
	default:
		e.add(ok(check, path))
	}
}

// server fetches the metadata anew, and judges it and the exchange that brought it.
func (e *examination) server(ctx context.Context) (m discovery.Metadata, fetched bool) {
	profile := e.session.Profile
	if !profile.NeedsMetadata() {
		m, err := e.session.Metadata(ctx, discovery.Client{}, true)
		return m, err == nil
	}
	if u, err := url.Parse(cmp.Or(profile.MetadataURL, profile.Issuer)); err == nil {
		if proxy, err := confidential.Proxy(&http.Request{URL: u}); err != nil {
			e.failed(checkProxy, err)
		} else {
			e.add(Proxy(proxy))
		}
	}
	authorities, err := e.session.Authorities(ctx)
	if err != nil {
		e.failed("tls", err)
		return m, false
	}
	seen := &lastResponse{}
	options := e.session.HTTPOptions(authorities, nil)
	options.Wrap = seen.wrap
	client := e.options.Session.HTTPClient(options)
	m, err = e.session.Metadata(ctx, e.options.Session.Documents(client), true)
	if seen.response != nil {
		date, _ := http.ParseTime(seen.response.Header.Get("Date"))
		e.add(Connection(seen.response.TLS, e.options.Session.Now()), Clock(date, e.options.Session.Now()))
	}
	if err != nil {
		e.failed("metadata", err)
		return m, false
	}
	e.add(ok("metadata", m.Source))
	return m, true
}

// lastResponse keeps the last response, for its Date and its TLS.
type lastResponse struct {
	base     http.RoundTripper
	response *http.Response
}

func (l *lastResponse) wrap(base http.RoundTripper) http.RoundTripper {
	l.base = base
	return l
}

// RoundTrip implements [http.RoundTripper].
func (l *lastResponse) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(req)
	if err == nil {
		l.response = resp
	}
	return resp, err
}

// tokens finds out whether the store can be used, and what is in it.
func (e *examination) tokens(ctx context.Context) {
	const check = "token store"
	if e.session.Profile.Store == config.StoreNone {
		e.add(e.noStore(check))
		return
	}
	if err := e.session.Store.Probe(ctx); err != nil {
		e.failed(check, err)
		return
	}
	e.add(ok(check, e.session.Profile.Store))
	status, err := account.Of(ctx, e.session, e.options.Session.Now())
	switch status.State {
	case account.StateError, account.StateLocked:
		e.failed("stored token", err)
	case account.StateExpired:
		e.add(warn("stored token", "it has expired and cannot be refreshed", e.session.Command("login")))
	default:
		e.add(ok("stored token", status.State))
	}
	e.directory()
}

// noStore says where it comes from that no token is kept.
func (e *examination) noStore(check string) Finding {
	const detail = "none: each command obtains its own token"
	origin := e.session.Origins["store"]
	switch {
	case e.session.Profile.ReadsStdin():
		return ok(check, "none: what is obtained for standard input is not kept")
	case origin.Kind == config.FromFlag:
		return ok(check, detail)
	case origin.Kind == config.FromEnvironment:
		return warn(check, detail, "unset "+origin.Where+" to keep tokens")
	}
	return warn(check, detail, `remove store = "none" from `+origin.Where+" to keep tokens")
}

func (e *examination) directory() {
	const check = "state directory"
	info, err := os.Stat(e.session.StateDir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		e.failed(check, &store.Error{Reason: store.StateDirBad, Err: err})
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		e.add(fail(check, fmt.Sprintf("%s has mode %04o: others can look into it", e.session.StateDir(), info.Mode().Perm()), "chmod 700 "+shell.Word(e.session.StateDir())))
	default:
		e.add(ok(check, e.session.StateDir()))
	}
}

func (e *examination) browser() {
	const check = "browser"
	switch obstacle := e.session.Browser().Obstacle(); obstacle {
	case "":
		e.add(ok(check, "it can be opened"))
	case browser.RemoteSession:
		e.add(warn(check, string(obstacle), "a login shows the ssh line for the port, and takes the address pasted into the terminal"))
	default:
		e.add(warn(check, string(obstacle), "a login shows the address, and takes the one the browser ends at pasted into the terminal"))
	}
}

// port finds out whether the redirect URI can be listened on.
func (e *examination) port(ctx context.Context) {
	const check = "port"
	redirect, err := url.Parse(e.session.Profile.RedirectURI)
	if err != nil {
		e.failed(check, err)
		return
	}
	certificate, err := e.session.RedirectCertificate(ctx)
	if err != nil {
		e.failed(check, err)
		return
	}
	listener, err := loopback.Listen(ctx, loopback.Options{
		Certificate: certificate, RedirectURI: redirect, Ports: e.session.Profile.RedirectPorts, ListenAddress: e.session.Profile.ListenAddress, State: "none",
	})
	if err != nil {
		e.failed(check, err)
		return
	}
	defer listener.Close()
	e.add(ok(check, listener.RedirectURI()+" can be listened on"))
}
