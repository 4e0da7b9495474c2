package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/testbus"
)

// quickBus is a bus with one item of ours, and the service that would read it.
func quickBus(t *testing.T) (*testbus.Bus, secretService) {
	t.Helper()
	bus, err := testbus.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	bus.Put(ourItem("k", "canary-item"))
	return bus, serviceAt(bus.Address())
}

func serviceAt(address string) secretService {
	return secretService{getenv: func(name string) string { return map[string]string{busAddressVariable: address}[name] }}
}

func ourItem(key, secret string) testbus.Item {
	return testbus.Item{Attributes: map[string]string{"service": service, "username": key}, Secret: secret}
}

// soon ends what hangs: the quick way has a limit of its own, which is longer than a test should take.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func wantQuick(t *testing.T, s secretService, key, want string) {
	t.Helper()
	if item, ok := s.readQuickly(t.Context(), key); !ok || item != want {
		t.Errorf("readQuickly(%s) = %q, %v", key, item, ok)
	}
}

func wantNotQuick(t *testing.T, s secretService, key string) {
	t.Helper()
	if item, ok := s.readQuickly(t.Context(), key); ok || item != "" {
		t.Errorf("readQuickly(%s) = %q, %v", key, item, ok)
	}
}

func TestQuickReadTakesFiveCallsAndOneConnection(t *testing.T) {
	bus, s := quickBus(t)
	wantQuick(t, s, "k", "canary-item")
	want := []string{
		"org.freedesktop.DBus.Hello",
		"org.freedesktop.DBus.Properties.Get", // answered before OpenSession goes out
		"org.freedesktop.Secret.Service.OpenSession",
		"org.freedesktop.Secret.Service.SearchItems",
		"org.freedesktop.Secret.Item.GetSecret",
	}
	if d := cmp.Diff(want, bus.Calls()); d != "" {
		t.Error(d)
	}
	if got := bus.Connections(); got != 1 {
		t.Errorf("%d connections", got)
	}
}

// What GNOME Keyring aborts of is an OpenSession that comes before it has taken note of the client.
func TestQuickReadSaysNothingThatNeedsASessionBeforeItWasGreeted(t *testing.T) {
	bus, s := quickBus(t)
	bus.Freeze()
	if _, ok := s.readQuickly(soon(t), "k"); ok {
		t.Error("a frozen service answered")
	}
	if got := bus.CallsTo("org.freedesktop.Secret.Service.OpenSession"); got != 0 {
		t.Errorf("OpenSession was called %d times", got)
	}
}

func TestQuickReadReturnsAnySizeAndContent(t *testing.T) {
	bus, s := quickBus(t)
	for _, n := range []int{0, 1, 7, 8, 9, 4 << 10, 64 << 10} {
		want := string(slices.Repeat([]byte{0xff, 0, '\r', '\n', 'l', 2, 1, 1}, n/8+1)[:n])
		bus.Put(ourItem("sized", want))
		if item, ok := s.readQuickly(t.Context(), "sized"); !ok || item != want {
			t.Errorf("%d bytes: got %d bytes, %v", n, len(item), ok)
		}
	}
}

func TestQuickReadKnowsNoItemButTheOneAsked(t *testing.T) {
	bus, s := quickBus(t)
	bus.Put(testbus.Item{Attributes: map[string]string{"service": "other", "username": "j"}, Secret: "canary-other"})
	bus.Put(testbus.Item{Attributes: map[string]string{"username": "j"}, Secret: "canary-other"})
	wantNotQuick(t, s, "j")
	wantNotQuick(t, s, "K")
	wantNotQuick(t, s, "")
	wantQuick(t, s, "k", "canary-item")
}

func TestQuickReadLeavesSeveralItemsToTheLongWay(t *testing.T) {
	bus, s := quickBus(t)
	second := ourItem("k", "canary-second")
	second.Attributes["xdg:schema"] = "another program's"
	bus.Put(second)
	wantNotQuick(t, s, "k")
}

func TestQuickReadLeavesTroubleToTheLongWay(t *testing.T) {
	for name, trouble := range map[string]func(*testbus.Bus){
		"locked":        (*testbus.Bus).Lock,
		"no collection": (*testbus.Bus).RemoveCollection,
		"no service":    (*testbus.Bus).NoService,
		"startable":     func(b *testbus.Bus) { b.NoService(); b.MakeActivatable() },
		"dies of 1st":   func(b *testbus.Bus) { b.DieAfter(0) },
		"dies of 2nd":   func(b *testbus.Bus) { b.DieAfter(1) },
		"dies of 3rd":   func(b *testbus.Bus) { b.DieAfter(2) },
		"dies of 4th":   func(b *testbus.Bus) { b.DieAfter(3) },
		"bus is gone":   func(b *testbus.Bus) { _ = b.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			bus, s := quickBus(t)
			trouble(bus)
			wantNotQuick(t, s, "k")
			if got := bus.CallsTo("org.freedesktop.DBus.StartServiceByName"); got != 0 {
				t.Errorf("the service was started %d times", got)
			}
			for _, call := range []string{"Service.Unlock", "Prompt.Prompt"} {
				if got := bus.CallsTo("org.freedesktop.Secret." + call); got != 0 {
					t.Errorf("%s was called %d times", call, got)
				}
			}
		})
	}
}

func TestQuickReadDoesNotStartTheService(t *testing.T) {
	bus, s := quickBus(t)
	bus.NoService()
	bus.MakeActivatable()
	wantNotQuick(t, s, "k")
	if got := bus.CallsTo("org.freedesktop.Secret.Service.OpenSession"); got != 0 {
		t.Error("the service runs")
	}
}

func TestQuickReadEndsWithItsContext(t *testing.T) {
	for name, freeze := range map[string]func(*testbus.Bus){"service": (*testbus.Bus).Freeze, "bus": (*testbus.Bus).FreezeBus} {
		t.Run(name, func(t *testing.T) {
			bus, s := quickBus(t)
			freeze(bus)
			start := time.Now()
			if _, ok := s.readQuickly(soon(t), "k"); ok {
				t.Error("it answered")
			}
			if took := time.Since(start); took > quickLimit/2 {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestQuickWayIsTriedFirstAndTheLongWayAfterIt(t *testing.T) {
	for name, quick := range map[string]bool{"quick": true, "long": false} {
		t.Run(name, func(t *testing.T) {
			k, fake := newFake(t)
			want := setOf(100)
			mustSave(t, k, Key(), want)
			long := 0
			fake.onGet = func(_ context.Context, key string) (string, error) {
				long++
				return fake.get(key)
			}
			k.keyring.quick = func(_ context.Context, key string) (string, bool) {
				item, err := fake.get(key)
				return item, quick && err == nil
			}
			wantLoaded(t, k, Key(), want)
			if (long == 0) != quick {
				t.Errorf("the long way was taken %d times", long)
			}
		})
	}
}

func TestUnixSocketIsTheFirstAddress(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/user/1/bus":               "/run/user/1/bus",
		"unix:path=/run/user/1/bus,guid=0123":     "/run/user/1/bus",
		"unix:guid=0123,path=/a%20b;unix:path=/c": "/a b",
		"unix:abstract=/tmp/dbus-x,guid=0123":     "@/tmp/dbus-x",
		"unix:path=/a%2":                          "",
		"unix:path=":                              "",
		"unix:runtime=yes":                        "",
		"unix:tmpdir=/tmp":                        "",
		"unix:dir=/tmp":                           "",
		"tcp:host=localhost,port=1;unix:path=/c":  "",
		"unixexec:path=/bin/x":                    "",
		"autolaunch:":                             "",
		"":                                        "",
	} {
		if got, ok := unixSocket(address); got != want || ok != (want != "") {
			t.Errorf("unixSocket(%q) = %q, %v", address, got, ok)
		}
	}
}
