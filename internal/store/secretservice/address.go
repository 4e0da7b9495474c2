//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secretservice

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// busAddress returns where the session bus is, or "". godbus would run dbus-launch where it finds none, which hangs for
// minutes without a display and leaves a dbus-daemon behind at each call.
func busAddress(getenv func(string) string) string {
	// libdbus reads "autolaunch:" as a wish for dbus-launch.
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return address
	}
	runtimeDirs := []string{getenv("XDG_RUNTIME_DIR"), filepath.Join("/run/user", strconv.Itoa(os.Getuid()))}
	for _, dir := range runtimeDirs {
		socket := filepath.Join(dir, "bus")
		if info, err := os.Stat(socket); filepath.IsAbs(dir) && err == nil && info.Mode().Type() == os.ModeSocket {
			return "unix:path=" + dbus.EscapeBusAddressValue(socket)
		}
	}
	return ""
}

// dial connects to the first address of a list that answers.
func dial(ctx context.Context, addresses string) (conn *net.UnixConn, err error) {
	err = errors.New("the address of the bus is not that of a unix socket")
	for address := range strings.SplitSeq(addresses, ";") {
		name, ok := unixSocket(address)
		if !ok {
			continue
		}
		if conn, err = dialSocket(ctx, name); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// dialLimit is how long the queue of a socket may be full. That of dbus-daemon holds 30.
const dialLimit = 5 * time.Second

func dialSocket(ctx context.Context, name string) (*net.UnixConn, error) {
	late := time.After(dialLimit)
	for {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: name, Net: "unix"})
		if !errors.Is(err, syscall.EAGAIN) { // which says that the queue is full
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late:
			return nil, err
		case <-time.After(time.Millisecond):
		}
	}
}

// unixSocket returns the path in an address, or the abstract name after an "@". "Server addresses consist of a transport
// name followed by a colon, and then an optional, comma-separated list of keys and values" (D-Bus Specification, "Server
// Addresses").
func unixSocket(address string) (name string, ok bool) {
	keys, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", false
	}
	for pair := range strings.SplitSeq(keys, ",") {
		key, escaped, _ := strings.Cut(pair, "=")
		value, err := dbus.UnescapeBusAddressValue(escaped)
		switch {
		case err != nil || value == "":
		case key == "path":
			return value, true
		case key == "abstract":
			return "@" + value, true
		}
	}
	return "", false
}
