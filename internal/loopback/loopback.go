// Package loopback is the redirect URI of a native app: an HTTP listener on 127.0.0.1, [::1] or both that takes one
// authorization response from the browser and tells the person afterwards how the login ended (RFC 8252 §7.3, §8.3).
//
// A loopback port has strange visitors: prefetches, favicons, stale tabs, scripts of hostile pages, other programs. Only
// a top-level navigation with the right path, Host and state ends the wait. Everything else is answered and ignored,
// and the login goes on.
//
// It knows state and the shape of a response (RFC 6749 §4.1.2) and nothing else of OAuth: it redeems no code, verifies
// no iss and no JWT. It deliberately
//   - does not redirect the browser to an address without the code to clean its history. The code is spent, or bound to
//     a code verifier that no longer exists, when a second reader could find it (RFC 9700 §2.1.1), and a second request
//     is one more that can get lost. Who wants the code out of URLs uses form_post;
//   - does not look at Origin: a navigation by GET has none, one by POST has the authorization server's, which is not known
//     here; a script's request is told by Sec-Fetch-Mode, and no CORS header ever lets a script read an answer;
//   - does not speak TLS: an https redirect URI needs a proxy in front (Options.ListenAddress).
package loopback

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// headerLimit holds the code or the JWT of a large server and the cookies of every other program on localhost,
	// which browsers send whatever the port.
	headerLimit = 64 << 10
	bodyLimit   = 64 << 10 // for form_post
	// requestTimeout is the time for one request to arrive. A browser's speculative connection lives that long.
	requestTimeout = 10 * time.Second
	// deliveryTimeout is how long Close waits for a browser to take its page.
	deliveryTimeout = time.Second
)

// errClosed is what Wait returns after Close, if no response came before.
var errClosed = errors.New("wait for the authorization response: listener closed")

// Options say where the authorization response is expected and by what it is known.
type Options struct {
	// RedirectURI as registered: scheme, host, path and, if given, port. With the host 127.0.0.1, [::1] or localhost
	// (both of them) and no port, any free port or one of Ports is filled in. With any other host ListenAddress is
	// required and the URI is used as it is.
	RedirectURI *url.URL
	// Ports are tried in order where neither RedirectURI nor ListenAddress has a port. Empty means any free one.
	Ports []int
	// ListenAddress is where to bind when that is not the redirect host, as HOST:PORT, :PORT or HOST.
	ListenAddress string
	// State is compared in constant time and never shown. It must not be empty.
	State string
	// FormPost allows the response in the body of a POST (response_mode=form_post) beside that in the query, to which a
	// server that ignores response_mode falls back.
	FormPost bool
	// Unwrap, if set, gets the authorization response parameters out of what the browser brought, as JARM needs, where
	// they stand inside a JWT. What it returns is judged and goes to Wait; a request it fails on is ignored. It may be
	// called by anyone who finds the port, from several goroutines, and must not trust its argument.
	Unwrap func(url.Values) (url.Values, error)
	// WholeAddress has Deliver refuse CODE#STATE, where the response must bear more than these two.
	WholeAddress bool
	// Ignored, if set, is told of each request that did not end the wait, in our own words: none of the request is in it.
	Ignored func(reason string)
}

// Listener waits for one authorization response. Its methods may be called from several goroutines.
type Listener struct {
	options     Options
	redirectURI *url.URL
	hosts       []string // what a Host header may say, in lower case
	server      *http.Server
	sockets     []net.Listener
	serving     sync.WaitGroup
	visitors    visitors
	close       func() error

	received chan struct{} // closed when response is there
	finished chan struct{} // closed when page is there
	broken   chan struct{} // closed when err is there

	mu       sync.Mutex
	response url.Values
	page     *Page
	err      error // why no response can come any more
}

// Listen binds the redirect URI's port, and must come before the browser is opened: who binds it later gets the code.
// A port that cannot be had is a *PortError. The context covers the binding only; Close frees the port.
func Listen(ctx context.Context, o Options) (*Listener, error) {
	sockets, redirectURI, err := bind(ctx, o)
	if err != nil {
		return nil, err
	}
	l := newListener(o, redirectURI)
	l.start(sockets)
	return l, nil
}

func newListener(o Options, redirectURI *url.URL) *Listener {
	l := &Listener{
		options:     o,
		redirectURI: redirectURI,
		hosts:       authorities(redirectURI),
		received:    make(chan struct{}),
		finished:    make(chan struct{}),
		broken:      make(chan struct{}),
	}
	// No ReadTimeout and no WriteTimeout: both would end a request that is held until the code is redeemed. The
	// handler sets deadlines where it reads and writes.
	l.server = &http.Server{
		Handler:           http.HandlerFunc(l.serve),
		ReadHeaderTimeout: requestTimeout,
		MaxHeaderBytes:    headerLimit,
		ConnState:         l.visitors.changed,
		ConnContext:       withConn,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	l.server.SetKeepAlivesEnabled(false)
	l.close = sync.OnceValue(l.shutDown)
	return l
}

func (l *Listener) start(sockets []net.Listener) {
	l.sockets = sockets
	if l.options.ListenAddress != "" {
		l.hosts = append(l.hosts, literals(sockets)...)
	}
	for _, socket := range sockets {
		l.serving.Go(func() {
			if err := l.server.Serve(socket); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
				l.fail(fmt.Errorf("wait for the authorization response: %w", err))
			}
		})
	}
}

// RedirectURI is the redirect URI with the port filled in: what goes into the authorization request and, unchanged,
// into the token request (RFC 6749 §4.1.3).
func (l *Listener) RedirectURI() string { return l.redirectURI.String() }

// Wait returns the parameters of the authorization response: a success with code, or an error answer with error, either
// with the right state. It ends with the context's cause, with an error after Close, or with that of a port that broke.
func (l *Listener) Wait(ctx context.Context) (url.Values, error) {
	select {
	case <-l.received:
	case <-l.broken:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch { // a response wins over what happened in the same moment
	case l.response != nil:
		return maps.Clone(l.response), nil
	case l.err != nil:
		return nil, l.err
	default:
		return nil, context.Cause(ctx)
	}
}

// Finish says what the person is to see. The browser's request is held until then, so that the page tells how the login
// ended and not that it began to end. Only the first call counts.
func (l *Listener) Finish(p Page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.page == nil {
		l.page = &p
		close(l.finished)
	}
}

// Close gives the page to a browser that still waits for it, for at most one second, and frees the port. A browser that
// came but for which Finish never was called is told that the login was abandoned.
func (l *Listener) Close() error { return l.close() }

func (l *Listener) shutDown() error {
	var errs []error
	for _, socket := range l.sockets {
		if err := socket.Close(); !errors.Is(err, net.ErrClosed) { // one that broke was closed by the server
			errs = append(errs, err)
		}
	}
	l.fail(errClosed)
	l.Finish(abandoned)
	// Server.Shutdown would wait for a browser's speculative connections as well, on which nothing will ever come.
	ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
	defer cancel()
	l.visitors.wait(ctx)
	_ = l.server.Close() // its only errors are those of the sockets, which are closed already
	l.serving.Wait()
	return errors.Join(errs...)
}

// receive takes the response if it is the first.
func (l *Listener) receive(response url.Values) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.response != nil {
		return false
	}
	l.response = response
	close(l.received)
	return true
}

func (l *Listener) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
		close(l.broken)
	}
}

func (l *Listener) stateIs(state string) bool {
	return subtle.ConstantTimeCompare([]byte(state), []byte(l.options.State)) == 1
}
