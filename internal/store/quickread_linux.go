package store

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file reads one item in three round trips, where go-keyring takes twelve: what a stored token costs is the time
// that a person waits for, every day. All that may be said before an answer goes out in one write; the session, which
// needs no encryption on a unix socket, ends with the connection.
//
// It answers for nothing but an item that is there, alone, and open. Whatever else it meets, be it a lock, another
// service's ways, silence or an absent item, it says no more than that it does not know. go-keyring is asked
// then, behind its probe, and the errors are theirs.
//
// It would take two round trips if OpenSession went out with the first write. But GNOME Keyring 42.1 takes note of a new
// client in one thread and serves it in another. A first message that needs the client, as OpenSession does, at times
// comes before the note, and the daemon then aborts, with all that it keeps open for the desktop. So the first message is one
// that needs no client, and the next goes out when it was answered.

// quickLimit is how long a service may take to answer before the long way is tried: long for a machine that is busy, and
// short enough to leave the long way most of readLimit.
const quickLimit = 2 * time.Second

// The serials of the calls, "the serial of this message, used as a cookie by the sender to identify the reply" (D-Bus
// Specification, "Message Format").
const (
	serialHello uint32 = 1 + iota
	serialCollections
	serialOpenSession
	serialSearch
	serialSecret
)

var (
	errUnexpected = errors.New("an answer that was not expected")
	errElsewhere  = errors.New("there is no login collection")
	errNotAlone   = errors.New("not one open item in the login collection")
)

// readQuickly returns the item of key, or false where only the long way can tell. It never waits longer than quickLimit,
// and hardly longer than the context.
func (s secretService) readQuickly(ctx context.Context, key string) (item string, ok bool) {
	x := greet(ctx, s.busAddress(), time.Now().Add(quickLimit))
	if x == nil {
		return "", false
	}
	defer x.bus.close()
	x.bus.ctx, x.bus.deadline = ctx, time.Now().Add(quickLimit)
	item, err := x.read(key)
	return item, err == nil
}

// exchange is what is said over one connection.
type exchange struct {
	bus *socket
	in  messageReader
}

// greet connects to a bus, tells it who we are and the service that we are there, and asks the service for its
// collections, which takes no session. It waits for no answer, and returns nil where there is nobody to greet.
//
// "BEGIN" needs no wait for the bus's OK either, since the bus reads one after the other and hangs up on whom it does not
// believe.
func greet(ctx context.Context, address string, deadline time.Time) *exchange {
	path, ok := unixSocket(address)
	if !ok {
		return nil
	}
	bus, err := dialSocket(ctx, deadline, path)
	if err != nil {
		return nil
	}
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Getuid()))) // "the user ID … in decimal", in hex digits
	words := []byte("\x00AUTH EXTERNAL " + uid + "\r\nBEGIN\r\n")
	words = methodCall{serialHello, busName, busPath, busName, "Hello"}.append(words, "", nil)
	collections := methodCall{serialCollections, secretsName, string(secretsPath), propertiesInterface, "Get"}
	words = collections.append(words, "ss", func(w *messageWriter) {
		w.string(secretsService)
		w.string("Collections")
	})
	if err := bus.write(words); err != nil {
		bus.close()
		return nil
	}
	return &exchange{bus: bus, in: messageReader{from: bus}}
}

// read reads the item of key after a greeting. Its errors tell nothing of what was read.
func (x *exchange) read(key string) (string, error) {
	if err := x.greeted(); err != nil {
		return "", err
	}
	if err := x.find(key); err != nil {
		return "", err
	}
	session, path, err := x.found()
	if err != nil {
		return "", err
	}
	get := methodCall{serialSecret, secretsName, path, secretsItem, "GetSecret"}
	if err := x.bus.write(get.append(nil, "o", func(w *messageWriter) { w.string(session) })); err != nil {
		return "", err
	}
	return x.given(session)
}

// greeted reads the answers to greet.
func (x *exchange) greeted() error {
	if err := x.in.authenticated(); err != nil {
		return err
	}
	if _, err := x.in.reply(serialHello); err != nil {
		return err
	}
	answer, err := x.in.reply(serialCollections)
	if err != nil {
		return err
	}
	return parseCollections(answer)
}

// find asks for a session and for the items of key.
func (x *exchange) find(key string) error {
	open := methodCall{serialOpenSession, secretsName, string(secretsPath), secretsService, "OpenSession"}
	calls := open.append(nil, "sv", func(w *messageWriter) {
		w.string("plain")
		w.signature("s")
		w.string("")
	})
	search := methodCall{serialSearch, secretsName, string(secretsPath), secretsService, "SearchItems"}
	return x.bus.write(search.append(calls, "a{ss}", func(w *messageWriter) {
		w.array(8, func() {
			w.pair("service", service)
			w.pair("username", key)
		})
	}))
}

// found reads the answers to find.
func (x *exchange) found() (session, path string, err error) {
	answer, err := x.in.reply(serialOpenSession)
	if err != nil {
		return "", "", err
	}
	if session, err = parseSession(answer); err != nil {
		return "", "", err
	}
	if answer, err = x.in.reply(serialSearch); err != nil {
		return "", "", err
	}
	path, err = parseSearch(answer)
	return session, path, err
}

// given reads the answer to GetSecret.
func (x *exchange) given(session string) (string, error) {
	answer, err := x.in.reply(serialSecret)
	if err != nil {
		return "", err
	}
	return parseSecret(answer, session)
}

// parseCollections reads the property Collections. go-keyring looks into the collection login where there is one; which
// it takes elsewhere is not for here to know.
func parseCollections(r reply) error {
	if r.signature != "v" || r.body.signature() != "ao" {
		return errUnexpected
	}
	all := r.body.texts()
	if err := r.body.end(); err != nil {
		return err
	}
	if !slices.Contains(all, string(loginCollection)) {
		return errElsewhere
	}
	return nil
}

// parseSession reads what OpenSession returns: an output, which is empty for the algorithm plain, and the session.
func parseSession(r reply) (string, error) {
	if r.signature != "vo" || r.body.signature() != "s" || r.body.text() != "" {
		return "", errUnexpected
	}
	session := r.body.text()
	return session, r.body.end()
}

// parseSearch reads what SearchItems returns: the unlocked items that bear the attributes, and the locked ones, of all
// collections.
func parseSearch(r reply) (string, error) {
	if r.signature != "aoao" {
		return "", errUnexpected
	}
	unlocked, locked := r.body.texts(), r.body.texts()
	if err := r.body.end(); err != nil {
		return "", err
	}
	if len(unlocked) != 1 || len(locked) != 0 || !strings.HasPrefix(unlocked[0], string(loginCollection)+"/") {
		return "", errNotAlone
	}
	return unlocked[0], nil
}

// parseSecret reads the struct Secret: session, parameters, which are empty for plain, value and content type.
func parseSecret(r reply, session string) (string, error) {
	if r.signature != "(oayays)" {
		return "", errUnexpected
	}
	of, parameters, value, _ := r.body.text(), r.body.bytes(), r.body.bytes(), r.body.text()
	if err := r.body.end(); err != nil {
		return "", err
	}
	if of != session || len(parameters) != 0 {
		return "", errUnexpected
	}
	return string(value), nil
}
