//go:build !windows

package testbus_test

import (
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/oauthget/oauthget/internal/testbus"
)

const (
	secretsName = "org.freedesktop.secrets"
	secretsPath = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath   = secretsPath + "/collection/login"

	serviceInterface    = "org.freedesktop.Secret.Service"
	collectionInterface = "org.freedesktop.Secret.Collection"
	itemInterface       = "org.freedesktop.Secret.Item"
)

// secret is the API's struct Secret.
type secret struct {
	Session           dbus.ObjectPath
	Parameters, Value []byte
	ContentType       string
}

// client is a connection to the bus.
type client struct {
	*dbus.Conn
	t *testing.T
}

func start(t *testing.T) *testbus.Bus {
	t.Helper()
	b, err := testbus.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func connect(t *testing.T, b *testbus.Bus) client {
	t.Helper()
	conn, err := dbus.Connect(b.Address(), dbus.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client{conn, t}
}

// call calls the Secret Service.
func (c client) call(path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	return c.Object(secretsName, path).CallWithContext(c.t.Context(), method, 0, args...)
}

// must stores the answer to a call.
func (c client) must(call *dbus.Call, into ...any) {
	c.t.Helper()
	if err := call.Store(into...); err != nil {
		c.t.Fatalf("%s %s: %v", call.Path, call.Method, err)
	}
}

// fails checks the name of a call's error.
func (c client) fails(call *dbus.Call, name string) {
	c.t.Helper()
	err, ok := call.Err.(dbus.Error)
	if !ok || !strings.HasSuffix(err.Name, "."+name) {
		c.t.Errorf("%s %s: error %v, want %s", call.Path, call.Method, call.Err, name)
	}
}

func (c client) property(path dbus.ObjectPath, iface, name string) any {
	c.t.Helper()
	var v dbus.Variant
	c.must(c.call(path, "org.freedesktop.DBus.Properties.Get", iface, name), &v)
	return v.Value()
}

func (c client) open() (session dbus.ObjectPath) {
	c.t.Helper()
	var output dbus.Variant
	c.must(c.call(secretsPath, serviceInterface+".OpenSession", "plain", dbus.MakeVariant("")), &output, &session)
	return session
}

func (c client) create(session dbus.ObjectPath, attributes map[string]string, value string) *dbus.Call {
	about := map[string]dbus.Variant{
		itemInterface + ".Label":      dbus.MakeVariant("a label"),
		itemInterface + ".Attributes": dbus.MakeVariant(attributes),
	}
	return c.call(loginPath, collectionInterface+".CreateItem", about, secret{session, nil, []byte(value), "text/plain"}, true)
}

func (c client) search(attributes map[string]string) (found []dbus.ObjectPath) {
	c.t.Helper()
	c.must(c.call(loginPath, collectionInterface+".SearchItems", attributes), &found)
	return found
}
