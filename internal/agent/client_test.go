package agent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/socket"
	"github.com/oauthget/oauthget/internal/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// needUnixSockets skips the test where there are none.
func needUnixSockets(t *testing.T) {
	t.Helper()
	if os.Getenv("OAUTHGET_TEST_WINE") != "" {
		t.Skip("Wine has no Unix sockets, which Windows has")
	}
}

// answering returns a client of something that answers each request by handler.
func answering(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	needUnixSockets(t)
	path := filepath.Join(t.TempDir(), "made", "s")
	listener, err := socket.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // its end is ours
	}()
	client := NewClient(path)
	t.Cleanup(func() {
		client.Close()
		server.Close()
		<-done
	})
	return client
}

func lines(kind string, text ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, strings.Join(text, "\n"))
	}
}

func ask(t *testing.T, c *Client) (token.Set, []Line, error) {
	t.Helper()
	var told []Line
	answer, err := c.Token(t.Context(), TokenRequest{}, token.Secret{}, func(l Line) { told = append(told, l) })
	if err != nil {
		return token.Set{}, told, err
	}
	set, err := answer.Set()
	return set, told, err
}

func TestTokenComesAfterWhatIsTold(t *testing.T) {
	c := answering(t, lines(TypeLines, "", `{"progress":"one"}`, `{"warning":"two","new":1}`, `{"token":{"access_token":"a","token_type":"Bearer","scope":"x y","new":1}}`))
	set, told, err := ask(t, c)
	if err != nil || set.AccessToken.Reveal() != "a" || len(set.Scopes) != 2 || len(told) != 2 || told[0].Progress != "one" || told[1].Warning != "two" {
		t.Errorf("%v, %v, %v", set, told, err)
	}
}

func TestAnswersThatAreNoAgentsAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		reason  Reason
	}{
		"a web server":   {lines("text/html", "<p>hello"), Unknown},
		"an older agent": {http.NotFound, Unknown},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1/", http.StatusTemporaryRedirect)
		}, Unknown},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "SSH-2.0-x\r\n")
				conn.Close()
			}
		}, Unknown},
		"no token":        {lines(TypeLines, `{"token":{}}`), Unknown},
		"no JSON":         {lines(TypeLines, "token"), Unknown},
		"an early end":    {lines(TypeLines, `{"progress":"one"}`), Gone},
		"nothing":         {lines(TypeLines), Gone},
		"a line too long": {lines(TypeLines, `{"progress":"`+strings.Repeat("x", MaxMessage)+`"}`), Gone},
		"a broken answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Gone},
	} {
		client := answering(t, c.handler)
		_, _, err := ask(t, client)
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != c.reason {
			t.Errorf("%s: a token: %v", name, err)
		}
		if _, err := client.Profile(t.Context(), Name{}); err == nil {
			t.Errorf("%s: it is taken for a profile", name)
		}
	}
}

func TestTokenThatCouldForgeAHeaderIsAnError(t *testing.T) {
	for _, text := range []string{`a\nX: y`, `a\u0000`, `ä`} {
		c := answering(t, lines(TypeLines, `{"token":{"access_token":"`+text+`"}}`))
		if _, _, err := ask(t, c); err == nil {
			t.Errorf("%s is taken for a token", text)
		}
	}
}

func TestAnswersForgeNothing(t *testing.T) {
	const esc = `\u001b[31m\n`
	c := answering(t, lines(TypeLines, `{"token":{"access_token":"a","scope":"x`+esc+` y","sub":"s`+esc+`","username":"u`+esc+`","issued_token_type":"i`+esc+
		`","kept":{"url":"k`+esc+`"},"authorization_details":[{"type":"t`+esc+`"}]}}`))
	set, _, err := ask(t, c)
	all := strings.Join(set.Scopes, " ") + set.Subject + set.Username + set.IssuedType + set.Kept.Reveal() + set.AuthorizationDetails
	if err != nil || strings.ContainsAny(all, "\x1b\n") || strings.Contains(all, `\u001b`) || strings.Contains(all, `\n`) || !strings.Contains(all, "k") {
		t.Errorf("%q, %v", all, err)
	}
	u, _ := url.Parse("https://api.example.com/")
	c = answering(t, lines(TypeJSON, `{"proof":"a.b.c\r\nX: y"}`))
	if _, err := c.Prover(t.Context(), Name{}, token.Set{})(dpop.Request{URL: u}); err == nil {
		t.Error("a line break is taken for a part of a proof")
	}
	told := 0
	c = answering(t, lines(TypeLines, strings.Repeat(`{"progress":"x"}`+"\n", 5000)+`{"token":{"access_token":"a"}}`))
	if _, err := c.Token(t.Context(), TokenRequest{}, token.Secret{}, func(Line) { told++ }); err != nil || told > maxTold {
		t.Errorf("%d lines are told, %v", told, err)
	}
}

func TestFailureIsCut(t *testing.T) {
	c := answering(t, lines(TypeLines, `{"error":{"code":"failed","status":3,"message":"`+strings.Repeat("x", 100000)+`"}}`))
	_, _, err := ask(t, c)
	if f, ok := errors.AsType[*Failure](err); !ok || f.Status != 3 || len(f.Error()) > 2*maxText {
		t.Errorf("%.200v", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	arrived := make(chan struct{})
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := c.Token(ctx, TokenRequest{}, token.Secret{}, func(Line) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestSocketThatNobodyListensOn(t *testing.T) {
	needUnixSockets(t)
	path := filepath.Join(t.TempDir(), "s")
	for name, prepare := range map[string]func(){
		"nothing there": func() {},
		"left behind": func() {
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			l.Close()
		},
	} {
		prepare()
		_, _, err := ask(t, NewClient(path))
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != Gone || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCommandsAskTheAgentActHereOrRefuse(t *testing.T) {
	for path, want := range map[string]string{
		"oauthget": "asks", "oauthget token": "asks", "oauthget credential git": "asks", "oauthget status": "asks",
		"oauthget version": "acts here", "oauthget agent": "acts here", "oauthget completion bash": "acts here", "oauthget __complete": "acts here",
		"oauthget profile presets": "acts here",
		"oauthget login":           "refuses", "oauthget profile list": "refuses", "oauthget store move": "refuses", "oauthget logout": "refuses",
	} {
		client, err := For(path, "/s", "")
		got := "acts here"
		switch {
		case err != nil:
			got = "refuses"
		case client != nil:
			got = "asks"
		}
		if got != want {
			t.Errorf("%s %s, want: %s", path, got, want)
		}
	}
	if client, err := For("oauthget login", "", "config.toml"); client != nil || err != nil {
		t.Error("without an agent it is refused or asked all the same")
	}
}
