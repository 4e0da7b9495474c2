package testbus

import (
	"slices"

	"github.com/godbus/dbus/v5"
)

// stored is an item as the service keeps it. What its attributes and value point to is never changed, only replaced:
// answers that hold it are written when the bus is no longer locked.
type stored struct {
	path       dbus.ObjectPath
	attributes map[string]string
	label      string
	value      []byte
	created    uint64 // Unix seconds
	modified   uint64
}

// secret is the struct Secret of the API: its fields are the wire's, in that order.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte // of the algorithm; plain has none
	Value       []byte
	ContentType string
}

// secret forgets what type the value was said to be of, as GNOME Keyring does: libsecret takes nothing for a password
// but text/plain, and go-keyring adds a charset to it.
func (i stored) secret(session dbus.ObjectPath) secret {
	return secret{session, []byte{}, i.value, "text/plain"}
}

func (s *secrets) getSecret(c call) answer {
	var sess dbus.ObjectPath
	if err := dbus.Store(c.args, &sess); err != nil {
		return invalidArgs(err)
	}
	i := s.find(c.path)
	switch {
	case i < 0:
		return noSuchObject(c.path)
	case s.locked:
		return isLocked()
	case s.sessions[sess] != c.sender:
		return noSession(sess)
	}
	return reply(s.items[i].secret(sess))
}

// getSecrets leaves out what there is not, and what is locked.
func (s *secrets) getSecrets(c call) answer {
	var paths []dbus.ObjectPath
	var sess dbus.ObjectPath
	if err := dbus.Store(c.args, &paths, &sess); err != nil {
		return invalidArgs(err)
	}
	if s.sessions[sess] != c.sender {
		return noSession(sess)
	}
	found := map[dbus.ObjectPath]secret{}
	for _, p := range paths {
		if i := s.find(p); i >= 0 && !s.locked {
			found[p] = s.items[i].secret(sess)
		}
	}
	return reply(found)
}

func (s *secrets) setSecret(c call) answer {
	var sent secret
	if err := dbus.Store(c.args, &sent); err != nil {
		return invalidArgs(err)
	}
	i := s.find(c.path)
	switch {
	case i < 0:
		return noSuchObject(c.path)
	case s.locked:
		return isLocked()
	case s.sessions[sent.Session] != c.sender:
		return noSession(sent.Session)
	case s.writes == refused:
		return writeRefused()
	case s.writes == dropped:
		return reply()
	}
	s.items[i].value, s.items[i].modified = sent.Value, now()
	return reply()
}

func (s *secrets) deleteItem(c call) answer {
	i := s.find(c.path)
	switch {
	case i < 0:
		return noSuchObject(c.path)
	case s.locked:
		return isLocked()
	case s.writes == refused:
		return writeRefused()
	case s.writes == dropped:
		return reply(s.ask(dismissal(c.sender, "")))
	}
	s.items = slices.Delete(s.items, i, i+1)
	return reply(noObject)
}

func writeRefused() answer {
	return failure(errorPrefix+"AccessDenied", "the collection cannot be written")
}
