package secretservice

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestBusIsFoundInTheRuntimeDirectory(t *testing.T) {
	dir := shortDir(t)
	env := map[string]string{"XDG_RUNTIME_DIR": dir, "DBUS_SESSION_BUS_ADDRESS": "autolaunch:"}
	socket := filepath.Join(dir, "bus")
	if err := os.WriteFile(socket, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := busAddress(environment(env)); strings.Contains(got, dir) {
		t.Errorf("a file is taken for a socket: %s", got)
	}
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	if got, want := busAddress(environment(env)), "unix:path="+socket; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/elsewhere"
	if got := busAddress(environment(env)); got != "unix:path=/elsewhere" {
		t.Errorf("got %s", got)
	}
}

func TestUnixSocket(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/user/1/bus":           "/run/user/1/bus",
		"unix:path=/run/user/1/bus,guid=0123": "/run/user/1/bus",
		"unix:guid=0123,path=/a%20b":          "/a b",
		"unix:abstract=/tmp/dbus-x,guid=0123": "@/tmp/dbus-x",
		"unix:path=/a%2":                      "",
		"unix:path=":                          "",
		"unix:runtime=yes":                    "",
		"unix:tmpdir=/tmp":                    "",
		"unix:dir=/tmp":                       "",
		"tcp:host=localhost,port=1":           "",
		"unixexec:path=/bin/x":                "",
		"autolaunch:":                         "",
		"":                                    "",
	} {
		if got, ok := unixSocket(address); got != want || ok != (want != "") {
			t.Errorf("unixSocket(%q) = %q, %v", address, got, ok)
		}
	}
}

func TestFirstAddressThatAnswersIsTaken(t *testing.T) {
	bus, _ := startBus(t)
	wantValue(t, clientAt("tcp:host=localhost,port=1;unix:path=/nonexistent/bus;"+bus.Address(), false), "a", "canary-value")
}

func TestFullQueueIsWaitedFor(t *testing.T) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	name := filepath.Join(shortDir(t), "bus")
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrUnix{Name: name}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = net.DialUnix("unix", nil, &net.UnixAddr{Name: name, Net: "unix"})
	}
	if !errors.Is(err, syscall.EAGAIN) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dialSocket(ctx, name); err != context.Canceled {
		t.Errorf("where the context has ended: %v", err)
	}
	go func() { _, _, _ = syscall.Accept(fd) }()
	conn, err := dialSocket(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

// shortDir is a directory whose path is short enough for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
