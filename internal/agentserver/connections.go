package agentserver

import (
	"context"
	"net"
	"sync"

	"github.com/oauthget/oauthget/internal/peer"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	// maxConnections bounds the connections of all clients, and maxPerProcess those of one process. That may be an ssh, which has
	// the connections of a whole machine.
	maxConnections = 2048
	maxPerProcess  = 1536
)

// clients counts the open connections.
type clients struct {
	mu         sync.Mutex
	all        int
	perProcess map[int]int
}

func (c *clients) add(process int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= maxConnections || process != 0 && c.perProcess[process] >= maxPerProcess {
		return false
	}
	c.all++
	c.perProcess[process]++
	return true
}

func (c *clients) remove(process int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.perProcess[process]--; c.perProcess[process] == 0 {
		delete(c.perProcess, process)
	}
}

// guarded accepts connections of this user and of root, and no more than there may be. Others are closed.
type guarded struct {
	net.Listener
	clients *clients
	warn    func(format string, args ...any)
}

// Accept implements [net.Listener].
func (g *guarded) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		process := peer.Process(conn)
		switch {
		case peer.Of(conn) == peer.Other:
			g.warn("a connection of another user was closed")
		case g.clients.add(process):
			return &client{Conn: conn, process: process, left: func() { g.clients.remove(process) }, agreed: map[wish]bool{}}, nil
		}
		_ = conn.Close()
	}
}

// client is a connection.
type client struct {
	net.Conn
	process int
	closed  sync.Once
	left    func()

	mu     sync.Mutex
	agreed map[wish]bool // what the person has agreed to
}

// Close implements [net.Conn].
func (c *client) Close() error {
	c.closed.Do(c.left)
	return c.Conn.Close()
}

// String names the program, as far as the system tells.
func (c *client) String() string { return untrusted.Text(peer.Describe(c.process)) }

type clientKey struct{}

func withClient(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

func clientOf(ctx context.Context) *client {
	c, _ := ctx.Value(clientKey{}).(*client)
	return c
}
