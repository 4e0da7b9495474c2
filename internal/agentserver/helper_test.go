package agentserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"go.uber.org/goleak"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// person is the console of the agent. They sign in at each address that is shown, unless they are away, and answer each question.
type person struct {
	session.Console
	away     bool
	answer   bool
	terminal bool
	shown    chan string // addresses, if they are away

	mu        sync.Mutex
	questions []string
	notes     []string
	visits    sync.WaitGroup
}

func (p *person) Warn(string, ...any)                                 {}
func (p *person) WarnOf(string, error)                                {}
func (p *person) Step(string, ...any)                                 {}
func (p *person) Attended() bool                                      { return true }
func (p *person) CanAsk() bool                                        { return p.terminal }
func (p *person) Waiting(string, time.Duration)                       {}
func (p *person) Unanswered(config.Profile, string)                   {}
func (p *person) ShowCode(flow.DeviceAuthorization, bool)             {}
func (p *person) Countdown(context.Context, string, time.Time) func() { return func() {} }

func (p *person) Note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

func (p *person) ShowURL(url string) {
	if p.away {
		p.shown <- url
		return
	}
	p.visits.Go(func() { _, _ = demoas.Person{}.Visit(context.Background(), url) })
}

func (p *person) Confirm(_ context.Context, question string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.questions = append(p.questions, question)
	return p.answer, nil
}

func (p *person) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.questions
}

func (p *person) AskSecret(context.Context, string) (token.Secret, error) {
	return token.Secret{}, term.ErrNoTerminal
}

func (p *person) ReadLines(context.Context, int, func(string) bool) error { return term.ErrNoTerminal }

// clock is the time of the agent.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// world is an authorization server and an agent.
type world struct {
	clock
	as      *testas.Running
	person  *person
	options Options
	socket  string
	end     func() error
}

// start starts an agent with the profiles work, home and bound.
func start(t *testing.T, prepare func(*world)) *world {
	t.Helper()
	if os.Getenv("OAUTHGET_TEST_WINE") != "" {
		t.Skip("Wine has no Unix sockets, which Windows has")
	}
	w := &world{person: &person{answer: true, terminal: true, shown: make(chan string, 8)}}
	as, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{AutoApprove: true, Features: testas.Features{DPoP: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { as.Close() })
	w.as = as
	dir := t.TempDir()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	profile := "\n[profiles.%s]\nissuer = %q\nclient_id = \"demo\"\nscopes = [\"openid\", \"offline_access\"]\n"
	text := "store = \"file\"\nidentity_file = \"key\"\ndefault_profile = \"work\"\n" +
		fmt.Sprintf(profile, "work", as.Issuer()) + fmt.Sprintf(profile, "home", as.Issuer()) + fmt.Sprintf(profile, "bound", as.Issuer()) + "dpop = true\n" +
		fmt.Sprintf(profile, "forgetful", as.Issuer()) + "store = \"none\"\n"
	for name, content := range map[string]string{"config.toml": text, "key": identity.String() + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"HOME": dir, "OAUTHGET_CONFIG": filepath.Join(dir, "config.toml")}
	w.options = Options{
		Session: session.Options{
			Stderr: t.Output(), GOOS: "linux", Now: w.now, Timeout: time.Minute, Console: w.person, NoBrowser: true,
			LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		},
		Remedy: func(err error) (int, []string) {
			return remedy.Of(err, remedy.Command{Path: "oauthget token", Now: w.now()})
		},
	}
	w.socket = filepath.Join(dir, "run", "s")
	if prepare != nil {
		prepare(w)
	}
	listener, err := Listen(t.Context(), w.socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- New(w.options).Serve(ctx, listener) }()
	w.end = sync.OnceValue(func() error {
		cancel()
		err := <-served
		w.person.visits.Wait()
		return err
	})
	t.Cleanup(func() {
		if err := w.end(); err != nil {
			t.Errorf("the agent ended with %v", err)
		}
	})
	return w
}

// ask asks for a token as a client with a connection of its own.
func (w *world) ask(t *testing.T, request agent.TokenRequest) (agent.Token, error) {
	t.Helper()
	client := agent.NewClient(w.socket)
	defer client.Close()
	return client.Token(t.Context(), request, token.Secret{}, func(agent.Line) {})
}

func (w *world) mustAsk(t *testing.T, name string) agent.Token {
	t.Helper()
	answer, err := w.ask(t, agent.TokenRequest{Name: agent.Name{Name: name}})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// expire marks a stored token as expired.
func (w *world) expire(t *testing.T, name string, answer agent.Token) {
	t.Helper()
	client := agent.NewClient(w.socket)
	defer client.Close()
	if err := client.Expire(t.Context(), agent.Name{Name: name}, token.NewSecret(answer.AccessToken)); err != nil {
		t.Fatal(err)
	}
}

// code is the code of a failure, or what else went wrong.
func code(err error) string {
	if f, ok := errors.AsType[*agent.Failure](err); ok {
		return f.Code
	}
	return fmt.Sprint(err)
}

func (w *world) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func request(method, path, body string, header ...string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + strings.Join(header, "") +
		fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body
}
