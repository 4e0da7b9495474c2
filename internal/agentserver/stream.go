package agentserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
)

// stream is the answer to a request for a token: lines as they come, if the client takes them, and else one object at the end.
type stream struct {
	*answer
	lines bool
	begun bool
}

func (a *answer) stream() *stream {
	return &stream{answer: a, lines: strings.Contains(a.r.Header.Get("Accept"), agent.TypeLines)}
}

// write sends a line at once, or an empty one for nil. A client that does not read is left.
func (s *stream) write(line any) bool {
	if !s.lines {
		return s.r.Context().Err() == nil
	}
	var data []byte
	if line != nil {
		var err error
		if data, err = json.Marshal(line); err != nil {
			return false
		}
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTime))
	if !s.begun {
		s.begun = true
		s.w.Header().Set("Content-Type", agent.TypeLines)
		s.w.Header().Set("Cache-Control", "no-store")
	}
	if _, err := s.w.Write(append(data, '\n')); err != nil {
		return false
	}
	return s.control.Flush() == nil
}

// during calls f, and tells the client meanwhile that the agent is there.
func (s *stream) during(f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(s.r.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	beat := time.NewTicker(agent.Beat)
	defer beat.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-beat.C:
			if !s.write(nil) {
				cancel()
			}
		}
	}
}

// follow tells the client what the flight tells, until that is done. It returns false if the client has gone.
func (s *stream) follow(f *flight) bool {
	beat := time.NewTicker(agent.Beat)
	defer beat.Stop()
	for n := 0; ; {
		told, more := f.since(n)
		for _, line := range told {
			if !s.write(line) {
				return false
			}
		}
		n += len(told)
		select {
		case <-f.done:
			told, _ = f.since(n)
			for _, line := range told {
				s.write(line)
			}
			return true
		case <-more:
		case <-beat.C:
			if !s.write(nil) {
				return false
			}
		case <-s.r.Context().Done():
			if cause := context.Cause(s.r.Context()); errors.Is(cause, errEnding) {
				s.end(nil, cause)
			}
			return false
		}
	}
}

// end sends the result.
func (s *stream) end(t *agent.Token, err error) {
	switch {
	case err == nil && s.lines:
		s.write(agent.Line{Token: t})
	case err == nil:
		s.send(http.StatusOK, t)
	case s.lines:
		f, _ := s.server.failure(err)
		s.write(agent.Line{Error: f})
	default:
		s.fail(err)
	}
}
