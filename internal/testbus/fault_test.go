//go:build !windows

package testbus_test

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/oauthget/oauthget/internal/testbus"
)

func TestLockedCollectionIsSeenAndNotRead(t *testing.T) {
	b := start(t)
	b.Put(testbus.Item{Attributes: ours, Secret: "value"})
	c := connect(t, b)
	session, path := c.open(), c.search(ours)[0]
	b.Lock()

	if found := c.search(ours); len(found) != 1 || found[0] != path || c.property(loginPath, collectionInterface, "Locked") != true {
		t.Errorf("found %v", found)
	}
	c.fails(c.call(path, itemInterface+".GetSecret", session), "IsLocked")
	c.fails(c.call(path, itemInterface+".Delete"), "IsLocked")
	c.fails(c.create(session, ours, "new"), "IsLocked")

	b.Unlock()
	var got secret
	c.must(c.call(path, itemInterface+".GetSecret", session), &got)
}

func TestPromptsAreTheirClientsAlone(t *testing.T) {
	b := start(t)
	b.Lock()
	c, other := connect(t, b), connect(t, b)
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	c.must(c.call(secretsPath, serviceInterface+".Unlock", []dbus.ObjectPath{loginPath}), &unlocked, &prompt)
	other.fails(other.call(prompt, "org.freedesktop.Secret.Prompt.Prompt", ""), "NoSuchObject")

	signals := make(chan *dbus.Signal, 1)
	c.Signal(signals)
	c.must(c.call(prompt, "org.freedesktop.Secret.Prompt.Prompt", ""))
	if s := <-signals; s.Path != prompt || s.Body[0] != true {
		t.Errorf("got %v", s)
	}
}

func TestServiceWithoutCollection(t *testing.T) {
	b := start(t)
	b.RemoveCollection()
	c := connect(t, b)
	if got := c.property(secretsPath, serviceInterface, "Collections").([]dbus.ObjectPath); len(got) != 0 {
		t.Errorf("collections: %v", got)
	}
	var path dbus.ObjectPath
	c.must(c.call(secretsPath, serviceInterface+".ReadAlias", "default"), &path)
	if path != "/" {
		t.Errorf("default collection is %s", path)
	}
	c.fails(c.create(c.open(), ours, "value"), "NoSuchObject")
}

func TestNoServiceUntilStarted(t *testing.T) {
	b := start(t)
	b.Put(testbus.Item{Attributes: ours})
	c := connect(t, b)
	b.NoService()

	search := c.call(loginPath, collectionInterface+".SearchItems", ours)
	c.fails(search, "ServiceUnknown")
	c.fails(c.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0)), "ServiceUnknown")

	b.StartService()
	if got := len(c.search(ours)); got != 1 {
		t.Errorf("%d items after the start, want 1", got)
	}
}

func TestBusStartsTheServiceWhereItKnowsHow(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	b.MakeActivatable()
	b.NoService()

	quiet := c.Object(secretsName, loginPath).Call(collectionInterface+".SearchItems", dbus.FlagNoAutoStart, ours)
	c.fails(quiet, "ServiceUnknown")
	for want := range uint32(2) {
		var got uint32
		c.must(c.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0)), &got)
		if got != want+1 {
			t.Errorf("started: %d, want %d", got, want+1)
		}
	}
	b.NoService()
	c.search(ours) // starts it too
}

func TestDeathLeavesCallsWithoutReply(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	b.DieAfter(1)
	c.search(ours)
	c.fails(c.call(loginPath, collectionInterface+".SearchItems", ours), "NoReply")
	c.fails(c.call(loginPath, collectionInterface+".SearchItems", ours), "ServiceUnknown")
}

func TestFrozenServiceIsStillOnTheBus(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	b.Freeze()
	search := collectionInterface + ".SearchItems"
	pending := c.Object(secretsName, loginPath).Go(search, 0, nil, ours)
	if err := b.AwaitCalls(t.Context(), search, 1); err != nil {
		t.Fatal(err)
	}
	var started uint32
	c.must(c.BusObject().Call("org.freedesktop.DBus.StartServiceByName", 0, secretsName, uint32(0)), &started)
	if started != 2 {
		t.Errorf("started: %d, want 2, which is that it runs", started)
	}
	select {
	case <-pending.Done:
		t.Error("the service answered while frozen")
	default:
	}
	b.Thaw()
	if err := (<-pending.Done).Err; err != nil {
		t.Error(err)
	}
}
