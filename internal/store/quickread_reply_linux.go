package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// What it takes to read the reply to a method call. godbus reads every type there is, by reflection: some 1,800
// instructions for each byte of a byte array, which is what a secret is.

const (
	// fixedHeader is what tells the length of a message, in bytes.
	fixedHeader = 16
	// maxMessage bounds a message that is read, in bytes. "The maximum length of a message, including header, header
	// alignment padding, and body is 2 to the 27th power"; an item of oauthget's takes two thousand.
	maxMessage = 1 << 20
	// maxLine bounds a line of the authentication, in bytes: OK and 32 hex digits.
	maxLine = 256
)

var (
	errMalformed = errors.New("a malformed message")
	errRefused   = errors.New("an error for an answer")
)

// messageReader reads what a bus sends: first the lines of the authentication, then messages.
type messageReader struct {
	from   interface{ read(p []byte) (int, error) }
	unread []byte // of what came
}

// more reads until there are n bytes.
func (r *messageReader) more(n int) error {
	for len(r.unread) < n {
		r.unread = slices.Grow(r.unread, max(n-len(r.unread), 4<<10))
		got, err := r.from.read(r.unread[len(r.unread):cap(r.unread)])
		switch {
		case err != nil:
			return err
		case got == 0:
			return io.ErrUnexpectedEOF
		}
		r.unread = r.unread[:len(r.unread)+got]
	}
	return nil
}

// authenticated reads the server's word that the client is who it says: "OK" and the server's GUID.
func (r *messageReader) authenticated() error {
	for {
		if end := bytes.Index(r.unread, []byte("\r\n")); end >= 0 {
			if !bytes.HasPrefix(r.unread, []byte("OK ")) {
				return errUnexpected
			}
			r.unread = r.unread[end+2:]
			return nil
		}
		if len(r.unread) > maxLine {
			return errUnexpected
		}
		if err := r.more(len(r.unread) + 1); err != nil {
			return err
		}
	}
}

// reply is what a method returned.
type reply struct {
	serial    uint32 // of the call
	signature string
	body      body
}

// reply reads the reply to the call with the serial: what a peer sends first it answers first, so it must be the next
// one. Signals, such as the one that tells a client its own name, are passed over. An error for a reply is errRefused,
// whatever it says.
func (r *messageReader) reply(serial uint32) (reply, error) {
	for {
		message, err := r.message()
		if err != nil {
			return reply{}, err
		}
		switch message[1] {
		case typeMethodReturn:
			found, err := parseReply(message)
			if err == nil && found.serial != serial {
				err = errUnexpected
			}
			return found, err
		case typeError:
			return reply{}, errRefused
		}
	}
}

// message reads the next message whole.
func (r *messageReader) message() ([]byte, error) {
	if err := r.more(fixedHeader); err != nil {
		return nil, err
	}
	if r.unread[0] != 'l' || r.unread[3] != 1 { // a service on a big-endian machine, or a protocol of the future
		return nil, errMalformed
	}
	bodyLength := uint64(binary.LittleEndian.Uint32(r.unread[4:]))
	fieldsLength := uint64(binary.LittleEndian.Uint32(r.unread[12:]))
	length := fixedHeader + (fieldsLength+7)&^7 + bodyLength
	if length > maxMessage {
		return nil, errMalformed
	}
	if err := r.more(int(length)); err != nil {
		return nil, err
	}
	message := r.unread[:length:length]
	r.unread = r.unread[length:]
	return message, nil
}

// parseReply reads a message that messageReader.message has measured.
func parseReply(message []byte) (reply, error) {
	var found reply
	fieldsEnd := fixedHeader + int(binary.LittleEndian.Uint32(message[12:]))
	fields := body{data: message[:fieldsEnd], at: fixedHeader}
	for fields.at < len(fields.data) && !fields.bad {
		fields.align(8)
		number := fields.byte()
		switch kind := fields.signature(); {
		case number == fieldReplySerial && kind == "u":
			found.serial = fields.uint32()
		case number == fieldSignature && kind == "g":
			found.signature = fields.signature()
		case kind == "u":
			fields.uint32()
		case kind == "g":
			fields.signature()
		case kind == "s" || kind == "o":
			fields.text()
		default: // no field has another type, and what cannot be read cannot be passed over
			return reply{}, errMalformed
		}
	}
	found.body = body{data: message[(fieldsEnd+7)&^7:]}
	return found, fields.end()
}

// body reads values one after the other. Where it comes to something that cannot be, it turns bad and reads nothing but
// empty values from then on.
type body struct {
	data []byte
	at   int // from where alignment counts as well: a header and a body both begin at a multiple of 8
	bad  bool
}

// end returns an error unless everything was read, and could be.
func (b *body) end() error {
	if b.bad || b.at != len(b.data) {
		return errMalformed
	}
	return nil
}

// take returns the next n bytes, or nil.
func (b *body) take(n int) []byte {
	if b.bad || n < 0 || n > len(b.data)-b.at {
		b.bad = true
		return nil
	}
	b.at += n
	return b.data[b.at-n : b.at]
}

func (b *body) align(n int) { b.take(-b.at & (n - 1)) }

func (b *body) byte() byte {
	if one := b.take(1); one != nil {
		return one[0]
	}
	return 0
}

func (b *body) uint32() uint32 {
	b.align(4)
	if four := b.take(4); four != nil {
		return binary.LittleEndian.Uint32(four)
	}
	return 0
}

// bytes reads an array of bytes.
func (b *body) bytes() []byte { return b.take(int(b.uint32())) }

// text reads a string or an object path.
func (b *body) text() string { return b.terminated(int(b.uint32())) }

func (b *body) signature() string { return b.terminated(int(b.byte())) }

// terminated reads n bytes and the NUL that ends them.
func (b *body) terminated(n int) string {
	s := string(b.take(n))
	if b.byte() != 0 {
		b.bad = true
	}
	return s
}

// texts reads an array of strings or object paths.
func (b *body) texts() []string {
	end := int(b.uint32())
	end += b.at
	var all []string
	for b.at < end && !b.bad {
		all = append(all, b.text())
	}
	if b.at != end {
		b.bad = true
	}
	return all
}
