// Package setup asks a person, step by step, for what a profile needs, tries the profile, and writes it.
//
// It is read from the top: [Run] asks the questions that no flag answers, has package doctor check the answers, logs in, and
// only then writes. Until the login has succeeded nothing is on the disk or in the keychain: a [session.Draft] stands for
// both. What has been stored when a later step fails is taken back.
//
// A question is a line with an answer ready, so that it works on every terminal. What can be found out is not asked.
package setup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/token"
)

// Options are what a setup is given.
type Options struct {
	Session session.Options
	// Ask asks the person a question, which may have several lines, and returns the line that was typed. The error is io.EOF
	// if there will be no answer.
	Ask func(ctx context.Context, question string) (string, error)

	Name    string              // of the profile; the URL of an issuer or of an API may be in its place; empty to choose one
	Flags   map[string][]string // profile keys given on the command line: answers to questions that are then not asked
	Replace bool                // a profile of that name is replaced
}

// Result is what a setup has made.
type Result struct {
	Profile  string
	Commands []string // command lines that use the profile
}

// setup is a setup under way.
type setup struct {
	Options
	console session.Console

	name    string              // of the profile
	replace bool                // it takes the place of one of that name
	keys    map[string][]string // the profile's, in the form of flags
	secret  token.Secret        // for the keychain item that keys name; empty for none

	preset     *provider.Preset // nil if the server is none of those known
	about      about            // the server
	registered bool             // the client, by this setup

	asked    map[int]bool // the steps that are done
	reopened map[int]bool // those that something was wrong with: a flag does not answer them any more
	warned   []string     // what the examination has told, once
	loggedIn bool
	undo     []func(context.Context)
}

// about is what is known of the server.
type about struct {
	title    string             // for a person
	metadata discovery.Metadata // empty if it is not known
}

// Run sets up a profile.
func Run(ctx context.Context, o Options) (Result, error) {
	s := newSetup(o)
	if err := s.run(ctx); err != nil {
		s.takeBack(ctx)
		return Result{}, err
	}
	words := []string{s.name}
	if file := o.Session.ConfigFile; file != "" {
		words = append(words, "--config", file)
	}
	url := "https://…"
	if s.text("url") != "" {
		url = shell.Word(s.text("url"))
	}
	return Result{Profile: s.name, Commands: []string{
		"oauthget token " + shell.Words(words), "oauthget curl " + shell.Words(words) + " " + url,
	}}, nil
}

func newSetup(o Options) *setup {
	o.Session.OneOfMany = true // variables that describe a client are not written into the profile
	o.Session.Agent = nil      // whose profiles are on its machine
	s := &setup{Options: o, console: o.Session.Console, keys: map[string][]string{}, asked: map[int]bool{}, reopened: map[int]bool{}}
	maps.Copy(s.keys, o.Flags)
	return s
}

// run goes on until the profile is written. After a failure it asks again what is to be changed, if there is somebody to ask.
func (s *setup) run(ctx context.Context) error {
	for {
		err := s.attempt(ctx)
		if err == nil || ctx.Err() != nil || !s.canAsk() {
			return err
		}
		step, again := s.stepOf(err)
		if !again {
			return err
		}
		s.tell(err)
		if err := s.reopen(ctx, step); err != nil {
			return err
		}
	}
}

// attempt asks what is not answered yet, and tries and writes the profile.
func (s *setup) attempt(ctx context.Context) error {
	for i, step := range s.steps() {
		if s.asked[i] {
			continue
		}
		if err := step.ask(ctx); err != nil {
			return &stepError{i, err}
		}
		s.asked[i] = true
	}
	if err := s.try(ctx); err != nil {
		return err
	}
	return s.keep(ctx)
}

// canAsk reports whether somebody can be asked.
func (s *setup) canAsk() bool { return !s.Session.NoInput && s.console.CanAsk() }

// tell says what went wrong, and what can be done about it.
func (s *setup) tell(err error) {
	if errors.Is(err, errBack) {
		return
	}
	_, hints := remedy.Of(err, remedy.Command{Path: "oauthget setup", ConfigFile: s.Session.ConfigFile, GOOS: s.Session.GOOS, Now: s.Session.Now()})
	s.console.Warn("%v", err)
	s.console.Note("hint: %s", hints[0]) // the others lead to the file, which is not written
}

// takeBack undoes what was stored, the last first.
func (s *setup) takeBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	for _, undo := range slices.Backward(s.undo) {
		undo(ctx)
	}
	s.undo = nil
}

// text is the first value of a key; empty for none.
func (s *setup) text(key string) string {
	if values := s.keys[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// set sets a key; an empty value removes it.
func (s *setup) set(key, value string) {
	if value == "" {
		delete(s.keys, key)
		return
	}
	s.keys[key] = []string{value}
}

// redirects reports whether the browser comes back to a redirect URI.
func (s *setup) redirects() bool {
	return s.text("grant") == "" || s.text("grant") == config.GrantAuthorizationCode
}

// needsPerson reports whether a login takes a person.
func (s *setup) needsPerson() bool { return (config.Profile{Grant: s.text("grant")}).NeedsPerson() }
