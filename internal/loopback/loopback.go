// Package loopback is the redirect URI of a native app (RFC 8252 §7.3, §8.3): an HTTP listener on 127.0.0.1, [::1] or both. It
// accepts one authorization response from the browser, and then shows the user how the login ended.
//
// A loopback port gets other requests too: prefetches, favicons, stale tabs, scripts of hostile pages, other programs. Only a
// top-level navigation with the right path, Host and state ends the wait. Everything else is answered and ignored.
//
// The package knows state and the form of a response (RFC 6749 §4.1.2). It redeems no code, and verifies neither iss nor a JWT.
// It does not
//   - check Origin: a navigation by GET has none, one by POST has the authorization server's, which is not known here. A
//     script's request is recognized by Sec-Fetch-Mode, and without CORS headers no script can read an answer.
//   - find a certificate for an https redirect URI: it needs one (Options.Certificate), or a proxy in front
//     (Options.ListenAddress).
package loopback

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
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
	// headerLimit allows for a long code or JWT, and for the cookies of every other program on localhost: browsers send them
	// to each port.
	headerLimit = 64 << 10
	bodyLimit   = 64 << 10 // for form_post
	// requestTimeout limits the time in which a request arrives. A browser's speculative connection ends after it.
	requestTimeout = 10 * time.Second
	// deliveryTimeout limits how long Close waits for a browser to be sent to its page, and to fetch it.
	deliveryTimeout = 2 * time.Second
)

// errClosed is returned by Wait after Close, if no response came before.
var errClosed = errors.New("wait for the authorization response: listener closed")

// Options are the redirect URI and what identifies the authorization response.
type Options struct {
	// RedirectURI is the URI as registered: scheme, host, path and, if given, port. For the hosts 127.0.0.1, [::1] and localhost
	// (both of them) without a port, any free port or one of Ports is filled in. Any other host requires ListenAddress, and the
	// URI is used unchanged.
	RedirectURI *url.URL
	// Ports are tried in order if neither RedirectURI nor ListenAddress has a port. Empty means any free one.
	Ports []int
	// ListenAddress is where to listen if not at the redirect URI's host, as HOST:PORT, :PORT or HOST.
	ListenAddress string
	// Certificate is the one to show to the browser if RedirectURI is an https one; nil for none.
	Certificate *tls.Certificate
	// State is compared in constant time and never shown. It must not be empty.
	State string
	// FormPost accepts the response in the body of a POST (response_mode=form_post) besides the query, which a server that ignores
	// response_mode uses.
	FormPost bool
	// Unwrap, if set, extracts the parameters of the authorization response from those of the request, as JARM requires, where they
	// are inside a JWT. The result is checked and returned by Wait. A request for which it fails is ignored; it has told why. Any
	// program that finds the port can have it called, from several goroutines, so it must not trust its argument.
	Unwrap func(url.Values) (url.Values, error)
	// WholeAddress makes Deliver refuse CODE#STATE, if the response must have more than these two.
	WholeAddress bool
	// Ignored, if set, is called when the browser brings a response that is not this login's, once for each kind of them. reason
	// contains no value of the response.
	Ignored func(reason string)
}

// Listener waits for one authorization response. Its methods may be called from several goroutines.
type Listener struct {
	options     Options
	redirectURI *url.URL
	hosts       []string // accepted in the Host header, in lower case
	server      *http.Server
	sockets     []net.Listener
	serving     sync.WaitGroup
	visitors    visitors
	close       func() error

	received chan struct{} // closed when response is set
	finished chan struct{} // closed when page is set
	broken   chan struct{} // closed when err is set

	mu       sync.Mutex
	told     map[string]bool // kinds of refusals
	response *response
	page     *Page
	err      error // why no response can come anymore
}

// Listen binds the redirect URI's port. It must be called before the browser is opened: a program that binds it later would get
// the code. The error is a *PortError if no port can be bound. ctx covers the binding only; Close frees the port.
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
		told:        map[string]bool{},
		hosts:       authorities(redirectURI),
		received:    make(chan struct{}),
		finished:    make(chan struct{}),
		broken:      make(chan struct{}),
	}
	// ReadTimeout and WriteTimeout would end a request that is held until the code is redeemed. The handler sets deadlines
	// when it reads and writes.
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
		if c := l.options.Certificate; c != nil {
			socket = tls.NewListener(socket, &tls.Config{Certificates: []tls.Certificate{*c}, MinVersion: tls.VersionTLS12})
		}
		l.serving.Go(func() {
			if err := l.server.Serve(socket); !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
				l.fail(fmt.Errorf("wait for the authorization response: %w", err))
			}
		})
	}
}

// RedirectURI returns the redirect URI with its port. It goes into the authorization request and, unchanged, into the token
// request (RFC 6749 §4.1.3).
func (l *Listener) RedirectURI() string { return l.redirectURI.String() }

// Wait returns the parameters of the authorization response: a code, or an error, with the right state. It fails with a
// *MalformedError if it is not one of them, with the cause of ctx, after Close, or if a socket fails.
func (l *Listener) Wait(ctx context.Context) (url.Values, error) {
	select {
	case <-l.received:
	case <-l.broken:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch { // a response takes precedence
	case l.response != nil && l.response.malformed != nil:
		return nil, l.response.malformed
	case l.response != nil:
		return maps.Clone(l.response.params), nil
	case l.err != nil:
		return nil, l.err
	default:
		return nil, context.Cause(ctx)
	}
}

// Finish sets the page that the user sees. The browser's request is held until then, so that the page shows how the login ended.
// Only the first call counts.
func (l *Listener) Finish(p Page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.page == nil {
		l.page = &p
		close(l.finished)
	}
}

// Close delivers the page to a browser that still waits for it, for at most two seconds, and frees the port. A browser whose
// response came without a call of Finish is told that the login was abandoned.
func (l *Listener) Close() error { return l.close() }

func (l *Listener) shutDown() error {
	l.fail(errClosed)
	l.Finish(abandoned)
	// Server.Shutdown would also wait for a browser's speculative connections, on which no request will come.
	ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
	defer cancel()
	l.visitors.wait(ctx)
	var errs []error
	for _, socket := range l.sockets {
		if err := socket.Close(); !errors.Is(err, net.ErrClosed) { // the server has closed one that failed
			errs = append(errs, err)
		}
	}
	_ = l.server.Close() // it only fails for the sockets, which are closed already
	l.serving.Wait()
	return errors.Join(errs...)
}

// receive stores the response if it is the first.
func (l *Listener) receive(r response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.response == nil {
		l.response = &r
		close(l.received)
	}
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
