package testbus

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// sendLimit is how long a client may take to read an answer, so that a stopped client does not stop the service for the
// others.
const sendLimit = 5 * time.Second

// peer is a client's connection.
type peer struct {
	conn net.Conn
	name string // its unique name, guarded by the bus; empty before Hello

	sending sync.Mutex
	serial  uint32
}

// send sends the answer, or closes the connection if it cannot, as the death of a bus does.
func (p *peer) send(c call, sender string, a answer) {
	p.sending.Lock()
	defer p.sending.Unlock()
	for _, m := range a.messages(c, sender) {
		p.serial++
		wire, err := encode(m, p.serial)
		if err == nil {
			_ = p.conn.SetWriteDeadline(time.Now().Add(sendLimit)) // on failure the write fails too
			_, err = p.conn.Write(wire)
		}
		if err != nil {
			_ = p.conn.Close()
			return
		}
	}
}

// attend serves a client until one side closes the connection.
func (b *Bus) attend(p *peer) {
	defer b.leave(p)
	if !b.awake() {
		return
	}
	r := bufio.NewReader(p.conn)
	if authenticate(r, p.conn, b.guid) != nil {
		return
	}
	for {
		c, err := readCall(r, p)
		if err != nil {
			return
		}
		b.mu.Lock()
		c.sender = p.name
		b.calls = append(b.calls, c.method)
		b.changed.Broadcast()
		b.mu.Unlock()
		if !b.awake() {
			return
		}
		if a, done := b.route(&c); done {
			p.send(c, busName, a)
		}
	}
}

// awake waits while the bus is frozen. It returns false if the bus is closed.
func (b *Bus) awake() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.frozen == wholeBus && !b.closed {
		b.changed.Wait()
	}
	return !b.closed
}

func (b *Bus) leave(p *peer) {
	_ = p.conn.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.peers, p)
	b.service.secrets.forget(p.name)
}
