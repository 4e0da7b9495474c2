//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The names of the Secret Service API, freedesktop.org draft 0.2.
const (
	secretsName         = "org.freedesktop.secrets"
	secretsPath         = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService      = "org.freedesktop.Secret.Service"
	secretsCollection   = "org.freedesktop.Secret.Collection"
	secretsItem         = "org.freedesktop.Secret.Item"
	loginCollection     = secretsPath + "/collection/login"
	busName             = "org.freedesktop.DBus"
	busPath             = "/org/freedesktop/DBus"
	propertiesInterface = "org.freedesktop.DBus.Properties"
	busAddressVariable  = "DBUS_SESSION_BUS_ADDRESS"
)

// secretService looks at the Secret Service before go-keyring is let near it, and tells what go-keyring does not.
//
// The probe and go-keyring share godbus's one connection to the session bus, so that looking first costs three round
// trips and no second connection.
type secretService struct {
	getenv func(string) string
	prompt bool // whether a locked collection may ask a person
}

func systemKeyring(o KeychainOptions) keyring {
	desktop := o.Getenv("DISPLAY") != "" || o.Getenv("WAYLAND_DISPLAY") != ""
	s := secretService{o.Getenv, desktop && !o.NoPrompt}
	k := goKeyring(s.ready, s.explain)
	k.probe = s.probe
	k.quick = s.readQuickly
	k.maxItem = maxItemSecretService
	if s.prompt {
		k.read, k.write = promptLimit, promptLimit
	}
	return k
}

// probe returns nil where a call of go-keyring would do, or could do once the bus has started the service.
func (s secretService) probe(ctx context.Context) error { return s.look(ctx, false) }

// ready goes before each call of go-keyring. It starts the service where the bus knows how to, as the call itself
// would, but sees then whether the collection is locked.
func (s secretService) ready(ctx context.Context) error {
	_, err := within(ctx, probeLimit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.look(ctx, true)
	})
	return err
}

func (s secretService) look(ctx context.Context, start bool) error {
	bus, err := s.connect()
	if err != nil {
		return err
	}
	running, err := serviceRuns(ctx, bus)
	if err != nil {
		return err
	}
	if !running {
		if err := serviceCanStart(ctx, bus); err != nil || !start {
			return err
		}
		call := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0))
		if call.Err != nil {
			return &Error{Reason: NoService, Err: call.Err}
		}
	}
	return s.unlocked(ctx, bus)
}

// explain finds the reason of an error of go-keyring, by looking again: a dismissed prompt leaves a locked collection,
// a service that died leaves the bus without it.
func (s secretService) explain(ctx context.Context, err error) error {
	s.prompt = false
	if reason, ok := errors.AsType[*Error](s.probe(ctx)); ok {
		return &Error{Reason: reason.Reason, Err: err}
	}
	return err
}

// connect returns godbus's shared connection to the session bus.
//
// godbus goes by the variable, and without it by /run/user/UID/bus, and failing that runs dbus-launch, which hangs for
// minutes without a display and leaves a dbus-daemon behind at each call. So the address is settled here, and
// put into the variable where it was not there, before godbus ever looks.
func (s secretService) connect() (*dbus.Conn, error) {
	address := s.busAddress()
	if address == "" {
		return nil, &Error{Reason: NoBus}
	}
	if os.Getenv(busAddressVariable) != address {
		if err := os.Setenv(busAddressVariable, address); err != nil {
			return nil, &Error{Reason: NoBus, Err: err}
		}
	}
	bus, err := dbus.SessionBus()
	if err != nil {
		return nil, &Error{Reason: NoBus, Err: err}
	}
	return bus, nil
}

// busAddress returns where the session bus is, or "".
func (s secretService) busAddress() string {
	// libdbus reads "autolaunch:" as a wish for dbus-launch.
	if address := s.getenv(busAddressVariable); address != "" && address != "autolaunch:" {
		return address
	}
	runtimeDirs := []string{s.getenv("XDG_RUNTIME_DIR"), filepath.Join("/run/user", strconv.Itoa(os.Getuid()))}
	for _, dir := range runtimeDirs {
		socket := filepath.Join(dir, "bus")
		if info, err := os.Stat(socket); filepath.IsAbs(dir) && err == nil && info.Mode().Type() == os.ModeSocket {
			return "unix:path=" + dbus.EscapeBusAddressValue(socket)
		}
	}
	return ""
}

func serviceRuns(ctx context.Context, bus *dbus.Conn) (bool, error) {
	var owned bool
	err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&owned)
	if err != nil {
		return false, &Error{Reason: NoBus, Err: err}
	}
	return owned, nil
}

// serviceCanStart returns nil where the bus would start the service when asked.
func serviceCanStart(ctx context.Context, bus *dbus.Conn) error {
	var names []string
	err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names)
	if err != nil {
		return &Error{Reason: NoBus, Err: err}
	}
	if !slices.Contains(names, secretsName) {
		return &Error{Reason: NoService}
	}
	return nil
}

// unlocked returns nil where the collection that go-keyring uses is open, or may be opened by asking.
func (s secretService) unlocked(ctx context.Context, bus *dbus.Conn) error {
	path, err := collection(ctx, bus)
	if err != nil {
		return err
	}
	var locked bool
	if err := property(ctx, bus.Object(secretsName, path), secretsCollection+".Locked", &locked); err != nil {
		return &Error{Reason: Refused, Err: err}
	}
	if locked && !s.prompt {
		return &Error{Reason: Locked}
	}
	return nil
}

// collection finds the collection as go-keyring does: the one named login, else the default one. go-keyring does not
// make one where there is none.
func collection(ctx context.Context, bus *dbus.Conn) (dbus.ObjectPath, error) {
	secrets := bus.Object(secretsName, secretsPath)
	var all []dbus.ObjectPath
	if err := property(ctx, secrets, secretsService+".Collections", &all); err != nil {
		return "", &Error{Reason: Refused, Err: err}
	}
	if slices.Contains(all, loginCollection) {
		return loginCollection, nil
	}
	var path dbus.ObjectPath
	if err := secrets.CallWithContext(ctx, secretsService+".ReadAlias", dbus.FlagNoAutoStart, "default").Store(&path); err != nil {
		return "", &Error{Reason: Refused, Err: err}
	}
	if path == "/" {
		return "", &Error{Reason: NoCollection}
	}
	return path, nil
}

// property reads a property by its full name, without starting a service that has just gone.
func property(ctx context.Context, object dbus.BusObject, name string, value any) error {
	dot := strings.LastIndexByte(name, '.')
	var v dbus.Variant
	call := object.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, name[:dot], name[dot+1:])
	if err := call.Store(&v); err != nil {
		return err
	}
	return v.Store(value)
}
