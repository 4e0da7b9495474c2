package testbus

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/godbus/dbus/v5"
)

// call is a method call of a client.
type call struct {
	from        *peer
	sender      string // the unique name of from
	serial      uint32
	flags       dbus.Flags
	destination string
	path        dbus.ObjectPath
	method      string // interface.Member
	args        []any
}

// readCall skips messages that are no calls.
func readCall(r io.Reader, from *peer) (call, error) {
	for {
		m, err := dbus.DecodeMessage(r)
		if err != nil {
			return call{}, err
		}
		if m.Type != dbus.TypeMethodCall {
			continue
		}
		c := call{from: from, serial: m.Serial(), flags: m.Flags, args: m.Body}
		c.path, _ = m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
		c.destination = text(m, dbus.FieldDestination)
		c.method = text(m, dbus.FieldInterface) + "." + text(m, dbus.FieldMember)
		return c, nil
	}
}

func text(m *dbus.Message, field dbus.HeaderField) string {
	s, _ := m.Headers[field].Value().(string)
	return s
}

// answer is the answer to a call: a reply or an error, and a signal if there is one.
type answer struct {
	body   []any
	err    *dbus.Error
	signal *signal
}

type signal struct {
	path          dbus.ObjectPath
	iface, member string
	body          []any
}

func reply(body ...any) answer { return answer{body: body} }

func failure(name, text string) answer {
	return answer{err: dbus.NewError(name, []any{text})}
}

// The errors that both the bus and the service answer with.
const errorPrefix = "org.freedesktop.DBus.Error."

func unknownMethod(c call) answer {
	return failure(errorPrefix+"UnknownMethod", "no method "+c.method+" at "+string(c.path))
}

func invalidArgs(err error) answer { return failure(errorPrefix+"InvalidArgs", err.Error()) }

// messages returns the messages of the answer.
func (a answer) messages(c call, sender string) []*dbus.Message {
	var all []*dbus.Message
	if c.flags&dbus.FlagNoReplyExpected == 0 {
		m := message(dbus.TypeMethodReply, sender, c.sender, a.body)
		if a.err != nil {
			m = message(dbus.TypeError, sender, c.sender, a.err.Body)
			m.Headers[dbus.FieldErrorName] = dbus.MakeVariant(a.err.Name)
		}
		m.Headers[dbus.FieldReplySerial] = dbus.MakeVariant(c.serial)
		all = append(all, m)
	}
	if s := a.signal; s != nil {
		m := message(dbus.TypeSignal, sender, c.sender, s.body)
		m.Headers[dbus.FieldPath] = dbus.MakeVariant(s.path)
		m.Headers[dbus.FieldInterface] = dbus.MakeVariant(s.iface)
		m.Headers[dbus.FieldMember] = dbus.MakeVariant(s.member)
		all = append(all, m)
	}
	return all
}

func message(t dbus.Type, sender, destination string, body []any) *dbus.Message {
	headers := map[dbus.HeaderField]dbus.Variant{dbus.FieldSender: dbus.MakeVariant(sender)}
	if destination != "" {
		headers[dbus.FieldDestination] = dbus.MakeVariant(destination)
	}
	if len(body) > 0 {
		headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(body...))
	}
	return &dbus.Message{Type: t, Flags: dbus.FlagNoReplyExpected, Headers: headers, Body: body}
}

// encode encodes m with a serial, at bytes 8 to 11, since godbus lets nobody set it. "This must not be zero" (D-Bus
// Specification, "Message Format"), or libdbus closes the connection.
func encode(m *dbus.Message, serial uint32) ([]byte, error) {
	var wire bytes.Buffer
	if err := m.EncodeTo(&wire, binary.LittleEndian); err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint32(wire.Bytes()[8:], serial)
	return wire.Bytes(), nil
}
