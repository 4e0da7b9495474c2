//go:build !windows

package testbus_test

import (
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/testbus"
)

var ours = map[string]string{"service": "s", "username": "u"}

func TestOnlyPlainSessionsAreOpened(t *testing.T) {
	c := connect(t, start(t))
	open := c.call(secretsPath, serviceInterface+".OpenSession", "dh-ietf1024-sha256-aes128-cbc-pkcs7", dbus.MakeVariant([]byte{1}))
	c.fails(open, "NotSupported")
}

func TestBadCallsAreRefused(t *testing.T) {
	c := connect(t, start(t))
	c.fails(c.call(secretsPath, serviceInterface+".OpenSession", 1), "InvalidArgs")
	c.fails(c.call(loginPath, collectionInterface+".SearchItems", "all"), "InvalidArgs")
	c.fails(c.call(loginPath, collectionInterface+".CreateItem"), "InvalidArgs")
	c.fails(c.call(secretsPath, serviceInterface+".ReadAlias", "none", "more"), "InvalidArgs")
	c.fails(c.call(secretsPath, serviceInterface+".Explode"), "UnknownMethod")
	c.fails(c.call(loginPath+"/1", itemInterface+".Delete"), "NoSuchObject")
	c.fails(c.call(loginPath+"x", collectionInterface+".SearchItems", ours), "NoSuchObject")
	c.fails(c.call(secretsPath, "org.freedesktop.DBus.Properties.Get", serviceInterface, "Colour"), "UnknownProperty")
	c.fails(c.call(loginPath+"/1", "org.freedesktop.DBus.Properties.Get", itemInterface, "Label"), "NoSuchObject")
}

func TestSameAttributesAreReplaced(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	session := c.open()
	var first, second, prompt dbus.ObjectPath
	c.must(c.create(session, ours, "old"), &first, &prompt)
	c.must(c.create(session, ours, "new"), &second, &prompt)
	if first != second {
		t.Errorf("two items, %s and %s", first, second)
	}
	if diff := cmp.Diff([]testbus.Item{{Attributes: ours, Label: "a label", Secret: "new"}}, b.Items()); diff != "" {
		t.Error(diff)
	}
}

func TestSearchWantsAllAttributesAndNoOthers(t *testing.T) {
	b := start(t)
	c := connect(t, b)
	b.Put(testbus.Item{Attributes: ours})
	for _, tt := range []struct {
		wanted map[string]string
		found  int
	}{
		{nil, 1},
		{map[string]string{"service": "s"}, 1},
		{ours, 1},
		{map[string]string{"service": "t"}, 0},
		{map[string]string{"service": "s", "more": ""}, 0},
	} {
		if got := len(c.search(tt.wanted)); got != tt.found {
			t.Errorf("%v: found %d, want %d", tt.wanted, got, tt.found)
		}
	}
}

func TestSessionsAreOfTheirClientAlone(t *testing.T) {
	b := start(t)
	b.Put(testbus.Item{Attributes: ours, Secret: "value"})
	c, other := connect(t, b), connect(t, b)
	session, path := c.open(), c.search(ours)[0]

	other.fails(other.call(path, itemInterface+".GetSecret", session), "NoSession")
	other.fails(other.create(session, ours, "stolen"), "NoSession")
	other.fails(other.call(session, "org.freedesktop.Secret.Session.Close"), "NoSession")

	var got secret
	c.must(c.call(path, itemInterface+".GetSecret", session), &got)
	if string(got.Value) != "value" {
		t.Errorf("got %q", got.Value)
	}
	c.must(c.call(session, "org.freedesktop.Secret.Session.Close"))
	c.fails(c.call(path, itemInterface+".GetSecret", session), "NoSession")
}

func TestPropertiesTellWhatThereIs(t *testing.T) {
	b := start(t)
	b.Lock()
	c := connect(t, b)
	for _, tt := range []struct {
		path        dbus.ObjectPath
		iface, name string
		want        any
	}{
		{secretsPath, serviceInterface, "Collections", []dbus.ObjectPath{loginPath}},
		{loginPath, collectionInterface, "Locked", true},
		{secretsPath + "/aliases/default", collectionInterface, "Locked", true},
	} {
		if diff := cmp.Diff(tt.want, c.property(tt.path, tt.iface, tt.name)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
