//go:build linux

package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// startKeyring starts a GNOME keyring on the session bus, unlocked and empty.
func startKeyring(ctx context.Context) (stop func(), err error) {
	cmd := exec.CommandContext(ctx, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	cmd.Stdin = strings.NewReader("bench")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		stop()
		return nil, err
	}
	defer func() { _ = bus.Close() }()
	for range 200 {
		// Ask the bus and not the service: a call to the service could start another one.
		var there bool
		call := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets")
		if call.Store(&there) == nil && there {
			return stop, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return nil, errors.New("the keyring did not start")
}

// put stores an item for the programs that oauthget is compared with.
func put(ctx context.Context, account, text string) error {
	cmd := exec.CommandContext(ctx, "secret-tool", "store", "--label=bench", "service", "bench", "username", account)
	cmd.Stdin = strings.NewReader(text)
	return cmd.Run()
}
