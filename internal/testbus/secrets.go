package testbus

import (
	"fmt"
	"maps"
	"slices"

	"github.com/godbus/dbus/v5"
)

const (
	secretsPath         = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath           = secretsPath + "/collection/login"
	defaultPath         = secretsPath + "/aliases/default" // another name of loginPath
	sessionPrefix       = secretsPath + "/session/s"
	promptPrefix        = secretsPath + "/prompt/p"
	noObject            = dbus.ObjectPath("/") // means no object
	serviceInterface    = "org.freedesktop.Secret.Service"
	collectionInterface = "org.freedesktop.Secret.Collection"
	itemInterface       = "org.freedesktop.Secret.Item"
	sessionInterface    = "org.freedesktop.Secret.Session"
	promptInterface     = "org.freedesktop.Secret.Prompt"
	propertiesInterface = "org.freedesktop.DBus.Properties"
	secretError         = "org.freedesktop.Secret.Error."
)

// secrets are the objects of the Secret Service. No path is used twice. Bus.mu guards them.
type secrets struct {
	paths    int                        // number of paths given
	missing  bool                       // there is no collection
	locked   bool                       // the collection
	items    []stored                   // in the collection, the oldest first
	sessions map[dbus.ObjectPath]string // the unique name of its client
	prompts  map[dbus.ObjectPath]prompt // not yet answered
	person   Person                     // of the prompts
	writes   writes
}

func newSecrets() *secrets {
	return &secrets{sessions: map[dbus.ObjectPath]string{}, prompts: map[dbus.ObjectPath]prompt{}}
}

// methods are the methods of the service.
var methods = map[string]func(*secrets, call) answer{
	serviceInterface + ".OpenSession":    (*secrets).openSession,
	serviceInterface + ".Unlock":         (*secrets).unlock,
	serviceInterface + ".ReadAlias":      (*secrets).readAlias,
	collectionInterface + ".SearchItems": (*secrets).searchCollection,
	collectionInterface + ".CreateItem":  (*secrets).createItem,
	itemInterface + ".GetSecret":         (*secrets).getSecret,
	itemInterface + ".Delete":            (*secrets).deleteItem,
	sessionInterface + ".Close":          (*secrets).closeSession,
	promptInterface + ".Prompt":          (*secrets).showPrompt,
	propertiesInterface + ".Get":         (*secrets).getProperty,
}

func (s *secrets) answer(c call) answer {
	if method, ok := methods[c.method]; ok {
		return method(s, c)
	}
	return unknownMethod(c)
}

// forget removes the sessions and prompts of a client that has disconnected.
func (s *secrets) forget(client string) {
	maps.DeleteFunc(s.sessions, func(_ dbus.ObjectPath, owner string) bool { return owner == client })
	maps.DeleteFunc(s.prompts, func(_ dbus.ObjectPath, p prompt) bool { return p.owner == client })
}

// path returns a new path with that prefix.
func (s *secrets) path(prefix dbus.ObjectPath) dbus.ObjectPath {
	s.paths++
	return dbus.ObjectPath(fmt.Sprint(string(prefix), s.paths))
}

func (s *secrets) openSession(c call) answer {
	var algorithm string
	var input dbus.Variant
	if err := dbus.Store(c.args, &algorithm, &input); err != nil {
		return invalidArgs(err)
	}
	if algorithm != "plain" {
		// After this error libsecret asks again, for plain.
		return failure(errorPrefix+"NotSupported", "the algorithm "+algorithm+" is not supported")
	}
	path := s.path(sessionPrefix)
	s.sessions[path] = c.sender
	return reply(dbus.MakeVariant(""), path)
}

func (s *secrets) closeSession(c call) answer {
	if s.sessions[c.path] != c.sender {
		return noSession(c.path)
	}
	delete(s.sessions, c.path)
	return reply()
}

func (s *secrets) readAlias(c call) answer {
	var name string
	if err := dbus.Store(c.args, &name); err != nil {
		return invalidArgs(err)
	}
	if s.missing || name != "default" && name != "login" {
		return reply(noObject)
	}
	return reply(loginPath)
}

func (s *secrets) unlock(c call) answer {
	var paths []dbus.ObjectPath
	if err := dbus.Store(c.args, &paths); err != nil {
		return invalidArgs(err)
	}
	known := s.known(paths)
	if !s.locked || len(known) == 0 {
		return reply(known, noObject)
	}
	path := s.ask(prompt{
		owner: c.sender, person: s.person, dismissed: dbus.MakeVariant([]dbus.ObjectPath{}),
		approve: func() dbus.Variant {
			s.locked = false
			return dbus.MakeVariant(known)
		},
	})
	return reply([]dbus.ObjectPath{}, path)
}

// known leaves out unknown paths, as GNOME Keyring does, and replaces aliases of the collection.
func (s *secrets) known(paths []dbus.ObjectPath) []dbus.ObjectPath {
	known := []dbus.ObjectPath{}
	for _, p := range paths {
		switch {
		case s.isCollection(p):
			known = append(known, loginPath)
		case s.find(p) >= 0:
			known = append(known, p)
		}
	}
	return known
}

func (s *secrets) isCollection(p dbus.ObjectPath) bool {
	return !s.missing && (p == loginPath || p == defaultPath)
}

// find returns the index of the item at path, or -1.
func (s *secrets) find(path dbus.ObjectPath) int {
	return slices.IndexFunc(s.items, func(i stored) bool { return i.path == path })
}

func noSession(path dbus.ObjectPath) answer {
	return failure(secretError+"NoSession", "no session of this client at "+string(path))
}

func noSuchObject(path dbus.ObjectPath) answer {
	return failure(secretError+"NoSuchObject", "nothing at "+string(path))
}

func isLocked() answer { return failure(secretError+"IsLocked", "the collection is locked") }
