package loopback

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// maxConnections is far more than one browser opens to a host (6, and a few speculative ones), and less than the smallest limit
// of open files.
const maxConnections = 32

// visitors tracks the open connections, those whose request is held for the page, and the browsers that are to fetch the page
// from another address. The zero value is ready.
//
// Each idle connection costs a file. If there are too many, the oldest that is not held is closed. A real request is read and
// checked within microseconds of its connection, so an old connection does not carry one.
type visitors struct {
	mu     sync.Mutex
	conns  []net.Conn // oldest first
	held   []net.Conn
	sent   int // browsers that were sent to the page, and have not fetched it
	closed bool
	done   bool          // empty is closed
	empty  chan struct{} // closed when closed is set, no request is held and no browser sent
}

type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func connOf(r *http.Request) net.Conn {
	c, _ := r.Context().Value(connKey{}).(net.Conn)
	return c
}

// changed is the server's ConnState hook.
func (v *visitors) changed(c net.Conn, state http.ConnState) {
	v.mu.Lock()
	var evicted net.Conn
	switch state {
	case http.StateNew:
		v.conns = append(v.conns, c)
		if len(v.conns) > maxConnections {
			i := slices.IndexFunc(v.conns, func(c net.Conn) bool { return !slices.Contains(v.held, c) })
			evicted = v.conns[i] // there always is one: c is not held yet
			v.conns = slices.Delete(v.conns, i, i+1)
		}
	case http.StateClosed, http.StateHijacked:
		if i := slices.Index(v.conns, c); i >= 0 {
			v.conns = slices.Delete(v.conns, i, i+1)
		}
	}
	v.mu.Unlock()
	if evicted != nil {
		_ = evicted.Close()
	}
}

// enter marks the request as held. It returns false once wait has begun.
func (v *visitors) enter(r *http.Request) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return false
	}
	v.held = append(v.held, connOf(r))
	return true
}

func (v *visitors) leave(r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := slices.Index(v.held, connOf(r))
	v.held = slices.Delete(v.held, i, i+1)
	v.leaveNobody()
}

// send notes that a browser is about to be sent to the page.
func (v *visitors) send() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent++
}

// came notes that one has fetched it, or cannot.
func (v *visitors) came() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent = max(v.sent-1, 0)
	v.leaveNobody()
}

// leaveNobody ends wait if nobody is left. It is called with mu held.
func (v *visitors) leaveNobody() {
	if v.closed && !v.done && len(v.held) == 0 && v.sent == 0 {
		v.done = true
		close(v.empty)
	}
}

// wait refuses further requests. It returns when every held one has its page, or when ctx ends.
func (v *visitors) wait(ctx context.Context) {
	v.mu.Lock()
	v.closed = true
	v.empty = make(chan struct{})
	v.leaveNobody()
	v.mu.Unlock()
	select {
	case <-v.empty:
	case <-ctx.Done():
	}
}
