//go:build !windows

package testbus_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"github.com/oauthget/oauthget/internal/testbus"
)

func TestDeepDirectoryIsNoObstacle(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("deep", 40))
	if err := os.Mkdir(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", deep)
	b, err := testbus.Start(deep)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, b)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(deep); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDirectoryMustBeThere(t *testing.T) {
	if b, err := testbus.Start(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("no error")
		_ = b.Close()
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	const clients = 60
	b := start(t)
	var done sync.WaitGroup
	for n := range clients {
		c := connect(t, b)
		done.Go(func() {
			attributes, value := map[string]string{"n": fmt.Sprint(n)}, fmt.Sprint("secret ", n)
			var session, path, prompt dbus.ObjectPath
			var output dbus.Variant
			var got secret
			err := errors.Join(
				c.call(secretsPath, serviceInterface+".OpenSession", "plain", dbus.MakeVariant("")).Store(&output, &session),
				c.create(session, attributes, value).Store(&path, &prompt),
				c.call(path, itemInterface+".GetSecret", session).Store(&got),
			)
			if err != nil || string(got.Value) != value {
				t.Errorf("client %d: got %q, %v", n, got.Value, err)
			}
		})
	}
	done.Wait()
	if got := len(b.Items()); got != clients {
		t.Errorf("stored %d items, want %d", got, clients)
	}
	if got := b.Connections(); got != clients {
		t.Errorf("counted %d connections, want %d", got, clients)
	}
}

func TestCallsAreRecordedInOrder(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	c.search(nil)
	c.search(nil)
	search := collectionInterface + ".SearchItems"
	if got, want := b.Calls(), []string{"org.freedesktop.DBus.Hello", search, search}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := b.CallsTo(search); got != 2 {
		t.Errorf("counted %d searches, want 2", got)
	}
}

func TestOnlyTheServiceHasAName(t *testing.T) {
	c := connect(t, start(t))
	var activatable []string
	c.must(c.BusObject().Call("org.freedesktop.DBus.ListActivatableNames", 0), &activatable)
	if slices.Contains(activatable, secretsName) {
		t.Errorf("activatable: %q", activatable)
	}
	c.fails(c.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0), "InvalidArgs")
	c.fails(c.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, "org.example.None", uint32(0)), "ServiceUnknown")
	c.fails(c.BusObject().Call("org.freedesktop.DBus.Reload", 0), "UnknownMethod")
	c.fails(c.Object("org.example.None", "/").Call("org.example.None.Call", 0), "ServiceUnknown")
}

func TestCloseHangsUpAndLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	dir := t.TempDir()
	b, err := testbus.Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, b)
	b.Freeze()
	pending := c.Object(secretsName, loginPath).Go(collectionInterface+".SearchItems", 0, nil, map[string]string{})
	if err := b.AwaitCalls(t.Context(), collectionInterface+".SearchItems", 1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if (<-pending.Done).Err == nil {
		t.Error("the frozen call was answered")
	}
	if conn, err := dbus.Connect(b.Address()); err == nil {
		t.Error("the bus still lets clients in")
		_ = conn.Close()
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	_ = c.Close()
	goleak.VerifyNone(t, before)
}

func TestAwaitCallsEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if err := start(t).AwaitCalls(ctx, "none", 1); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestClientMustSayHelloFirst(t *testing.T) {
	conn, err := dbus.Dial(start(t).Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Auth(nil); err != nil {
		t.Fatal(err)
	}
	c := client{conn, t}
	c.fails(c.BusObject().Call("org.freedesktop.DBus.ListActivatableNames", 0), "AccessDenied")
	if err := conn.Hello(); err != nil {
		t.Fatal(err)
	}
	c.fails(c.BusObject().Call("org.freedesktop.DBus.Hello", 0), "Failed")
}

func TestFrozenBusAnswersNobody(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	b.FreezeBus()
	pending := c.BusObject().Go("org.freedesktop.DBus.ListActivatableNames", 0, nil)
	if err := b.AwaitCalls(t.Context(), "org.freedesktop.DBus.ListActivatableNames", 1); err != nil {
		t.Fatal(err)
	}
	newcomer, err := net.Dial("unix", strings.TrimPrefix(b.Address(), "unix:path="))
	if err != nil {
		t.Fatal(err)
	}
	defer newcomer.Close()
	if _, err := newcomer.Write([]byte("\x00AUTH\r\n")); err != nil {
		t.Fatal(err)
	}
	// Silence can only be waited for.
	answer := make([]byte, 64)
	_ = newcomer.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := newcomer.Read(answer); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("authentication while frozen: %q, %v", answer[:n], err)
	}
	select {
	case <-pending.Done:
		t.Error("the bus answered while frozen")
	default:
	}
	b.Thaw()
	if err := (<-pending.Done).Err; err != nil {
		t.Error(err)
	}
	_ = newcomer.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := newcomer.Read(answer); err != nil || string(answer[:n]) != "REJECTED EXTERNAL\r\n" {
		t.Errorf("authentication after that: %q, %v", answer[:n], err)
	}
}
