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

// maxSocketPath is the longest path of a socket in bytes: macOS and the BSDs have 104 in sockaddr_un with the final NUL, Linux
// has 108.
const maxSocketPath = 103

// Bus is a session bus with a Secret Service. It is safe for concurrent use.
type Bus struct {
	dir      string
	listener net.Listener
	guid     string
	running  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond // on mu: a call arrived, a fault was set, the bus was closed
	closed  bool
	frozen  frozen
	peers   map[*peer]bool
	names   int      // number of unique names given
	calls   []string // all calls, as interface.Member
	clients int      // number of connections
	service service
}

// Start serves until Close is called, at a socket in a new directory in socketDir, or in the directory for temporary files if
// socketDir is empty or too long.
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

// makeDir makes a directory in the first parent in which a socket's path is short enough. The temporary directory of a test
// often is too deep, and the user's may be.
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
	return "", errors.New("the path of every directory for temporary files is too long for a socket")
}

func socketIn(dir string) string { return filepath.Join(dir, "bus") }

// Address returns the value of DBUS_SESSION_BUS_ADDRESS for clients of b.
func (b *Bus) Address() string {
	return "unix:path=" + dbus.EscapeBusAddressValue(socketIn(b.dir))
}

// Close closes all connections, as the end of a session does, and removes the socket. Another call does nothing.
func (b *Bus) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.changed.Broadcast()
	for p := range b.peers {
		_ = p.conn.Close() // its error says nothing
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
