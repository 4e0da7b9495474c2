//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secretservice

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// bus is a connection to the session bus. One goroutine uses it at a time.
//
// It uses godbus's messages but not the calls of its Conn. A Conn makes four round trips before the first call, and
// wakes another goroutine for each answer. That costs a quarter of what a stored token takes.
type bus struct {
	conn     *net.UnixConn
	in       *bufio.Reader
	accepted bool         // whether the bus has let us in
	out      bytes.Buffer // calls that were not sent yet
	calls    uint32       // made so far, which is the serial of the last one
	replies  map[uint32]*dbus.Message
	prompts  map[dbus.ObjectPath][]any // that are completed, with the arguments of their signals
	session  dbus.ObjectPath           // that the service has opened last
	broken   error                     // why the connection cannot be used any more
}

// connect connects to the session bus. It waits for no answer: its words go out with the first call that is awaited. BEGIN
// needs no wait for the bus's OK, because the bus reads one after the other and hangs up where it does not accept the
// user.
func connect(ctx context.Context, getenv func(string) string) (*bus, error) {
	addresses := busAddress(getenv)
	if addresses == "" {
		return nil, &Error{Kind: NoBus}
	}
	conn, err := dial(ctx, addresses)
	if err != nil {
		return nil, &Error{NoBus, err}
	}
	if err := sendNul(conn); err != nil {
		_ = conn.Close()
		return nil, &Error{NoBus, err}
	}
	b := &bus{conn: conn, in: bufio.NewReader(conn), replies: map[uint32]*dbus.Message{}, prompts: map[dbus.ObjectPath][]any{}}
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Geteuid()))) // "the user ID … in decimal", in hex digits
	b.out.WriteString("AUTH EXTERNAL " + uid + "\r\nBEGIN\r\n")
	b.send(busName, busPath, busName+".Hello")
	return b, nil
}

// close hangs up. That ends the session, and dismisses a prompt.
func (b *bus) close() { _ = b.conn.Close() }

// send queues a method call for the next call of receive, and returns its serial.
func (b *bus) send(destination string, path dbus.ObjectPath, method string, arguments ...any) uint32 {
	b.calls++
	dot := strings.LastIndexByte(method, '.')
	m := &dbus.Message{
		Type: dbus.TypeMethodCall, Flags: dbus.FlagNoAutoStart,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(destination),
			dbus.FieldPath:        dbus.MakeVariant(path),
			dbus.FieldInterface:   dbus.MakeVariant(method[:dot]),
			dbus.FieldMember:      dbus.MakeVariant(method[dot+1:]),
		},
		Body: arguments,
	}
	if len(arguments) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(arguments...))
	}
	start := b.out.Len()
	if m.EncodeTo(&b.out, binary.LittleEndian) != nil { // the service gave a path that is none
		b.broken = errUnexpected
		return b.calls
	}
	// godbus keeps the serial to itself. It stands in the bytes 8 to 11.
	binary.LittleEndian.PutUint32(b.out.Bytes()[start+8:], b.calls)
	return b.calls
}

// receive sends what is queued, waits for the reply to the call with the serial, and stores its values. An error for a
// reply is a [dbus.Error].
func (b *bus) receive(ctx context.Context, limit time.Duration, serial uint32, values ...any) error {
	err := b.readUntil(ctx, limit, func() bool { return b.replies[serial] != nil })
	if err != nil {
		return err
	}
	reply := b.replies[serial]
	delete(b.replies, serial)
	if reply.Type == dbus.TypeError {
		name, _ := reply.Headers[dbus.FieldErrorName].Value().(string)
		return dbus.Error{Name: name, Body: reply.Body}
	}
	return store(reply.Body, values)
}

// completed waits for the end of a prompt, and stores the arguments of its signal.
func (b *bus) completed(ctx context.Context, limit time.Duration, prompt dbus.ObjectPath, values ...any) error {
	_ = b.conn.SetDeadline(time.Now().Add(limit))
	err := b.readUntil(ctx, limit, func() bool { return b.prompts[prompt] != nil })
	if err != nil {
		return err
	}
	defer delete(b.prompts, prompt)
	return store(b.prompts[prompt], values)
}

func store(body, values []any) error {
	if len(values) > 0 && dbus.Store(body, values...) != nil {
		return errUnexpected // godbus would quote what it does not expect
	}
	return nil
}

// readUntil sends what is queued and reads messages until done reports true.
func (b *bus) readUntil(ctx context.Context, limit time.Duration, done func() bool) error {
	if b.out.Len() > 0 && b.broken == nil {
		_ = b.conn.SetDeadline(time.Now().Add(limit)) // it fails where the connection is closed, which Write tells
		_, b.broken = b.conn.Write(b.out.Bytes())
		b.out.Reset()
	}
	for b.broken == nil && !done() {
		b.broken = b.read()
	}
	switch {
	case b.broken == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case b.broken == errUnexpected:
		return b.broken
	case errors.Is(b.broken, os.ErrDeadlineExceeded):
		return &Error{TimedOut, fmt.Errorf("gave up after %v", limit)}
	}
	return &Error{NoBus, b.broken}
}

// read reads one message, or first the line that ends the authentication: "OK" and the server's GUID.
func (b *bus) read() error {
	if !b.accepted {
		line, err := b.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		b.accepted = bytes.HasPrefix(line, []byte("OK "))
		if !b.accepted {
			return errors.New("the bus does not accept the user")
		}
		return nil
	}
	m, err := dbus.DecodeMessage(b.in)
	if err != nil {
		return err
	}
	switch m.Type {
	case dbus.TypeMethodReply, dbus.TypeError:
		serial, _ := m.Headers[dbus.FieldReplySerial].Value().(uint32)
		b.replies[serial] = m
	case dbus.TypeSignal:
		path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
		if m.Headers[dbus.FieldMember].Value() == "Completed" {
			b.prompts[path] = m.Body
		}
	}
	return nil
}
