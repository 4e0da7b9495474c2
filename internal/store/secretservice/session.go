//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secretservice

import (
	"context"
	"errors"
	"slices"

	"github.com/godbus/dbus/v5"
)

// The names of the Secret Service API, and of the bus.
const (
	secretsName         = "org.freedesktop.secrets"
	secretsPath         = dbus.ObjectPath("/org/freedesktop/secrets")
	loginCollection     = secretsPath + "/collection/login"
	serviceInterface    = "org.freedesktop.Secret.Service"
	collectionInterface = "org.freedesktop.Secret.Collection"
	itemInterface       = "org.freedesktop.Secret.Item"
	promptInterface     = "org.freedesktop.Secret.Prompt"
	sessionInterface    = "org.freedesktop.Secret.Session"
	noObject            = dbus.ObjectPath("/")

	busName     = "org.freedesktop.DBus"
	busPath     = dbus.ObjectPath("/org/freedesktop/DBus")
	getProperty = "org.freedesktop.DBus.Properties.Get"
)

// session is what one method of [Client] says to the service.
type session struct {
	ctx        context.Context
	client     *Client
	bus        *bus
	collection dbus.ObjectPath
}

// newSession also closes the session that was opened before over the same connection. The last one ends with the
// connection.
func newSession(ctx context.Context, c *Client, b *bus) *session {
	s := &session{ctx: ctx, client: c, bus: b}
	clear(b.replies) // those that nobody waited for
	if b.session != "" {
		s.send(b.session, sessionInterface+".Close")
		b.session = ""
	}
	return s
}

// secret is the struct Secret of the API. Its fields are those of the wire, in that order.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte // of the encryption; the algorithm "plain" has none
	Value       []byte
	ContentType string
}

// send queues a call of a method of the service.
func (s *session) send(path dbus.ObjectPath, method string, arguments ...any) (call uint32) {
	return s.bus.send(secretsName, path, method, arguments...)
}

// receive waits for the reply to a call.
func (s *session) receive(call uint32, values ...any) error {
	return s.bus.receive(s.ctx, s.client.limits.answer, call, values...)
}

// probe returns nil where the collection is open or may be opened, or where the bus could start the service.
func (s *session) probe() error {
	if there, err := s.findCollection(false); !there || err != nil {
		return err
	}
	locked, err := s.locked()
	if err == nil && locked && !s.client.mayPrompt {
		err = &Error{Kind: Locked}
	}
	return err
}

// open opens a session, and returns the items in the collection that have the attributes, locked or not.
//
// GNOME Keyring 42.1 takes note of a new client in one thread and serves it in another. Where the first message is one
// that needs the client, such as OpenSession, it at times comes before the note. The daemon then aborts, with all that it
// keeps open for the desktop. So the first message is one that needs no client, which findCollection sends, and the next
// ones go out when it has been answered.
func (s *session) open(attributes map[string]string) (items []dbus.ObjectPath, err error) {
	if _, err := s.findCollection(true); err != nil {
		return nil, err
	}
	opening := s.send(secretsPath, serviceInterface+".OpenSession", "plain", dbus.MakeVariant(""))
	searching := s.sendSearch(attributes)
	var output dbus.Variant // empty for "plain"
	if err := s.receive(opening, &output, &s.bus.session); err != nil {
		return nil, err
	}
	err = s.receive(searching, &items)
	return items, err
}

// find is open, and unlocks the collection where it finds nothing: a locked one may not tell.
func (s *session) find(attributes map[string]string) (items []dbus.ObjectPath, err error) {
	items, err = s.open(attributes)
	if err != nil || len(items) > 0 {
		return items, err
	}
	wasLocked, err := s.unlockCollection()
	if err == nil && wasLocked {
		err = s.receive(s.sendSearch(attributes), &items)
	}
	if err == nil && len(items) == 0 {
		err = ErrNotFound
	}
	return items, err
}

func (s *session) sendSearch(attributes map[string]string) (call uint32) {
	return s.send(s.collection, collectionInterface+".SearchItems", attributes)
}

// locked reports whether the collection is locked.
func (s *session) locked() (locked bool, err error) {
	err = s.receive(s.send(s.collection, getProperty, collectionInterface, "Locked"), &locked)
	return locked, err
}

// findCollection finds the collection that go-keyring uses: the one named login, else the default one. It makes none. It
// returns false without an error where the service does not run, but the bus would start it.
func (s *session) findCollection(start bool) (there bool, err error) {
	var all []dbus.ObjectPath
	err = s.receive(s.sendCollections(), &all)
	if failedWith(err, nameHasNoOwner, serviceUnknown) {
		if err := s.canStart(); err != nil || !start {
			return false, err
		}
		if err := s.receive(s.bus.send(busName, busPath, busName+".StartServiceByName", secretsName, uint32(0))); err != nil {
			return false, &Error{NoService, err}
		}
		err = s.receive(s.sendCollections(), &all)
	}
	if err != nil {
		return false, err
	}
	if slices.Contains(all, loginCollection) {
		s.collection = loginCollection
		return true, nil
	}
	if err := s.receive(s.send(secretsPath, serviceInterface+".ReadAlias", "default"), &s.collection); err != nil {
		return false, err
	}
	if s.collection == noObject {
		return false, &Error{Kind: NoCollection}
	}
	return true, nil
}

func (s *session) sendCollections() (call uint32) {
	return s.send(secretsPath, getProperty, serviceInterface, "Collections")
}

// canStart returns nil where the bus would start the service when asked.
func (s *session) canStart() error {
	var names []string
	if err := s.receive(s.bus.send(busName, busPath, busName+".ListActivatableNames"), &names); err != nil {
		return err
	}
	if !slices.Contains(names, secretsName) {
		return &Error{Kind: NoService}
	}
	return nil
}

// get returns the secret of an item.
func (s *session) get(item dbus.ObjectPath) (string, error) {
	var found secret
	if err := s.receive(s.send(item, itemInterface+".GetSecret", s.bus.session), &found); err != nil {
		return "", err
	}
	if found.Session != s.bus.session || len(found.Parameters) != 0 {
		return "", errUnexpected
	}
	return string(found.Value), nil
}

// create creates an item, in place of one with the same attributes.
func (s *session) create(label string, attributes map[string]string, value string) error {
	properties := map[string]dbus.Variant{
		itemInterface + ".Label":      dbus.MakeVariant(label),
		itemInterface + ".Attributes": dbus.MakeVariant(attributes),
	}
	content := secret{s.bus.session, []byte{}, []byte(value), "text/plain; charset=utf8"}
	call := s.send(s.collection, collectionInterface+".CreateItem", properties, content, true)
	var item, prompt dbus.ObjectPath
	if err := s.bus.receive(s.ctx, s.client.limits.write, call, &item, &prompt); err != nil {
		return err
	}
	return s.ask(prompt)
}

// delete deletes an item.
func (s *session) delete(item dbus.ObjectPath) error {
	var prompt dbus.ObjectPath
	if err := s.bus.receive(s.ctx, s.client.limits.write, s.send(item, itemInterface+".Delete"), &prompt); err != nil {
		return err
	}
	return s.ask(prompt)
}

// unlocking does something with an item, and does it again where the collection had to be unlocked first, or the item
// alone. KeePassXC keeps an item locked until a person lets this program read it.
func (s *session) unlocking(item dbus.ObjectPath, do func() error) error {
	err := do()
	if _, answered := errors.AsType[dbus.Error](err); answered { // not every service calls it IsLocked
		wasLocked, failed := s.unlockCollection()
		if failed != nil {
			return failed
		}
		if wasLocked {
			err = do()
		}
	}
	if failedWith(err, isLocked) && s.client.mayPrompt {
		if err := s.unlock(item); err != nil {
			return err
		}
		err = do()
	}
	return err
}

// unlockCollection unlocks the collection, and reports whether it was locked.
func (s *session) unlockCollection() (wasLocked bool, err error) {
	locked, err := s.locked()
	if !locked || err != nil {
		return false, err
	}
	if !s.client.mayPrompt {
		return true, &Error{Kind: Locked}
	}
	err = s.unlock(s.collection)
	if errors.Is(err, errDismissed) {
		err = &Error{Locked, err}
	}
	return true, err
}

// unlock has a collection or an item unlocked.
func (s *session) unlock(object dbus.ObjectPath) error {
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	call := s.send(secretsPath, serviceInterface+".Unlock", []dbus.ObjectPath{object})
	if err := s.receive(call, &unlocked, &prompt); err != nil {
		return err
	}
	return s.ask(prompt)
}

// ask shows a prompt and waits until the person has answered it.
func (s *session) ask(prompt dbus.ObjectPath) error {
	if prompt == noObject {
		return nil
	}
	rule := "type='signal',interface='" + promptInterface + "',path='" + string(prompt) + "'"
	matching := s.bus.send(busName, busPath, busName+".AddMatch", rule)
	prompting := s.send(prompt, promptInterface+".Prompt", "")
	if err := s.receive(matching); err != nil {
		return err
	}
	if err := s.receive(prompting); err != nil {
		return err
	}
	var dismissed bool
	var result dbus.Variant
	if err := s.bus.completed(s.ctx, s.client.limits.prompt, prompt, &dismissed, &result); err != nil {
		return err
	}
	if dismissed {
		return errDismissed
	}
	return nil
}
