package testbus

import "github.com/godbus/dbus/v5"

// getProperty knows the properties that tell where items are, and whether they can be read.
func (s *secrets) getProperty(c call) answer {
	var iface, name string
	if err := dbus.Store(c.args, &iface, &name); err != nil {
		return invalidArgs(err)
	}
	switch property := iface + "." + name; {
	case c.path == secretsPath && property == serviceInterface+".Collections":
		return reply(dbus.MakeVariant(s.collections()))
	case s.isCollection(c.path) && property == collectionInterface+".Locked":
		return reply(dbus.MakeVariant(s.locked))
	case c.path == secretsPath, s.isCollection(c.path):
		return failure(errorPrefix+"UnknownProperty", "no property "+name+" of "+iface)
	}
	return noSuchObject(c.path)
}

func (s *secrets) collections() []dbus.ObjectPath {
	if s.missing {
		return []dbus.ObjectPath{}
	}
	return []dbus.ObjectPath{loginPath}
}
