package testbus

import "github.com/godbus/dbus/v5"

// forever is the number of calls left for a service that does not die.
const forever = -1

// service stands for the process of a Secret Service: it answers one call at a time, and can die. Bus.mu guards it.
type service struct {
	running     bool
	activatable bool
	left        int // number of calls that it will answer, or forever
	queue       []call
	secrets     *secrets
}

// serveSecrets answers the calls to the service until the bus is closed.
func (b *Bus) serveSecrets() {
	for {
		c, a, orphans, ok := b.step()
		switch {
		case !ok:
			return
		case len(orphans) > 0:
			noReply(orphans)
		default:
			c.from.send(c, secretsOwner, a)
		}
	}
}

// step waits for the next call and answers it. If the service dies instead, it returns the calls that get no answer.
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

// kill ends the service, and returns the calls that it has not answered. It keeps the items, which a service has on its disk,
// and loses sessions and prompts. b.mu is held.
func (b *Bus) kill() (orphans []call) {
	s := &b.service
	orphans, s.queue = s.queue, nil
	s.running, s.left = false, forever
	s.secrets.sessions = map[dbus.ObjectPath]string{}
	s.secrets.prompts = map[dbus.ObjectPath]prompt{}
	return orphans
}

// noReply sends the bus's error for calls to a service that has died.
func noReply(orphans []call) {
	for _, c := range orphans {
		c.from.send(c, busName, failure(errorPrefix+"NoReply", "Message recipient disconnected from message bus without replying"))
	}
}

// activate starts the service if it is activatable, and reports whether it is. b.mu is held.
func (b *Bus) activate() bool {
	if b.service.activatable {
		b.service.running = true
	}
	return b.service.activatable
}
