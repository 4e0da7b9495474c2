package session

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
)

// person is a Console that writes down what it is told. Nobody answers, but for lines that are pasted.
type person struct {
	attended bool
	asks     bool     // can be asked
	pastes   []string // lines

	mu   sync.Mutex
	told []string
}

func (p *person) tell(kind, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, kind+": "+fmt.Sprintf(format, args...))
}

// heard is all that it was told, a line each.
func (p *person) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.told, "\n")
}

func (p *person) Note(format string, args ...any)    { p.tell("note", format, args...) }
func (p *person) Warn(format string, args ...any)    { p.tell("warning", format, args...) }
func (p *person) WarnOf(operation string, err error) { p.Warn("%s: %v", operation, err) }
func (p *person) Step(format string, args ...any)    { p.tell("step", format, args...) }
func (p *person) ShowURL(url string)                 { p.tell("url", "%s", url) }
func (p *person) ShowCode(d flow.DeviceAuthorization, _ bool) {
	p.tell("code", "%s", d.UserCode)
}

func (p *person) Waiting(what string, limit time.Duration) { p.tell("waiting", "%s, %s", what, limit) }

func (p *person) Unanswered(_ config.Profile, redirectURI string) {
	p.tell("unanswered", "%s", redirectURI)
}

func (p *person) Countdown(context.Context, string, time.Time) func() {
	return func() {}
}
func (p *person) Attended() bool                                { return p.attended }
func (p *person) Confirm(context.Context, string) (bool, error) { return false, nil }

func (p *person) CanAsk() bool { return p.asks }
func (p *person) AskSecret(context.Context, string) (token.Secret, error) {
	return token.Secret{}, term.ErrNoTerminal
}

func (p *person) ReadLines(_ context.Context, limit int, take func(string) bool) error {
	if p.pastes == nil {
		return term.ErrNoTerminal
	}
	for _, line := range p.pastes {
		if !take(line[:min(len(line), limit)]) {
			break
		}
	}
	return nil
}

// optionsFor are those of a test: an environment, and a home of its own.
func optionsFor(t *testing.T, console Console, env map[string]string) Options {
	t.Helper()
	all := map[string]string{"HOME": t.TempDir()}
	for name, value := range env {
		all[name] = value
	}
	return Options{
		Stdin: strings.NewReader(""), Stderr: t.Output(), GOOS: "linux", Now: time.Now, Timeout: time.Minute, Console: console,
		LookupEnv: func(name string) (string, bool) { value, ok := all[name]; return value, ok },
	}
}
