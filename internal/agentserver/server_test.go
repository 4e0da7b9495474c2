package agentserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

func TestThousandClientsOverAnExpiryMakeOneRefresh(t *testing.T) {
	w := start(t, nil)
	first := w.mustAsk(t, "work")
	w.expire(t, "work", first)
	before := w.as.Requests(demoas.EndpointToken)
	var all sync.WaitGroup
	tokens := make([]string, 1000)
	for i := range tokens {
		all.Go(func() {
			answer, err := w.ask(t, agent.TokenRequest{Name: agent.Name{Name: "work"}})
			if err != nil {
				t.Error(err)
			}
			tokens[i] = answer.AccessToken
		})
	}
	all.Wait()
	if got := w.as.Requests(demoas.EndpointToken) - before; got != 1 {
		t.Errorf("%d token requests for one expiry", got)
	}
	if slices.Sort(tokens); tokens[0] == "" || tokens[0] != tokens[999] || tokens[0] == first.AccessToken {
		t.Error("the clients have not all got the one new token")
	}
}

func TestClientsThatFloodOrNeverReadHarmNobody(t *testing.T) {
	w := start(t, nil)
	w.mustAsk(t, "work")
	endless := strings.Repeat("x", 1<<20)
	status := strings.Repeat(request("GET", "/v1/status", ""), 2000)
	var sending sync.WaitGroup
	for i := range 100 {
		idle, headers, body, deaf := w.dial(t), w.dial(t), w.dial(t), w.dial(t)
		_, _ = io.WriteString(idle, "POST")
		sending.Go(func() { _, _ = io.WriteString(headers, "GET /v1/status HTTP/1.1\r\nX: "+endless) })
		sending.Go(func() { _, _ = io.WriteString(body, request("POST", "/v1/token", endless)) })
		sending.Go(func() { _, _ = io.WriteString(deaf, status) })
		if i%10 == 0 {
			began := time.Now()
			w.mustAsk(t, "work")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("a client among %d that flood waited for %s", 4*(i+1), took)
			}
		}
	}
	began := time.Now()
	if err := w.end(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > graceTime+5*time.Second {
		t.Errorf("clients that do not read have kept the agent from ending for %s", took)
	}
	sending.Wait()
}

func TestConnectionsAreLimited(t *testing.T) {
	c := clients{perProcess: map[int]int{}}
	for range maxPerProcess {
		if !c.add(1) {
			t.Fatal("a process has fewer connections than it may have")
		}
	}
	if c.add(1) {
		t.Error("a process has more connections than it may have")
	}
	for range maxConnections - maxPerProcess {
		if !c.add(2) {
			t.Fatal("another process has none left")
		}
	}
	if c.add(3) {
		t.Error("there are more connections than there may be")
	}
	c.remove(1)
	if !c.add(3) {
		t.Error("a connection that was closed still counts")
	}
}

func TestDifferentRequestsOfOneProcessAreLimited(t *testing.T) {
	f := flights{base: t.Context(), inProgress: map[flightKey]*flight{}, begunBy: map[int]int{}}
	begin := func(ctx context.Context, _ *flight) { <-ctx.Done() }
	var leave []func()
	for i := range maxFlightsPerProcess {
		_, l, err := f.join(flightKey{minTTL: time.Duration(i)}, 1, begin)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	if _, _, err := f.join(flightKey{minTTL: time.Hour}, 1, begin); !errors.Is(err, errBusy) {
		t.Errorf("one more: %v", err)
	}
	for _, process := range []int{1, 2} { // to wait with others is not limited, nor is another process
		_, l, err := f.join(flightKey{minTTL: time.Duration(process - 1)}, process, begin)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	for _, l := range leave {
		l()
	}
	f.running.Wait()
}

func TestOnlyTheProfilesThatAreNamedAreServed(t *testing.T) {
	w := start(t, func(w *world) { w.options.Profiles = []string{"work", "https://api.example.com/v1"} })
	w.mustAsk(t, "work")
	w.mustAsk(t, "") // the default one
	client := agent.NewClient(w.socket)
	defer client.Close()
	for _, name := range []string{"home", "bound", "nosuch", "https://api.example.com/v2", "https://evil.example"} {
		_, err := w.ask(t, agent.TokenRequest{Name: agent.Name{Name: name}})
		if got := code(err); got != agent.CodeRefused {
			t.Errorf("a token of %s: %s", name, got)
		}
		if _, err := client.Profile(t.Context(), agent.Name{Name: name}); code(err) != agent.CodeRefused {
			t.Errorf("the profile of %s: %v", name, err)
		}
		u, _ := url.Parse("https://api.example.com/")
		if _, err := client.Prover(t.Context(), agent.Name{Name: name}, token.Set{})(dpop.Request{URL: u}); code(err) != agent.CodeRefused {
			t.Errorf("a proof of %s: %v", name, err)
		}
		if err := client.Expire(t.Context(), agent.Name{Name: name}, token.Secret{}); code(err) != agent.CodeRefused {
			t.Errorf("an expiry of %s: %v", name, err)
		}
	}
	var report struct{ Profiles []struct{ Profile string } }
	if err := client.Status(t.Context(), "", &report); err != nil || len(report.Profiles) != 1 || report.Profiles[0].Profile != "work" {
		t.Errorf("the status is of %v, %v", report.Profiles, err)
	}
	if _, err := client.Profile(t.Context(), agent.Name{Name: "https://api.example.com/v1/orders"}); err != nil {
		t.Errorf("below a URL that is named: %v", err)
	}
}

func TestPersonIsAskedOnceAConnectionOrEachTime(t *testing.T) {
	for confirm, want := range map[Confirm]int{ConfirmNever: 0, ConfirmConnection: 2, ConfirmEach: 3} {
		w := start(t, func(w *world) { w.options.Confirm = confirm })
		client := agent.NewClient(w.socket)
		ask := func(name string) error {
			_, err := client.Token(t.Context(), agent.TokenRequest{Name: agent.Name{Name: name}}, token.Secret{}, func(agent.Line) {})
			return err
		}
		for _, name := range []string{"work", "work", "home"} {
			if err := ask(name); err != nil {
				t.Error(err)
			}
		}
		if got := w.person.asked(); len(got) != want {
			t.Errorf("%s: asked %q, want %d questions", confirm, got, want)
		}
		for _, question := range w.person.asked() {
			if !strings.HasPrefix(question, "give a token of \"") || !strings.Contains(question, "process ") {
				t.Errorf("the question %q does not say what goes to whom", question)
			}
		}
		if confirm != ConfirmNever {
			_, err := client.Token(t.Context(), agent.TokenRequest{Name: agent.Name{Name: "work"}, IDToken: true}, token.Secret{}, func(agent.Line) {})
			if got := w.person.asked(); err != nil || !strings.HasPrefix(got[len(got)-1], "give a token and an ID Token of \"work\"") {
				t.Errorf("%s: for an ID Token, asked %q, %v", confirm, got, err)
			}
			w.person.answer = false
			if _, err := w.ask(t, agent.TokenRequest{}); code(err) != agent.CodeRefused {
				t.Errorf("%s: refused by the person: %v", confirm, err)
			}
			if _, err := w.ask(t, agent.TokenRequest{NoInput: true}); code(err) != agent.CodeInteraction {
				t.Errorf("%s: with no input: %v", confirm, err)
			}
		}
		client.Close()
	}
}

func TestPersonIsToldForWhomALoginIs(t *testing.T) {
	w := start(t, nil)
	w.mustAsk(t, "work")
	w.mustAsk(t, "work") // the stored one, without a word
	w.person.mu.Lock()
	defer w.person.mu.Unlock()
	if len(w.person.notes) != 1 || !strings.Contains(w.person.notes[0], "process ") || !strings.HasSuffix(w.person.notes[0], ` asks for a token of "work"`) {
		t.Errorf("the person is told %q", w.person.notes)
	}
}

func TestQuestionOfALoginSaysForWhomItIs(t *testing.T) {
	p := &person{answer: true, terminal: true}
	s := New(Options{Session: session.Options{Console: p}})
	r := &relay{Console: p, server: s, flight: &flight{changed: make(chan struct{})}, who: `ssh asks for a token of "https://api.example.com/"`}
	if yes, err := r.Confirm(t.Context(), "log in there?"); !yes || err != nil || len(p.asked()) != 1 || !strings.HasPrefix(p.asked()[0], "ssh asks for a token of ") {
		t.Errorf("asked %q, %v", p.asked(), err)
	}
}

func TestClientsThatLeaveEndTheLoginAndLaterOnesStartAnother(t *testing.T) {
	w := start(t, func(w *world) { w.person.away = true })
	var told []string
	ctx, leave := context.WithCancel(t.Context())
	client := agent.NewClient(w.socket)
	defer client.Close()
	left := make(chan error, 1)
	go func() {
		_, err := client.Token(ctx, agent.TokenRequest{}, token.Secret{}, func(l agent.Line) { told = append(told, l.Progress) })
		left <- err
	}()
	first := <-w.person.shown
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, line := range told {
		if strings.Contains(line, "http") {
			t.Errorf("the client is shown %q", line)
		}
	}
	answered := make(chan error, 1)
	go func() {
		_, err := w.ask(t, agent.TokenRequest{})
		answered <- err
	}()
	second := <-w.person.shown
	if second == first {
		t.Error("the second client waits for the login of the first")
	}
	if _, err := (demoas.Person{}).Visit(t.Context(), second); err != nil {
		t.Error(err)
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestEndSendsThoseWhoWaitAway(t *testing.T) {
	w := start(t, func(w *world) { w.person.away = true })
	answered := make(chan error, 1)
	go func() {
		_, err := w.ask(t, agent.TokenRequest{})
		answered <- err
	}()
	<-w.person.shown
	if err := w.end(); err != nil {
		t.Error(err)
	}
	if f, ok := errors.AsType[*agent.Failure](<-answered); !ok || f.Status != 7 || !strings.Contains(f.Message, "ended") {
		t.Errorf("who waits is told %v", f)
	}
	if _, err := os.Lstat(w.socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if _, err := w.ask(t, agent.TokenRequest{}); err == nil {
		t.Error("an agent that has ended answers")
	} else if e, ok := errors.AsType[*agent.Error](err); !ok || e.Reason != agent.Gone {
		t.Errorf("after the end: %v", err)
	}
}

func TestNoInputOnEitherSideAsksNobody(t *testing.T) {
	w := start(t, nil)
	if _, err := w.ask(t, agent.TokenRequest{NoInput: true}); code(err) != agent.CodeInteraction {
		t.Errorf("of the client: %v", err)
	}
	w = start(t, func(w *world) { w.options.Session.NoInput = true })
	if _, err := w.ask(t, agent.TokenRequest{}); code(err) != agent.CodeInteraction {
		t.Errorf("of the agent: %v", err)
	}
}

func TestProofIsSignedAndNothingSecretIsTold(t *testing.T) {
	w := start(t, nil)
	answer := w.mustAsk(t, "bound")
	set, err := answer.Set()
	if err != nil || !dpop.Bound(set) {
		t.Fatalf("the token is not bound: %v", err)
	}
	conn := w.dial(t)
	replies := bufio.NewReader(conn)
	ask := func(text string) string {
		t.Helper()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(replies, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", text, body, err)
		}
		return string(body)
	}
	proof := ask(request("POST", agent.PathProof, `{"name":"bound","access_token":"`+answer.AccessToken+`","url":"https://api.example.com/x","method":"PUT"}`))
	var signed agent.Proof
	if err := json.Unmarshal([]byte(proof), &signed); err != nil || strings.Count(signed.Proof, ".") != 2 {
		t.Errorf("the proof is %s", proof)
	}
	all := proof + ask(request("POST", agent.PathToken, `{"name":"bound"}`)) + ask(request("GET", agent.PathProfile+"?name=bound", "")) +
		ask(request("GET", agent.PathStatus, ""))
	stored := w.stored(t, "bound")
	for name, secret := range map[string]token.Secret{"the refresh token": stored.RefreshToken, "the ID Token": stored.IDToken, "the key": stored.DPoPKey} {
		if secret.Empty() || strings.Contains(all, secret.Reveal()) {
			t.Errorf("%s is not stored, or is told", name)
		}
	}
	if strings.Contains(all, `"d":`) || strings.Contains(all, "refresh_token") {
		t.Error("a private key or a refresh token is told")
	}
	if !strings.Contains(ask(request("POST", agent.PathToken, `{"name":"bound","id_token":true}`)), `"id_token":"eyJ`) {
		t.Error("the ID Token is not told to who asks for it")
	}
}

// stored is the set as it is kept where the agent runs.
func (w *world) stored(t *testing.T, profile string) token.Set {
	t.Helper()
	o := w.options.Session
	o.NoInput = true
	s, err := session.OpenNamed(t.Context(), o, profile, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Store.Load(t.Context(), s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestTokensThatNoStoreKeepsAreKeptInMemory(t *testing.T) {
	w := start(t, nil)
	first := w.mustAsk(t, "forgetful")
	if second := w.mustAsk(t, "forgetful"); second.AccessToken != first.AccessToken || second.Fresh {
		t.Error("the second client had to log in")
	}
	w.expire(t, "forgetful", first)
	before := w.as.Requests(demoas.EndpointAuthorize)
	if third := w.mustAsk(t, "forgetful"); third.AccessToken == first.AccessToken || w.as.Requests(demoas.EndpointAuthorize) != before {
		t.Error("the token in memory was not refreshed")
	}
}

func TestTokensAreObtainedAnewAFewTimesAMinute(t *testing.T) {
	w := start(t, nil)
	w.mustAsk(t, "work")
	before := w.as.Requests(demoas.EndpointToken)
	force := agent.TokenRequest{Name: agent.Name{Name: "work"}, Force: true}
	for range maxRenewals {
		if _, err := w.ask(t, force); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.ask(t, force); err == nil || !strings.Contains(err.Error(), "obtained anew") {
		t.Errorf("once more: %v", err)
	}
	longest := int64(1 << 40)
	if _, err := w.ask(t, agent.TokenRequest{Name: agent.Name{Name: "work"}, MinTTL: &longest}); err == nil || !strings.Contains(err.Error(), "obtained anew") {
		t.Errorf("for longer than any token lives: %v", err)
	}
	if got := w.as.Requests(demoas.EndpointToken) - before; got != maxRenewals {
		t.Errorf("%d token requests", got)
	}
	w.mustAsk(t, "work") // the stored one goes to everybody
	w.advance(renewalsWithin)
	if _, err := w.ask(t, force); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestLoginsBeginAFewTimesAMinute(t *testing.T) {
	w := start(t, func(w *world) { w.person.away = true })
	client := agent.NewClient(w.socket)
	defer client.Close()
	for i := range maxRenewals {
		// Each is another request, so that none waits for the login of one that leaves.
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := client.Token(ctx, agent.TokenRequest{Timeout: int64(60 + i)}, token.Secret{}, func(agent.Line) {})
			left <- err
		}()
		<-w.person.shown
		leave()
		<-left
	}
	if _, err := w.ask(t, agent.TokenRequest{}); err == nil || !strings.Contains(err.Error(), "login begun") {
		t.Errorf("once more: %v", err)
	}
	if len(w.person.shown) != 0 {
		t.Error("the browser opens once more")
	}
}

func TestRequestsOfPagesAndOfOtherProtocolsAreRefused(t *testing.T) {
	w := start(t, nil)
	for name, c := range map[string]struct {
		text   string
		status int
	}{
		"an origin":        {request("POST", agent.PathToken, "{}", "Origin: https://evil.example\r\n"), http.StatusForbidden},
		"a page":           {request("POST", agent.PathToken, "{}", "Sec-Fetch-Site: cross-site\r\n"), http.StatusForbidden},
		"a name of theirs": {strings.Replace(request("POST", agent.PathToken, "{}"), "localhost", "evil.example", 1), http.StatusForbidden},
		"a form":           {strings.Replace(request("POST", agent.PathToken, "{}"), "application/json", "text/plain", 1), http.StatusUnsupportedMediaType},
		"no JSON":          {request("POST", agent.PathToken, "{"), http.StatusBadRequest},
		"another version":  {request("POST", "/v2/token", "{}"), http.StatusNotFound},
		"another method":   {request("GET", agent.PathToken, ""), http.StatusNotFound},
		"no method":        {request("POST", agent.PathProof, `{"url":"https://api.example.com","method":"GET /"}`), http.StatusBadRequest},
		"no URL":           {request("POST", agent.PathProof, `{"url":"x"}`), http.StatusBadRequest},
	} {
		conn := w.dial(t)
		if _, err := io.WriteString(conn, c.text); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != c.status || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v, %v; want %d", name, resp, err, c.status)
		}
	}
	if n := w.as.Requests(demoas.EndpointAuthorize); n != 0 {
		t.Errorf("%d logins", n)
	}
}
