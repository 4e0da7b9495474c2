//go:build interop && linux

package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// stage is a moment of a refresh at the authorization server.
type stage string

// The stages. From spent on, the refresh token of the client is invalid, and only the answer has its successor.
const (
	arrived  stage = "the request has arrived"
	spent    stage = "the refresh token is spent, nothing of the answer is sent"
	halfway  stage = "half of the answer is sent"
	answered stage = "the whole answer is sent"
)

var stages = []stage{arrived, spent, halfway, answered}

// refresh is a refresh that the server has answered.
type refresh struct {
	sent      string // refresh token
	status    int
	successor string // the new refresh token
}

// gate is an authorization server with rotation and reuse detection that can be stopped at each stage.
type gate struct {
	server *testas.Server
	http   *httptest.Server

	mu        sync.Mutex
	skew      time.Duration // how much the server's clock is ahead
	noKeys    bool          // the key set is not served
	refreshes []refresh
	holds     []*hold
	conns     map[net.Conn]http.ConnState
}

// hold stops a refresh at a stage, until it is released or its client is gone.
type hold struct {
	at      stage
	reached chan struct{}
	release chan struct{}
	once    sync.Once
}

func (h *hold) letGo() { h.once.Do(func() { close(h.release) }) }

// startGate starts a server whose tokens live lifetime. prefix begins each of its secrets.
func startGate(t *testing.T, prefix string, lifetime time.Duration) *gate {
	t.Helper()
	g := &gate{conns: map[net.Conn]http.ConnState{}}
	g.http = httptest.NewUnstartedServer(g)
	g.http.Config.ConnState = g.watch
	g.http.Start()
	t.Cleanup(func() {
		g.letGo()
		g.http.CloseClientConnections()
		g.http.Close()
	})
	server, err := testas.New(g.http.URL, testas.Config{
		Prefix: prefix, AccessTokenLifetime: lifetime, AutoApprove: true,
		Now: func() time.Time {
			g.mu.Lock()
			defer g.mu.Unlock()
			return time.Now().Add(g.skew)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.server = server
	return g
}

// change changes the gate with its lock held.
func (g *gate) change(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
}

func (g *gate) isWithoutKeys() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.noKeys
}

// hold stops the next refresh at a stage.
func (g *gate) hold(at stage) *hold {
	h := &hold{at: at, reached: make(chan struct{}), release: make(chan struct{})}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.holds = append(g.holds, h)
	return h
}

// letGo releases all holds.
func (g *gate) letGo() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, h := range g.holds {
		h.letGo()
	}
	g.holds = nil
}

// pause waits if there is a hold for the stage. It returns false if the client went away.
func (g *gate) pause(ctx context.Context, at stage) bool {
	g.mu.Lock()
	var found *hold
	for i, h := range g.holds {
		if h.at == at {
			found, g.holds = h, append(g.holds[:i:i], g.holds[i+1:]...)
			break
		}
	}
	g.mu.Unlock()
	if found == nil {
		return true
	}
	close(found.reached)
	select {
	case <-found.release:
		return true
	case <-ctx.Done():
		return false
	}
}

// ServeHTTP implements [http.Handler]. A client that dies before its request is handled has spent nothing.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPage))
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.URL.Path == "/jwks" && g.isWithoutKeys() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("grant_type") != "refresh_token" {
		g.server.ServeHTTP(w, r)
		return
	}
	if !g.pause(r.Context(), arrived) {
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	g.server.ServeHTTP(answer, r)
	g.note(form.Get("refresh_token"), answer)
	g.send(w, r, answer)
}

func (g *gate) note(sent string, answer *httptest.ResponseRecorder) {
	var said struct {
		RefreshToken string `json:"refresh_token"`
	}
	_ = json.Unmarshal(answer.Body.Bytes(), &said) // the answer may have none
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refreshes = append(g.refreshes, refresh{sent, answer.Code, said.RefreshToken})
}

// send sends the answer in two halves.
func (g *gate) send(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	out := http.NewResponseController(w)
	body := answer.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // or the answer would not end before the last stage
	w.WriteHeader(answer.Code)
	for _, part := range []struct {
		before stage
		bytes  []byte
	}{{spent, body[:len(body)/2]}, {halfway, body[len(body)/2:]}, {answered, nil}} {
		if !g.pause(r.Context(), part.before) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(part.bytes); err != nil || out.Flush() != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

// since returns the refreshes after the first n.
func (g *gate) since(n int) []refresh {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]refresh(nil), g.refreshes[n:]...)
}

func (g *gate) count() int { return len(g.since(0)) }

// accepts reports whether the protected resource accepts the token.
func (g *gate) accepts(t *testing.T, token string) bool {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, g.server.APIURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Close = true // see settle
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (g *gate) watch(c net.Conn, s http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s == http.StateClosed || s == http.StateHijacked {
		delete(g.conns, c)
		return
	}
	g.conns[c] = s
}

// settle waits until the connections of dead clients are closed, since the server may still read what they have sent. A connection
// of the test comes after theirs, and is the only one that may stay.
func (g *gate) settle(t *testing.T) {
	t.Helper()
	own, err := net.Dial("tcp", g.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for deadline := time.Now().Add(startLimit); ; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		accepted, others := false, len(g.conns)
		for c := range g.conns {
			if c.RemoteAddr().String() == own.LocalAddr().String() {
				accepted, others = true, others-1
			}
		}
		g.mu.Unlock()
		if accepted && others == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections of dead clients", others)
		}
	}
}
