package testbus

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/godbus/dbus/v5"
)

// maxSocketPath is the longest path of a socket in bytes: macOS and the BSDs have 104 in sockaddr_un, with the NUL that
// ends it. Linux has 108.
const maxSocketPath = 103

// Bus is a session bus and the Secret Service on it. Its methods may be called at any time, from any goroutine.
type Bus struct {
	dir      string
	listener net.Listener
	guid     string
	running  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond // on mu: a call came, a fault was set, the bus ends
	closed  bool
	frozen  frozen
	peers   map[*peer]bool
	names   int      // unique names given so far
	calls   []string // what came, as interface.Member
	clients int      // connections so far
	service service
}

// Start makes a directory of its own in socketDir, or in that for temporary files where socketDir is empty or too long a
// path for a socket, and serves there until Close is called.
func Start(socketDir string) (*Bus, error) {
	dir, err := makeDir(socketDir)
	if err != nil {
		return nil, fmt.Errorf("start bus: %w", err)
	}
	listener, err := net.Listen("unix", socketIn(dir))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start bus: %w", err), os.RemoveAll(dir))
	}
	guid := make([]byte, 16)
	_, _ = rand.Read(guid) // never fails
	b := &Bus{
		dir: dir, listener: listener, guid: hex.EncodeToString(guid),
		peers: map[*peer]bool{}, service: service{running: true, left: forever, secrets: newSecrets()},
	}
	b.changed = sync.NewCond(&b.mu)
	b.running.Go(b.accept)
	b.running.Go(b.serveSecrets)
	return b, nil
}

// makeDir makes the first directory in which a socket has a path short enough. A test's own temporary directory often
// is too deep, and so may be the user's.
func makeDir(parent string) (string, error) {
	for _, p := range []string{parent, "", "/tmp"} {
		dir, err := os.MkdirTemp(p, "bus")
		if err != nil {
			return "", err
		}
		if len(socketIn(dir)) <= maxSocketPath {
			return dir, nil
		}
		if err := os.Remove(dir); err != nil {
			return "", err
		}
	}
	return "", errors.New("every directory for temporary files is too long a path for a socket")
}

func socketIn(dir string) string { return filepath.Join(dir, "bus") }

// Address is what DBUS_SESSION_BUS_ADDRESS is set to for clients of b.
func (b *Bus) Address() string {
	return "unix:path=" + dbus.EscapeBusAddressValue(socketIn(b.dir))
}

// Close hangs up on all clients, as a session does that ends, and removes the socket. It may be called again, and does
// nothing then.
func (b *Bus) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.changed.Broadcast()
	for p := range b.peers {
		_ = p.conn.Close() // nothing of it is wanted any more
	}
	b.mu.Unlock()

	err := b.listener.Close()
	b.running.Wait()
	return errors.Join(err, os.RemoveAll(b.dir))
}

// accept ends when the listener is closed.
func (b *Bus) accept() {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		p := &peer{conn: conn}
		b.mu.Lock()
		if b.closed {
			_ = conn.Close()
		} else {
			b.peers[p] = true
			b.clients++
			b.running.Go(func() { b.attend(p) })
		}
		b.mu.Unlock()
	}
}
