package session

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// failure is how a login failed, for other processes. Its texts are those that are shown.
type failure struct {
	At          time.Time         `json:"at"`
	Text        string            `json:"text"`
	Kind        kind              `json:"kind"`
	Server      *flow.ServerError `json:"server,omitempty"`       // of kindServer
	RedirectURI string            `json:"redirect_uri,omitempty"` // of kindUnanswered
}

// kind is what the exit status and the hints depend on.
type kind string

const (
	kindServer     kind = "server"
	kindUnanswered kind = "unanswered"
	kindPatience   kind = "patience"
	kindExpired    kind = "code expired"
	kindOtherUser  kind = "other user"
	kindUntrusted  kind = "untrusted"
	kindNetwork    kind = "network"
)

// newFailure describes err. ok is false if the cause is in this process, as when its profile or port cannot be used.
func newFailure(err error, now time.Time) (f failure, ok bool) {
	f = failure{At: now, Text: err.Error()}
	var unanswered *flow.UnansweredError
	as := func(target any) bool { return errors.As(err, target) }
	patience := errors.Is(err, flow.ErrPatience)
	switch {
	case as(&f.Server):
		f.Kind = kindServer
	case patience && as(&unanswered):
		f.Kind, f.RedirectURI = kindUnanswered, unanswered.RedirectURI
	case patience:
		f.Kind = kindPatience
	case errors.Is(err, flow.ErrCodeExpired):
		f.Kind = kindExpired
	case as(new(*flow.OtherUserError)):
		f.Kind = kindOtherUser
	case as(new(*untrusted.Error)):
		f.Kind = kindUntrusted
	case as(new(*untrusted.NetworkError)):
		f.Kind = kindNetwork
	}
	return f, f.Kind != ""
}

// failedLogin is the error of a login in another process.
type failedLogin struct {
	text string
	kind error
}

func (e *failedLogin) Error() string { return e.text }
func (e *failedLogin) Unwrap() error { return e.kind }

func (f failure) err() error {
	e := &failedLogin{text: f.Text}
	switch f.Kind {
	case kindServer:
		e.kind = f.Server
	case kindUnanswered:
		e.kind = &flow.UnansweredError{RedirectURI: f.RedirectURI, Err: flow.ErrPatience}
	case kindPatience:
		e.kind = flow.ErrPatience
	case kindExpired:
		e.kind = flow.ErrCodeExpired
	case kindOtherUser:
		e.kind = new(flow.OtherUserError)
	case kindUntrusted:
		e.kind = &untrusted.Error{Err: errors.New("see the text")}
	case kindNetwork:
		e.kind = &untrusted.NetworkError{Class: "see the text"}
	}
	return e
}

// noteFailure records how a login failed; nil removes the record. It may fail: other processes then log in themselves.
func (s *Session) noteFailure(err error) {
	if !s.keeps() {
		return
	}
	if err == nil {
		_ = store.RemoveFailure(s.stateDir, s.Key)
		return
	}
	if f, ok := newFailure(err, s.options.Now()); ok {
		if data, err := json.Marshal(f); err == nil {
			_ = store.WriteFailure(s.stateDir, s.Key, data)
		}
	}
}

// lastFailure returns the error of a login that failed at or after since, in any process.
func (s *Session) lastFailure(since time.Time) error {
	if !s.keeps() {
		return nil
	}
	data, err := store.ReadFailure(s.stateDir, s.Key)
	var f failure
	if err != nil || json.Unmarshal(data, &f) != nil || f.At.Before(since) || f.At.After(s.options.Now()) || f.Kind == kindServer && f.Server == nil {
		return nil
	}
	return f.err()
}
