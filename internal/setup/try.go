package setup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/doctor"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
)

// try has the profile examined, and logs in with it.
func (s *setup) try(ctx context.Context) error {
	if s.loggedIn {
		return nil
	}
	o, err := s.drafted()
	if err != nil {
		return err
	}
	ready, err := session.Open(o, o.Draft.File, s.name, nil)
	if err != nil {
		return err
	}
	if err := s.check(ctx, o); err != nil {
		return err
	}
	if o.NoInput && ready.Profile.NeedsPerson() {
		s.console.Note("with --no-input nobody logs in; the first oauthget token %s will", s.name)
		return nil
	}
	return s.login(ctx, o)
}

// draft is the profile file with the profile.
func (s *setup) draft() (*config.Draft, error) {
	path, _, err := s.Session.ProfilePath()
	if err != nil {
		return nil, err
	}
	return config.NewDraft(path, func(e *config.Editor) error { return s.add(e, s.name, s.keys) })
}

// drafted are the options of a session with the draft.
func (s *setup) drafted() (session.Options, error) {
	o := s.Session
	d, err := s.draft()
	if err != nil {
		return o, err
	}
	o.Draft = &session.Draft{File: d.File, Secret: s.secret}
	return o, nil
}

// findingError is a finding of package doctor that a login cannot go on with.
type findingError struct{ doctor.Finding }

func (e *findingError) Error() string { return e.Check + ": " + e.Detail }
func (e *findingError) Unwrap() error { return e.Cause() }

// step is the step that a finding is about.
func (e *findingError) step() int {
	switch e.Check {
	case "client secret":
		return stepSecret
	case "redirect uri", "port":
		return stepRedirect
	case "token store", "stored token", "state directory":
		return stepStore
	case "metadata", "tls", "proxy", "api":
		return stepProvider
	case "clock":
		return stepAgain
	}
	return stepOfKey(e.Check)
}

// check examines the profile as oauthget doctor does. It tells what is doubtful, and fails for what cannot work.
func (s *setup) check(ctx context.Context, o session.Options) error {
	o.NoInput = true // a look must not ask to unlock anything
	report := doctor.Examine(ctx, doctor.Options{Session: o, Profile: s.name})
	fine := 0
	for _, f := range report.Checks {
		switch f.Status {
		case doctor.Fail:
			return hint.With(&findingError{f}, some(f.Do)...)
		case doctor.Warn:
			if text := f.Check + ": " + f.Detail + "; " + f.Do; !slices.Contains(s.warned, text) {
				s.warned = append(s.warned, text)
				s.console.Warn("%s", text)
			}
		default:
			fine++
		}
	}
	s.console.Note("checked the profile: %d of %d checks found nothing wrong", fine, len(report.Checks))
	return nil
}

// login logs in and stores the token.
func (s *setup) login(ctx context.Context, o session.Options) error {
	trying, goBack := context.WithCancelCause(ctx)
	defer goBack(nil)
	if s.canAsk() {
		o.Console = attentive{s.console, s, goBack}
	}
	ready, err := session.Open(o, o.Draft.File, s.name, nil)
	if err != nil {
		return err
	}
	_, missing := ready.Store.Load(ctx, ready.Key)
	ready.Identify, ready.WarnOfMixUp, ready.AsOther = true, true, true
	logIn := ready.Fresh
	if ready.Profile.Store == config.StoreNone {
		logIn = ready.Login
	}
	set, err := logIn(trying)
	if err != nil {
		if errors.Is(context.Cause(trying), errBack) {
			return errBack
		}
		return err
	}
	s.loggedIn = true
	if missing != nil {
		s.undo = append(s.undo, func(ctx context.Context) {
			if l, err := account.NewLogout(ctx, o, false); err == nil {
				_ = l.Of(ctx, ready) // it says itself what it could not do
			}
		})
	}
	s.console.Note("logged in%s", ready.Details(set))
	return nil
}

// attentive is a console at which a login can be left for the questions: a server that shows an error on a page of its own
// sends nobody back.
type attentive struct {
	session.Console
	setup  *setup
	goBack context.CancelCauseFunc
}

// Confirm implements [session.Console]. The person has just given the URL, so yes is ready.
func (a attentive) Confirm(ctx context.Context, question string) (bool, error) {
	return a.setup.yes(ctx, []string{""}, question)
}

// ShowURL implements [session.Console].
func (a attentive) ShowURL(url string) {
	a.Console.ShowURL(url)
	a.Note("if the browser shows an error instead, type back here, and Enter")
}

// ReadLines implements [session.Console].
func (a attentive) ReadLines(ctx context.Context, most int, take func(line string) (more bool)) error {
	return a.Console.ReadLines(ctx, most, func(line string) bool {
		if strings.EqualFold(strings.TrimSpace(line), "back") {
			a.goBack(errBack)
			return false
		}
		return take(line)
	})
}

// some is a list of the text, or empty if there is none.
func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}
