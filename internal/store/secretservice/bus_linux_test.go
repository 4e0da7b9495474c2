package secretservice

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// answers are what an odd bus answers to calls, by the names of methods and properties. One of a dbus.Error is an error.
type answers map[string][]any

// ordinary are the answers of a service with one item.
func ordinary() answers {
	return answers{
		"Hello":       {":1.1"},
		"Collections": {dbus.MakeVariant([]dbus.ObjectPath{loginCollection})},
		"Locked":      {dbus.MakeVariant(false)},
		"OpenSession": {dbus.MakeVariant(""), dbus.ObjectPath("/s")},
		"SearchItems": {[]dbus.ObjectPath{"/i"}},
		"GetSecret":   {secret{"/s", []byte{}, []byte("canary-value"), "text/plain"}},
	}
}

// oddBus serves one client, who is greeted with line, and returns its address.
func oddBus(t *testing.T, line string, order binary.ByteOrder, all answers) string {
	t.Helper()
	socket := filepath.Join(shortDir(t), "bus")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		in := bufio.NewReader(conn)
		for range 2 { // AUTH and BEGIN
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
		}
		_, _ = conn.Write([]byte(line))
		for {
			call, err := dbus.DecodeMessage(in)
			if err != nil {
				return
			}
			method, _ := call.Headers[dbus.FieldMember].Value().(string)
			if method == "Get" {
				method, _ = call.Body[1].(string)
			}
			_, _ = conn.Write(replyTo(call.Serial(), order, all[method]))
		}
	}()
	return "unix:path=" + socket
}

func replyTo(serial uint32, order binary.ByteOrder, body []any) []byte {
	m := &dbus.Message{Type: dbus.TypeMethodReply, Body: body, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(serial),
	}}
	if failed, ok := body[0].(dbus.Error); ok {
		m.Type, m.Body = dbus.TypeError, failed.Body
		m.Headers[dbus.FieldErrorName] = dbus.MakeVariant(failed.Name)
	}
	if len(m.Body) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(m.Body...))
	}
	var wire bytes.Buffer
	if err := m.EncodeTo(&wire, order); err != nil {
		panic(err)
	}
	return wire.Bytes()
}

const welcome = "OK 0123456789abcdef0123456789abcdef\r\n"

func TestOrdinaryAnswersInEitherByteOrder(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		wantValue(t, clientAt(oddBus(t, welcome, order, ordinary()), false), "a", "canary-value")
	}
}

func TestUnexpectedAnswersAreErrors(t *testing.T) {
	for name, odd := range map[string]answers{
		"collections are a text":  {"Collections": {dbus.MakeVariant("canary")}},
		"collections are none":    {"Collections": {"canary"}},
		"no session":              {"OpenSession": {"canary"}},
		"items are a text":        {"SearchItems": {"canary"}},
		"item of no path":         {"SearchItems": {[]string{"canary"}}},
		"secret is a text":        {"GetSecret": {"canary"}},
		"secret of other session": {"GetSecret": {secret{"/t", []byte{}, []byte("canary"), "text/plain"}}},
		"encrypted secret":        {"GetSecret": {secret{"/s", []byte{1}, []byte("canary"), "text/plain"}}},
		"two secrets":             {"GetSecret": {secret{"/s", []byte{}, []byte("canary"), ""}, secret{"/s", []byte{}, []byte("canary"), ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			all := ordinary()
			for method, body := range odd {
				all[method] = body
			}
			value, err := clientAt(oddBus(t, welcome, binary.LittleEndian, all), false).Get(t.Context(), "a")
			if value != "" || err == nil {
				t.Fatalf("got %q, %v", value, err)
			}
			if err.Error() != "refused: "+errUnexpected.Error() {
				t.Error(err)
			}
		})
	}
}

// KeePassXC locks single items. Such a one is no locked collection, which a caller may take for an empty one.
func TestLockedItemIsRefused(t *testing.T) {
	all := ordinary()
	all["GetSecret"] = []any{dbus.Error{Name: isLocked}}
	all["Unlock"] = []any{[]dbus.ObjectPath{}, noObject}
	for _, mayPrompt := range []bool{false, true} {
		_, err := clientAt(oddBus(t, welcome, binary.LittleEndian, all), mayPrompt).Get(t.Context(), "a")
		wantKind(t, err, Refused)
		if !failedWith(err, isLocked) {
			t.Error(err)
		}
	}
}

func TestLockedCollectionIsKnownByItsPropertyWhateverTheErrorIsCalled(t *testing.T) {
	all := ordinary()
	all["GetSecret"] = []any{dbus.Error{Name: "odd.Error"}}
	for locked, want := range map[bool]Kind{true: Locked, false: Refused} {
		all["Locked"] = []any{dbus.MakeVariant(locked)}
		_, err := clientAt(oddBus(t, welcome, binary.LittleEndian, all), false).Get(t.Context(), "a")
		wantKind(t, err, want)
	}
}

func TestBusThatDoesNotAcceptTheUserIsNoBus(t *testing.T) {
	for _, line := range []string{"REJECTED EXTERNAL\r\n", "\r\n", strings.Repeat("x", 1<<20) + "\r\n", "l\x02\x01\x01\r\n"} {
		_, err := clientAt(oddBus(t, line, binary.LittleEndian, ordinary()), false).Get(t.Context(), "a")
		wantKind(t, err, NoBus)
	}
}

// FuzzRead looks for messages that make the reading panic.
func FuzzRead(f *testing.F) {
	for _, body := range ordinary() {
		f.Add(replyTo(1, binary.LittleEndian, body))
		f.Add(replyTo(1, binary.BigEndian, body))
	}
	f.Add(replyTo(1, binary.LittleEndian, []any{dbus.Error{Name: isLocked}}))
	f.Fuzz(func(_ *testing.T, wire []byte) {
		b := &bus{
			in: bufio.NewReader(bytes.NewReader(wire)), accepted: true,
			replies: map[uint32]*dbus.Message{}, prompts: map[dbus.ObjectPath][]any{},
		}
		for b.read() == nil {
			for _, m := range b.replies {
				var paths []dbus.ObjectPath
				var session, prompt dbus.ObjectPath
				var output dbus.Variant
				var found secret
				var dismissed bool
				for _, values := range [][]any{{&paths}, {&output, &session}, {&found}, {&paths, &prompt}, {&dismissed, &output}, {&dismissed}} {
					_ = store(m.Body, values)
				}
			}
		}
	})
}
