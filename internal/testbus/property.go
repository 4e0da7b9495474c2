package testbus

import "github.com/godbus/dbus/v5"

func (s *secrets) getProperty(c call) answer {
	var iface, name string
	if err := dbus.Store(c.args, &iface, &name); err != nil {
		return invalidArgs(err)
	}
	all, a := s.propertiesOf(c.path, iface)
	if all == nil {
		return a
	}
	value, ok := all[name]
	if !ok {
		return failure(errorPrefix+"UnknownProperty", "no property "+name+" of "+iface)
	}
	return reply(value)
}

func (s *secrets) getProperties(c call) answer {
	var iface string
	if err := dbus.Store(c.args, &iface); err != nil {
		return invalidArgs(err)
	}
	all, a := s.propertiesOf(c.path, iface)
	if all == nil {
		return a
	}
	return reply(all)
}

// propertiesOf returns the properties of the object at path, or nil and an error answer.
func (s *secrets) propertiesOf(path dbus.ObjectPath, iface string) (map[string]dbus.Variant, answer) {
	var is string
	var all map[string]any
	switch i := s.find(path); {
	case path == secretsPath:
		is, all = serviceInterface, map[string]any{"Collections": s.collections()}
	case s.isCollection(path):
		is, all = collectionInterface, map[string]any{
			"Items": s.search(nil), "Label": "Login", "Locked": s.locked, "Created": uint64(0), "Modified": uint64(0),
		}
	case i >= 0:
		is, all = itemInterface, s.items[i].properties(s.locked)
	default:
		return nil, noSuchObject(path)
	}
	if iface != is {
		return nil, failure(errorPrefix+"UnknownInterface", "no interface "+iface+" at "+string(path))
	}
	variants := map[string]dbus.Variant{}
	for name, value := range all {
		variants[name] = dbus.MakeVariant(value)
	}
	return variants, answer{}
}

func (s *secrets) collections() []dbus.ObjectPath {
	if s.missing {
		return []dbus.ObjectPath{}
	}
	return []dbus.ObjectPath{loginPath}
}

func (i stored) properties(locked bool) map[string]any {
	return map[string]any{
		"Attributes": i.attributes, "Label": i.label, "Locked": locked, "Created": i.created, "Modified": i.modified,
	}
}
