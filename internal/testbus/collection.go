package testbus

import (
	"maps"
	"slices"

	"github.com/godbus/dbus/v5"
)

func (s *secrets) searchCollection(c call) answer {
	var wanted map[string]string
	if err := dbus.Store(c.args, &wanted); err != nil {
		return invalidArgs(err)
	}
	if !s.isCollection(c.path) {
		return noSuchObject(c.path)
	}
	return reply(s.search(wanted))
}

// search returns the items that have all the wanted attributes, even if the collection is locked.
func (s *secrets) search(wanted map[string]string) []dbus.ObjectPath {
	found := []dbus.ObjectPath{}
	for _, i := range s.items {
		if i.has(wanted) {
			found = append(found, i.path)
		}
	}
	return found
}

func (i stored) has(wanted map[string]string) bool {
	for name, value := range wanted {
		if had, ok := i.attributes[name]; !ok || had != value {
			return false
		}
	}
	return true
}

func (s *secrets) createItem(c call) answer {
	var about map[string]dbus.Variant
	var sent secret
	var replace bool
	if err := dbus.Store(c.args, &about, &sent, &replace); err != nil {
		return invalidArgs(err)
	}
	switch {
	case !s.isCollection(c.path):
		return noSuchObject(c.path)
	case s.locked:
		return isLocked()
	case s.sessions[sent.Session] != c.sender:
		return noSession(sent.Session)
	case s.writes == refused:
		return writeRefused()
	case s.writes == dropped:
		return reply(noObject, s.ask(dismissal(c.sender, noObject)))
	}
	i := stored{value: sent.Value}
	i.label, _ = about[itemInterface+".Label"].Value().(string)
	i.attributes, _ = about[itemInterface+".Attributes"].Value().(map[string]string)
	return reply(s.put(i, replace), noObject)
}

// put stores i. If replace is set, it replaces an item with the same attributes.
func (s *secrets) put(i stored, replace bool) dbus.ObjectPath {
	old := slices.IndexFunc(s.items, func(o stored) bool { return maps.Equal(o.attributes, i.attributes) })
	if replace && old >= 0 {
		i.path = s.items[old].path
		s.items[old] = i
		return i.path
	}
	i.path = s.path(loginPath + "/")
	s.items = append(s.items, i)
	return i.path
}
