package session

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestFailureOfAnotherProcessIsTheSameError(t *testing.T) {
	s := newSession(optionsFor(t, &person{}, nil), nil, config.Profile{Store: "file"}, t.TempDir())
	s.Key = "0a"
	if err := s.lastFailure(time.Time{}); err != nil {
		t.Errorf("before any login: %v", err)
	}
	for _, c := range []struct {
		err  error
		same func(error) bool
	}{
		{
			&flow.ServerError{Op: "log in", Code: "access_denied", Description: "no"},
			func(err error) bool { return flow.Denied(err) },
		},
		{
			&flow.UnansweredError{RedirectURI: "http://127.0.0.1:1/callback", Err: flow.ErrPatience},
			func(err error) bool {
				e, ok := errors.AsType[*flow.UnansweredError](err)
				return ok && e.RedirectURI == "http://127.0.0.1:1/callback" && errors.Is(err, flow.ErrPatience)
			},
		},
		{flow.ErrPatience, func(err error) bool { return errors.Is(err, flow.ErrPatience) }},
		{flow.ErrCodeExpired, func(err error) bool { return errors.Is(err, flow.ErrCodeExpired) }},
		{&flow.OtherUserError{}, func(err error) bool { return errors.As(err, new(*flow.OtherUserError)) }},
		{&untrusted.Error{Op: "redeem code", Err: errors.New("odd")}, func(err error) bool { return errors.As(err, new(*untrusted.Error)) }},
		{&untrusted.NetworkError{Class: "timed out"}, func(err error) bool { return errors.As(err, new(*untrusted.NetworkError)) }},
	} {
		before := time.Now()
		s.noteFailure(c.err)
		got := s.lastFailure(before)
		if got == nil || got.Error() != c.err.Error() || !c.same(got) {
			t.Errorf("%v came back as %v", c.err, got)
		}
		if err := s.lastFailure(time.Now().Add(time.Second)); err != nil {
			t.Errorf("later: %v", err)
		}
	}
	// What is wrong with this process alone is not recorded, and a login that succeeded ends it all.
	s.noteFailure(nil)
	for _, err := range []error{context.Canceled, fs.ErrPermission, &config.Error{Err: errors.New("bad")}, ErrNoBrowser} {
		s.noteFailure(err)
	}
	if err := s.lastFailure(time.Time{}); err != nil {
		t.Error(err)
	}
}
