package store

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// chunks gives what came in pieces of a few bytes, as a socket may.
type chunks struct {
	data []byte
	size int
}

func (c *chunks) read(p []byte) (int, error) {
	n := copy(p, c.data[:min(c.size, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

// sent is a message as godbus writes it, which shares no code with what reads it here.
func sent(t testing.TB, kind dbus.Type, serial uint32, values ...any) []byte {
	t.Helper()
	m := dbus.Message{Type: kind, Body: values, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(serial),
		dbus.FieldSender:      dbus.MakeVariant(":1.5"),
		dbus.FieldDestination: dbus.MakeVariant(":1.7"),
	}}
	switch kind {
	case dbus.TypeError:
		m.Headers[dbus.FieldErrorName] = dbus.MakeVariant("org.freedesktop.DBus.Error.Failed")
	case dbus.TypeSignal:
		m.Headers[dbus.FieldPath] = dbus.MakeVariant(dbus.ObjectPath("/"))
		m.Headers[dbus.FieldInterface] = dbus.MakeVariant("a.b")
		m.Headers[dbus.FieldMember] = dbus.MakeVariant("c")
	}
	if len(values) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(values...))
	}
	var wire bytes.Buffer
	if err := m.EncodeTo(&wire, binary.LittleEndian); err != nil {
		t.Fatal(err)
	}
	return wire.Bytes()
}

type (
	paths  = []dbus.ObjectPath
	secret struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		ContentType       string
	}
)

const itemPath = loginCollection + "/1"

// answers are what a service that has one item sends.
func answers(t testing.TB) [][]byte {
	t.Helper()
	return [][]byte{
		[]byte("OK 0123456789abcdef0123456789abcdef\r\n"),
		sent(t, dbus.TypeMethodReply, serialHello, ":1.7"),
		sent(t, dbus.TypeSignal, 0, ":1.7"),
		sent(t, dbus.TypeMethodReply, serialCollections, dbus.MakeVariant(paths{"/other", loginCollection})),
		sent(t, dbus.TypeMethodReply, serialOpenSession, dbus.MakeVariant(""), dbus.ObjectPath("/s1")),
		sent(t, dbus.TypeMethodReply, serialSearch, paths{itemPath}, paths{}),
		sent(t, dbus.TypeMethodReply, serialSecret, secret{"/s1", []byte{}, []byte("canary-item"), "text/plain"}),
	}
}

// readAnswers reads what exchange.read reads, without asking for it.
func readAnswers(data []byte, size int) (item string, err error) {
	x := &exchange{in: messageReader{from: &chunks{data, size}}}
	if err := x.greeted(); err != nil {
		return "", err
	}
	session, _, err := x.found()
	if err != nil {
		return "", err
	}
	return x.given(session)
}

func TestAnswersAreReadInPiecesOfAnySize(t *testing.T) {
	whole := slices.Concat(answers(t)...)
	for _, size := range []int{1, 2, 3, 7, 16, 100, len(whole)} {
		if item, err := readAnswers(whole, size); err != nil || item != "canary-item" {
			t.Errorf("%d bytes at a time: %q, %v", size, item, err)
		}
	}
}

func TestAnswersThatEndEarlyAreNone(t *testing.T) {
	whole := slices.Concat(answers(t)...)
	for n := range len(whole) {
		if item, err := readAnswers(whole[:n], 1<<10); err == nil {
			t.Fatalf("%d of %d bytes gave %q", n, len(whole), item)
		}
	}
}

// The places of the answers.
const (
	atOK = iota
	atHello
	atSignal
	atCollections
	atSession
	atSearch
	atSecret
)

func TestSurprisesAreNotBelieved(t *testing.T) {
	reply := func(serial uint32, values ...any) []byte { return sent(t, dbus.TypeMethodReply, serial, values...) }
	given := func(s secret) []byte { return reply(serialSecret, s) }
	bigEndian := reply(serialSecret, "x")
	bigEndian[0] = 'B'
	huge := reply(serialSecret, "x")
	binary.LittleEndian.PutUint32(huge[4:], 1<<27)
	wrapping := reply(serialSecret, "x")
	binary.LittleEndian.PutUint32(wrapping[12:], 0xffff_fff9)
	for name, c := range map[string]struct {
		at     int
		answer []byte
	}{
		"rejected":               {atOK, []byte("REJECTED EXTERNAL\r\n")},
		"no line":                {atOK, []byte(strings.Repeat("x", 4*maxLine))},
		"error for Hello":        {atHello, sent(t, dbus.TypeError, serialHello, "canary-x")},
		"another login":          {atCollections, reply(serialCollections, dbus.MakeVariant(paths{"/org/freedesktop/secrets/collection/kdewallet"}))},
		"no collections":         {atCollections, reply(serialCollections, dbus.MakeVariant(paths{}))},
		"collections as strings": {atCollections, reply(serialCollections, dbus.MakeVariant([]string{string(loginCollection)}))},
		"encrypted session":      {atSession, reply(serialOpenSession, dbus.MakeVariant([]byte{1}), dbus.ObjectPath("/s1"))},
		"session with output":    {atSession, reply(serialOpenSession, dbus.MakeVariant("x"), dbus.ObjectPath("/s1"))},
		"search out of turn":     {atSession, reply(serialSearch, paths{itemPath}, paths{})},
		"nothing found":          {atSearch, reply(serialSearch, paths{}, paths{})},
		"locked":                 {atSearch, reply(serialSearch, paths{}, paths{itemPath})},
		"one of each":            {atSearch, reply(serialSearch, paths{itemPath}, paths{loginCollection + "/2"})},
		"two":                    {atSearch, reply(serialSearch, paths{itemPath, loginCollection + "/2"}, paths{})},
		"elsewhere":              {atSearch, reply(serialSearch, paths{"/org/freedesktop/secrets/collection/session/1"}, paths{})},
		"a name that begins so":  {atSearch, reply(serialSearch, paths{loginCollection + "2/1"}, paths{})},
		"one list":               {atSearch, reply(serialSearch, paths{itemPath})},
		"another session":        {atSecret, given(secret{"/s2", []byte{}, []byte("canary-other"), "text/plain"})},
		"with parameters":        {atSecret, given(secret{"/s1", []byte{1}, []byte("canary-other"), "text/plain"})},
		"another reply":          {atSecret, reply(serialSearch, secret{"/s1", []byte{}, []byte("canary-other"), "text/plain"})},
		"error for the secret":   {atSecret, sent(t, dbus.TypeError, serialSecret, "canary-x")},
		"a bare string":          {atSecret, reply(serialSecret, "canary-other")},
		"nothing":                {atSecret, reply(serialSecret)},
		"big-endian":             {atSecret, bigEndian},
		"huge":                   {atSecret, huge},
		"fields that wrap":       {atSecret, wrapping},
	} {
		all := answers(t)
		all[c.at] = c.answer
		item, err := readAnswers(slices.Concat(all...), 1<<20)
		if err == nil || item != "" {
			t.Errorf("%s: gave %q", name, item)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error tells: %v", name, err)
		}
	}
}

// Whatever comes, the reader ends, and gives out nothing but what came.
func FuzzAnswers(f *testing.F) {
	whole := slices.Concat(answers(f)...)
	f.Add(whole)
	for i := range 20 {
		f.Add(whole[:len(whole)*i/20])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		item, err := readAnswers(data, 1<<10)
		if err == nil && !bytes.Contains(data, []byte(item)) {
			t.Errorf("gave %d bytes that did not come", len(item))
		}
		again, _ := readAnswers(data, 3)
		if again != item {
			t.Error("the pieces it came in changed the item")
		}
		r := messageReader{from: &chunks{data, 1 << 10}}
		for err == nil {
			_, err = r.message()
		}
	})
}

// What is written is read by godbus as what was meant.
func TestCallsAreWhatGodbusReads(t *testing.T) {
	x := methodCall{7, secretsName, "/p", "a.b", "C"}
	wire := x.append([]byte("xyz"), "sva{ss}", func(w *messageWriter) {
		w.string("s")
		w.signature("s")
		w.string("v")
		w.array(8, func() {
			w.pair("service", service)
			w.pair("username", "k")
		})
	})
	m, err := dbus.DecodeMessage(bytes.NewReader(wire[3:]))
	if err != nil {
		t.Fatal(err)
	}
	var s string
	var v dbus.Variant
	var attributes map[string]string
	if err := dbus.Store(m.Body, &s, &v, &attributes); err != nil {
		t.Fatal(err)
	}
	if s != "s" || v.Value() != "v" || len(attributes) != 2 || attributes["username"] != "k" || m.Serial() != 7 ||
		m.Flags != dbus.FlagNoAutoStart || m.Headers[dbus.FieldMember].Value() != "C" {
		t.Errorf("%v", m)
	}
	if err := m.IsValid(); err != nil {
		t.Error(err)
	}
	if _, err := (&messageReader{from: &chunks{}}).message(); err != io.ErrUnexpectedEOF {
		t.Errorf("the end: %v", err)
	}
}
