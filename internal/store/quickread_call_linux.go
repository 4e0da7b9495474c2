package store

import "encoding/binary"

// What it takes to write a method call (D-Bus Specification 0.43, "Message Protocol"), in little endian.

// The types and fields of messages, by the specification's tables.
const (
	typeMethodCall   = 1
	typeMethodReturn = 2
	typeError        = 3

	fieldPath        = 1
	fieldInterface   = 2
	fieldMember      = 3
	fieldReplySerial = 5
	fieldDestination = 6
	fieldSignature   = 8
)

// flagNoAutoStart: "The bus must not launch an owner for the destination name in response to this message."
const flagNoAutoStart = 2

// methodCall is the head of a call.
type methodCall struct {
	serial                    uint32 // names the reply
	destination, path         string
	interfaceName, methodName string
}

// append appends the message to b. arguments writes those that signature announces.
func (c methodCall) append(b []byte, signature string, arguments func(*messageWriter)) []byte {
	w := &messageWriter{b, len(b)}
	w.b = append(w.b, 'l', typeMethodCall, flagNoAutoStart, 1) // 1 is the protocol's version
	w.uint32(0)                                                // the body's length, known below
	w.uint32(c.serial)
	w.array(8, func() {
		w.field(fieldPath, 'o', c.path)
		w.field(fieldDestination, 's', c.destination)
		w.field(fieldInterface, 's', c.interfaceName)
		w.field(fieldMember, 's', c.methodName)
		if signature != "" {
			w.field(fieldSignature, 'g', signature)
		}
	})
	w.align(8) // "The header ends after its last field, padded to 8"
	body := len(w.b)
	if arguments != nil {
		arguments(w)
	}
	w.setUint32(w.start+4, len(w.b)-body)
	return w.b
}

// messageWriter appends to b a message that begins at start, from where alignment counts. Lengths are those of this
// program's own texts, far below what 32 bits hold.
type messageWriter struct {
	b     []byte
	start int
}

func (w *messageWriter) align(n int) {
	for (len(w.b)-w.start)%n != 0 {
		w.b = append(w.b, 0)
	}
}

func (w *messageWriter) uint32(v uint32) {
	w.align(4)
	w.b = binary.LittleEndian.AppendUint32(w.b, v)
}

func (w *messageWriter) setUint32(at, v int) { binary.LittleEndian.PutUint32(w.b[at:], uint32(v)) }

// string writes a string or an object path: "the length of the string … followed by … and a terminating nul byte".
func (w *messageWriter) string(s string) {
	w.uint32(uint32(len(s)))
	w.b = append(append(w.b, s...), 0)
}

// signature is a string whose length takes one byte.
func (w *messageWriter) signature(s string) {
	w.b = append(append(append(w.b, byte(len(s))), s...), 0)
}

// array writes an array whose elements are aligned to n: its length counts neither itself nor the padding before the
// first element.
func (w *messageWriter) array(n int, elements func()) {
	w.uint32(0)
	length := len(w.b) - 4
	w.align(n)
	first := len(w.b)
	elements()
	w.setUint32(length, len(w.b)-first)
}

// pair writes an entry of a dictionary of strings.
func (w *messageWriter) pair(name, value string) {
	w.align(8)
	w.string(name)
	w.string(value)
}

// field writes a header field, a struct of its number and a variant of one type.
func (w *messageWriter) field(number byte, kind byte, value string) {
	w.align(8)
	w.b = append(w.b, number)
	w.signature(string(kind))
	if kind == 'g' {
		w.signature(value)
		return
	}
	w.string(value)
}
