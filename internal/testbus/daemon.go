package testbus

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	busName      = "org.freedesktop.DBus"
	secretsName  = "org.freedesktop.secrets"
	secretsOwner = ":1.0" // its unique name
)

// The answers of StartServiceByName.
const (
	startReplySuccess        uint32 = 1
	startReplyAlreadyRunning uint32 = 2
)

// route answers c, or queues it for the service.
func (b *Bus) route(c *call) (a answer, done bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.sender == "" && c.method != busName+".Hello" {
		return failure(errorPrefix+"AccessDenied", "the first message must be Hello"), true
	}
	switch c.destination {
	case busName:
		return b.daemon(c), true
	case secretsName:
		if !b.service.running && c.flags&dbus.FlagNoAutoStart == 0 {
			b.activate()
		}
	case secretsOwner:
	default:
		return noOwner(c.destination), true
	}
	if !b.service.running {
		return noOwner(c.destination), true
	}
	b.service.queue = append(b.service.queue, *c)
	b.changed.Broadcast()
	return answer{}, false
}

// noOwner has the text of dbus-daemon, which callers of go-keyring look for.
func noOwner(name string) answer {
	return failure(errorPrefix+"ServiceUnknown", fmt.Sprintf("The name %s was not provided by any .service files", name))
}

// daemon answers the methods of org.freedesktop.DBus that clients of a Secret Service use. b.mu is held.
func (b *Bus) daemon(c *call) answer {
	switch c.method {
	case busName + ".Hello":
		return b.hello(c)
	case busName + ".AddMatch", busName + ".RemoveMatch": // every signal is addressed to one client
		return reply()
	case busName + ".ListActivatableNames":
		names := []string{busName}
		if b.service.activatable {
			names = append(names, secretsName)
		}
		return reply(names)
	case busName + ".StartServiceByName":
		return b.startService(c)
	default:
		return unknownMethod(*c)
	}
}

func (b *Bus) hello(c *call) answer {
	if c.from.name != "" {
		return failure(errorPrefix+"Failed", "Hello was called before")
	}
	b.names++
	c.from.name = fmt.Sprintf(":1.%d", b.names)
	c.sender = c.from.name
	a := reply(c.from.name)
	a.signal = &signal{"/org/freedesktop/DBus", busName, "NameAcquired", []any{c.from.name}}
	return a
}

func (b *Bus) startService(c *call) answer {
	var name string
	var flags uint32
	if err := dbus.Store(c.args, &name, &flags); err != nil {
		return invalidArgs(err)
	}
	switch {
	case name == secretsName && b.service.running:
		return reply(startReplyAlreadyRunning)
	case name == secretsName && b.activate():
		return reply(startReplySuccess)
	}
	return noOwner(name)
}
