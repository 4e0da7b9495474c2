package testbus

import (
	"slices"

	"github.com/godbus/dbus/v5"
)

// stored is an item of the service. Attributes and value are replaced and never changed in place: answers that refer to them
// are written after Bus.mu was released.
type stored struct {
	path       dbus.ObjectPath
	attributes map[string]string
	label      string
	value      []byte
}

// secret is the struct Secret of the API. The order of its fields is that of the wire.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte // of the algorithm; empty for plain
	Value       []byte
	ContentType string
}

// secret returns i with the content type text/plain, as GNOME Keyring does: libsecret accepts no other for a password, and
// go-keyring sends it with a charset.
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
