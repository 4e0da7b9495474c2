package setup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

const ageKey = "AGE-SECRET-KEY-16Q2NUTF3NVZH0LJ9P7GVCRYNY3T96MC3A8VK8WWVYWYDVNDRWV8Q9EQTDU"

// person answers questions, and goes where the login leads.
type person struct {
	session.Console // those methods that are not here are not called
	t               *testing.T

	answers []string // one a question; none for the end of the terminal
	asked   []string // the questions
	told    []string
	onLogin func() // before the browser opens
	logins  int
}

func (p *person) CanAsk() bool   { return true }
func (p *person) Attended() bool { return true }

func (p *person) Ask(_ context.Context, question string) (string, error) {
	lines := strings.Split(question, "\n")
	p.asked = append(p.asked, lines[len(lines)-1])
	if len(p.answers) == 0 {
		return "", io.EOF
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer, nil
}

func (p *person) AskSecret(ctx context.Context, prompt string) (token.Secret, error) {
	text, err := p.Ask(ctx, prompt+": ")
	return token.NewSecret(text), err
}

func (p *person) note(text string) { p.told = append(p.told, text) }

func (p *person) Note(format string, args ...any) { p.note("note " + format) }
func (p *person) Warn(format string, args ...any) { p.note("warning " + format) }
func (p *person) Step(string, ...any)             {}

func (p *person) ShowURL(url string) {
	if p.logins++; p.onLogin != nil {
		p.onLogin()
	}
	go func() {
		if _, err := (demoas.Person{}).Visit(p.t.Context(), url); err != nil {
			p.t.Error(err)
		}
	}()
}

func (p *person) Waiting(string, time.Duration)     {}
func (p *person) Unanswered(config.Profile, string) {}
func (p *person) ShowCode(flow.DeviceAuthorization, bool) {
	p.t.Error("a code is shown")
}

func (p *person) ReadLines(ctx context.Context, _ int, _ func(string) bool) error {
	<-ctx.Done()
	return ctx.Err()
}

// start returns a server, the options of a setup in an empty home, whose tokens are kept in sealed files, and its profile file.
func start(t *testing.T, p *person) (server *testas.Running, o Options, file string) {
	t.Helper()
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{AutoApprove: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	home := t.TempDir()
	key := filepath.Join(home, "age.key")
	if err := os.WriteFile(key, []byte(ageKey), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"HOME": home, "TERM": "dumb",
		"AppData": filepath.Join(home, ".config"), "LocalAppData": filepath.Join(home, ".local", "state"), // on Windows, the same folders
	}
	p.t = t
	return server, Options{
		Session: session.Options{
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, GOOS: runtime.GOOS, Now: time.Now,
			Console: p, Timeout: 20 * time.Second, NoBrowser: true, Stderr: io.Discard,
		},
		Ask:   p.Ask,
		Flags: map[string][]string{"store": {"file"}, "identity_file": {key}},
	}, filepath.Join(home, ".config", "oauthget", "config.toml")
}

func TestProfileThatCannotBeWrittenIsTriedAgainWithTheSameToken(t *testing.T) {
	p := &person{}
	server, o, file := start(t, p)
	dir := filepath.Dir(file)
	p.answers = []string{server.Issuer(), "demo", "", ""}
	p.onLogin = func() { // somebody has put a file in the place of the folder
		if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o700), os.WriteFile(dir, nil, 0o600)); err != nil {
			t.Error(err)
		}
	}
	tries := 0
	ask := o.Ask
	o.Ask = func(ctx context.Context, question string) (string, error) {
		if !strings.HasPrefix(question, "Press Enter to try again") {
			return ask(ctx, question)
		}
		if tries++; tries == 2 {
			if err := os.Remove(dir); err != nil {
				t.Error(err)
			}
		}
		return "", nil
	}
	made, err := Run(t.Context(), o)
	if err != nil || tries != 2 || p.logins != 1 || made.Profile != "local" {
		t.Fatalf("%v, %d tries, %d logins, %+v, asked %q", err, tries, p.logins, made, p.asked)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `client_id = "demo"`) {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestAnswersThatAreWrongAreAskedForAgain(t *testing.T) {
	p := &person{answers: []string{"gihub", "keyc", "sso.example.com/", "https://sso.example.com", "r s", "r"}}
	_, o, _ := start(t, p)
	_, err := Run(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "the terminal ended") {
		t.Error(err)
	}
	want := []string{
		"Provider or URL [Enter lists the providers]: ", "Provider or URL [Enter lists the providers]: ",
		"URL of Keycloak, without the realm, such as https://sso.example.com: ", "URL of Keycloak, without the realm, such as https://sso.example.com: ",
		"Realm, such as master: ", "Realm, such as master: ", "Client ID: ",
	}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Error(diff)
	}
}

func TestProviderIsChosenByTyping(t *testing.T) {
	all, err := provider.All()
	if err != nil {
		t.Fatal(err)
	}
	names := func(of []*provider.Preset) string {
		var list []string
		for _, p := range of {
			list = append(list, p.Name)
		}
		return strings.Join(list, " ")
	}
	shown := narrow(all, nil, "gith")
	for answer, want := range map[string]string{
		"github": "github", "GitHub": "github", "gh": "github", "github.com": "github", "gith": "github github-enterprise", "keycl": "keycloak",
		"2": "github-enterprise", "login.example.com": "", "contoso.okta.com": "", "https://github.com/login/oauth": "", "nothing like it": "",
	} {
		if got := names(narrow(all, shown, answer)); got != want {
			t.Errorf("%s: %s, want %s", answer, got, want)
		}
	}
	if got := narrow(all, nil, ""); len(got) != len(all) {
		t.Errorf("an empty line lists %d of %d", len(got), len(all))
	}
}

// Whoever is led through a setup answers six questions at most.
func TestPresetsTakeSixQuestions(t *testing.T) {
	for _, name := range provider.Names() {
		known, err := provider.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		p := &person{answers: []string{name}}
		_, o, _ := start(t, p)
		for _, v := range known.Variables {
			p.answers = append(p.answers, v.Example)
		}
		p.answers = append(p.answers, "client")
		if known.Register.Secret == provider.SecretRequired {
			p.answers = append(p.answers, "secret")
			if runtime.GOOS != "windows" { // a file has it, since the test has no keychain there
				p.answers = append(p.answers, "/dev/null")
			}
		}
		p.answers = append(p.answers, "")
		s := newSetup(o)
		for i, step := range s.steps() {
			if err := step.ask(t.Context()); err != nil {
				t.Errorf("%s: step %d: %v", name, i, err)
			}
		}
		questions := 0
		for _, q := range p.asked {
			if !strings.HasPrefix(q, "File that has the client secret") {
				questions++
			}
		}
		if questions > 6 || len(p.answers) > 0 {
			t.Errorf("%s: %d questions, %d answers left:\n%s", name, questions, len(p.answers), strings.Join(p.asked, "\n"))
		}
	}
}

func TestURLsAreUnderstood(t *testing.T) {
	for answer, want := range map[string]string{
		"https://a.example/b": "https://a.example/b", "login.example.com": "https://login.example.com", "sso.example.com/realms/r": "https://sso.example.com/realms/r",
		"localhost:8080/x": "http://localhost:8080/x", "127.0.0.1:1": "http://127.0.0.1:1",
		"github": "", "ada@example.com": "", "two words.com": "", "": "", "v2.": "", "realms/r.s": "",
	} {
		if got := addressOf(answer); got != want {
			t.Errorf("%s: %q, want %q", answer, got, want)
		}
	}
	for address, want := range map[string]string{
		"https://a.example": "https://a.example", "https://a.example/t": "https://a.example/t",
		"https://a.example/.well-known/openid-configuration":             "https://a.example",
		"https://a.example/t/.well-known/openid-configuration":           "https://a.example/t",
		"https://a.example/.well-known/oauth-authorization-server/t":     "https://a.example/t",
		"https://a.example/t/u/.well-known/oauth-authorization-server":   "https://a.example/t/u",
		"https://a.example/.well-known/oauth-authorization-server/t/u/v": "https://a.example/t/u/v",
	} {
		if got := issuerOf(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	for address, want := range map[string]string{
		"https://login.example.com": "example", "https://example.com/x": "example", "https://api.example.co.uk": "example",
		"http://127.0.0.1:8484": "local", "http://localhost:1": "local", "http://[::1]:1": "local", "https://sso": "local", "https://x.com": "x",
	} {
		s := &setup{keys: map[string][]string{"issuer": {address}}}
		if got := s.suggestion(); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// Each error that a person can do something about leads to the question about it, and no other leads into a loop.
func TestErrorsLeadToTheirQuestion(t *testing.T) {
	s := &setup{}
	for _, c := range []struct {
		err   error
		step  int
		again bool
	}{
		{&config.Error{Key: "client_id", Err: errors.New("x")}, stepClient, true},
		{&config.Error{Key: "client_secret_file", Err: errors.New("x")}, stepSecret, true},
		{&config.Error{Key: "preset_variables.tenant", Err: errors.New("x")}, stepVariables, true},
		{&config.Error{Key: "token_endpoint", Err: errors.New("x")}, stepProvider, true},
		{&config.Error{Key: "redirect_uri", Err: errors.New("x")}, stepRedirect, true},
		{&config.Error{Key: "dpop", Err: errors.New("x")}, stepMenu, true},
		{errBack, stepMenu, true},
		{&stepError{stepName, errors.New("x")}, stepName, false},
		{&stepError{stepSecret, errors.New("x")}, stepSecret, true},
		{session.ErrDeclined, 0, false},
		{ended(io.EOF), 0, false},
		{&writeError{errors.New("x")}, stepAgain, true},
	} {
		if step, again := s.stepOf(c.err); again != c.again || again && step != c.step {
			t.Errorf("%v: step %d, %v; want %d, %v", c.err, step, again, c.step, c.again)
		}
	}
	for code, want := range map[string]int{
		"invalid_client": stepClient, "incorrect_client_credentials": stepClient, "invalid_scope": stepScopes,
		"redirect_uri_mismatch": stepRedirect, "access_denied": stepAgain, "something_else": stepMenu,
	} {
		if got := stepOfCode(code); got != want {
			t.Errorf("%s: step %d, want %d", code, got, want)
		}
	}
}
