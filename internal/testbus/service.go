package testbus

import "github.com/godbus/dbus/v5"

// forever is the number of calls after which a service dies that does not die.
const forever = -1

// service is the process that a Secret Service would be: it takes one call at a time, and can die. The bus guards it.
type service struct {
	running     bool
	activatable bool
	left        int // calls that it will still answer, or forever
	queue       []call
	secrets     *secrets
}

// serveSecrets is the life of the service, over all its deaths. It ends with the bus.
func (b *Bus) serveSecrets() {
	for {
		c, a, orphans, ok := b.step()
		switch {
		case !ok:
			return
		case len(orphans) > 0:
			bereave(orphans)
		default:
			c.from.send(c, secretsOwner, a)
		}
	}
}

// step waits for the next call and answers it. If the service dies of it, it returns all that will get no answer.
func (b *Bus) step() (c call, a answer, orphans []call, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.closed && (b.frozen != thawed || len(b.service.queue) == 0) {
		b.changed.Wait()
	}
	if b.closed {
		return call{}, answer{}, nil, false
	}
	if b.service.left == 0 {
		return call{}, answer{}, b.kill(), true
	}
	if b.service.left != forever {
		b.service.left--
	}
	c, b.service.queue = b.service.queue[0], b.service.queue[1:]
	return c, b.service.secrets.answer(c), nil, true
}

// kill ends the service, and returns the calls that it has not answered. Its items are on its disk, so to speak; what
// it knew of its clients is gone. The bus is locked.
func (b *Bus) kill() (orphans []call) {
	s := &b.service
	orphans, s.queue = s.queue, nil
	s.running, s.left = false, forever
	s.secrets.sessions = map[dbus.ObjectPath]string{}
	s.secrets.prompts = map[dbus.ObjectPath]prompt{}
	return orphans
}

// bereave tells clients what a bus says of a service that has died on them.
func bereave(orphans []call) {
	for _, c := range orphans {
		c.from.send(c, busName, failure(errorPrefix+"NoReply", "Message recipient disconnected from message bus without replying"))
	}
}

// activate starts the service where the bus knows how to, and tells whether it did. The bus is locked.
func (b *Bus) activate() bool {
	if b.service.activatable {
		b.service.running = true
	}
	return b.service.activatable
}
