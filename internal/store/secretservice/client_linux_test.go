package secretservice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/testbus"
)

const (
	openSession = "org.freedesktop.Secret.Service.OpenSession"
	unlock      = "org.freedesktop.Secret.Service.Unlock"
	prompt      = "org.freedesktop.Secret.Prompt.Prompt"
	startByName = "org.freedesktop.DBus.StartServiceByName"
)

// startBus starts a bus with an item of account "a", and returns a client of it.
func startBus(t *testing.T) (*testbus.Bus, *Client) {
	t.Helper()
	bus, err := testbus.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	bus.Put(itemOf("a", "canary-value"))
	return bus, clientAt(bus.Address(), false)
}

func clientAt(address string, mayPrompt bool) *Client {
	return New("test", environment(map[string]string{"DBUS_SESSION_BUS_ADDRESS": address}), mayPrompt)
}

func environment(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func itemOf(account, value string) testbus.Item {
	return testbus.Item{Attributes: map[string]string{"service": "test", "username": account}, Secret: value}
}

func wantValue(t *testing.T, c *Client, account, want string) {
	t.Helper()
	if got, err := c.Get(t.Context(), account); err != nil || got != want {
		t.Errorf("Get(%s) = %d bytes, %v; want %d bytes", account, len(got), err, len(want))
	}
}

func wantNotFound(t *testing.T, c *Client, account string) {
	t.Helper()
	if got, err := c.Get(t.Context(), account); got != "" || err != ErrNotFound {
		t.Errorf("Get(%s) = %q, %v", account, got, err)
	}
}

func wantKind(t *testing.T, err error, want Kind) {
	t.Helper()
	failed, ok := errors.AsType[*Error](err)
	if !ok || failed.Kind != want {
		t.Fatalf("error %v (%T), want the kind %q", err, err, want)
	}
	if strings.Contains(err.Error(), "canary") || strings.ContainsAny(err.Error(), "\r\n") {
		t.Errorf("the error tells too much, or in more than one line: %v", err)
	}
}

// methods calls every method, and returns the errors by the methods' names.
func methods(ctx context.Context, c *Client) map[string]error {
	_, err := c.Get(ctx, "a")
	return map[string]error{
		"Get": err, "Probe": c.Probe(ctx), "Set": c.Set(ctx, "a", "canary-new"), "Delete": c.Delete(ctx, "a"),
	}
}

func TestGetTakesFiveCallsAndOneConnection(t *testing.T) {
	bus, c := startBus(t)
	wantValue(t, c, "a", "canary-value")
	want := []string{
		"org.freedesktop.DBus.Hello",
		"org.freedesktop.DBus.Properties.Get", // answered before OpenSession goes out
		openSession,
		"org.freedesktop.Secret.Collection.SearchItems",
		"org.freedesktop.Secret.Item.GetSecret",
	}
	if d := cmp.Diff(want, bus.Calls()); d != "" {
		t.Error(d)
	}
	wantValue(t, c, "a", "canary-value")
	want = append(append(want, "org.freedesktop.Secret.Session.Close"), want[1:]...) // no session piles up
	if d := cmp.Diff(want, bus.Calls()); d != "" {
		t.Errorf("the second time: %s", d)
	}
	if got := bus.Connections(); got != 1 {
		t.Errorf("%d connections", got)
	}
}

// GNOME Keyring aborts where OpenSession comes before it has taken note of the client.
func TestNothingNeedsTheClientBeforeTheServiceHasAnswered(t *testing.T) {
	bus, c := startBus(t)
	bus.Freeze()
	for name, err := range methods(soon(t), c) {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, call := range bus.Calls() {
		if call != "org.freedesktop.DBus.Hello" && call != "org.freedesktop.DBus.Properties.Get" {
			t.Errorf("%s was called", call)
		}
	}
}

// soon ends what hangs.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestAnySizeAndContentComesBack(t *testing.T) {
	_, c := startBus(t)
	for _, n := range []int{0, 1, 7, 8, 9, 4 << 10, 64 << 10} {
		want := string(slices.Repeat([]byte{0xff, 0, '\r', '\n', 'l', 2, 1, 1}, n/8+1)[:n])
		if err := c.Set(t.Context(), "sized", want); err != nil {
			t.Fatal(err)
		}
		wantValue(t, c, "sized", want)
	}
}

func TestItemIsAsGoKeyringMakesIt(t *testing.T) {
	bus, c := startBus(t)
	for _, value := range []string{"canary-1", "canary-2"} {
		if err := c.Set(t.Context(), "b", value); err != nil {
			t.Fatal(err)
		}
	}
	want := itemOf("b", "canary-2")
	want.Label = "Password for 'b' on 'test'"
	if d := cmp.Diff([]testbus.Item{itemOf("a", "canary-value"), want}, bus.Items()); d != "" {
		t.Error(d)
	}
}

func TestNoItemIsTakenForAnother(t *testing.T) {
	bus, c := startBus(t)
	bus.Put(testbus.Item{Attributes: map[string]string{"service": "other", "username": "b"}, Secret: "canary-other"})
	bus.Put(testbus.Item{Attributes: map[string]string{"username": "b"}, Secret: "canary-other"})
	for _, account := range []string{"b", "A", ""} {
		wantNotFound(t, c, account)
		if err := c.Delete(t.Context(), account); err != ErrNotFound {
			t.Errorf("Delete(%q): %v", account, err)
		}
	}
	wantValue(t, c, "a", "canary-value")
	if got := len(bus.Items()); got != 3 {
		t.Errorf("%d items are left", got)
	}
}

func TestDeleteLeavesNoSecondItem(t *testing.T) {
	bus, c := startBus(t)
	second := itemOf("a", "canary-second")
	second.Attributes["xdg:schema"] = "another program's"
	bus.Put(second)
	if err := c.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantNotFound(t, c, "a")
}

func TestTroubleIsToldApart(t *testing.T) {
	for name, trouble := range map[string]struct {
		cause func(*testbus.Bus)
		want  Kind
	}{
		"locked":        {(*testbus.Bus).Lock, Locked},
		"no collection": {(*testbus.Bus).RemoveCollection, NoCollection},
		"no service":    {(*testbus.Bus).NoService, NoService},
		"bus is gone":   {func(b *testbus.Bus) { _ = b.Close() }, NoBus},
	} {
		t.Run(name, func(t *testing.T) {
			for _, connected := range []bool{false, true} {
				bus, c := startBus(t)
				if connected {
					wantValue(t, c, "a", "canary-value")
				}
				trouble.cause(bus)
				for method, err := range methods(t.Context(), c) {
					if err == nil {
						t.Fatalf("%s: no error", method)
					}
					wantKind(t, err, trouble.want)
				}
				for _, call := range []string{unlock, prompt, startByName} {
					if got := bus.CallsTo(call); got != 0 {
						t.Errorf("%s was called %d times", call, got)
					}
				}
			}
		})
	}
}

// A service that dies is no reason to believe that nothing is stored.
func TestServiceThatDiesIsToldFromNoService(t *testing.T) {
	for method, call := range map[string]func(*Client) error{
		"Get":    func(c *Client) error { _, err := c.Get(t.Context(), "a"); return err },
		"Set":    func(c *Client) error { return c.Set(t.Context(), "a", "canary-new") },
		"Delete": func(c *Client) error { return c.Delete(t.Context(), "a") },
	} {
		for answers := range 4 {
			bus, c := startBus(t)
			bus.DieAfter(answers)
			if err := call(c); err == nil {
				t.Errorf("%s: no error after %d answers", method, answers)
			} else {
				wantKind(t, err, Refused)
			}
		}
	}
}

func TestNoBusIsConnectedToWhereThereIsNoSocket(t *testing.T) {
	for _, address := range []string{"", "autolaunch:", "unix:path=/nonexistent/bus", "tcp:host=localhost,port=1", "unix:", "x"} {
		for _, err := range methods(t.Context(), clientAt(address, true)) {
			wantKind(t, err, NoBus)
		}
	}
}

func TestServiceIsStartedByACallButNotByProbe(t *testing.T) {
	bus, c := startBus(t)
	bus.NoService()
	bus.MakeActivatable()
	if err := c.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if got := bus.CallsTo(startByName); got != 0 {
		t.Error("Probe started the service")
	}
	wantValue(t, c, "a", "canary-value")
}

func TestRefusedWriteIsAnError(t *testing.T) {
	bus, c := startBus(t)
	bus.RefuseWrites()
	wantKind(t, c.Set(t.Context(), "a", "canary-new"), Refused)
	wantKind(t, c.Delete(t.Context(), "a"), Refused)
	wantValue(t, c, "a", "canary-value")
}

func TestDismissedWriteIsAnError(t *testing.T) {
	bus, c := startBus(t)
	bus.DropWrites()
	for _, err := range []error{c.Set(t.Context(), "a", "canary-new"), c.Delete(t.Context(), "a")} {
		wantKind(t, err, Refused)
		if !errors.Is(err, errDismissed) {
			t.Error(err)
		}
	}
	wantValue(t, c, "a", "canary-value")
}

func TestPersonUnlocksTheCollection(t *testing.T) {
	for method, call := range map[string]func(*Client) error{
		"Get":      func(c *Client) error { _, err := c.Get(t.Context(), "a"); return err },
		"Get none": func(c *Client) error { _, err := c.Get(t.Context(), "none"); return err },
		"Set":      func(c *Client) error { return c.Set(t.Context(), "a", "canary-new") },
		"Delete":   func(c *Client) error { return c.Delete(t.Context(), "a") },
	} {
		t.Run(method, func(t *testing.T) {
			bus, _ := startBus(t)
			c := clientAt(bus.Address(), true)
			bus.Lock()
			if err := c.Probe(t.Context()); err != nil || bus.CallsTo(prompt) != 0 {
				t.Errorf("Probe: %v, %d prompts", err, bus.CallsTo(prompt))
			}
			err := call(c)
			wantKind(t, err, Locked)
			if !errors.Is(err, errDismissed) {
				t.Error(err)
			}
			bus.Seat(testbus.Approving)
			if err := call(c); err != nil && err != ErrNotFound {
				t.Error(err)
			}
			if got := bus.CallsTo(prompt); got != 2 {
				t.Errorf("%d prompts", got)
			}
		})
	}
}

func TestPromptThatNobodyAnswersEndsWithTheContextAndInTime(t *testing.T) {
	bus, _ := startBus(t)
	c := clientAt(bus.Address(), true)
	c.limits.prompt = 20 * time.Millisecond
	bus.Lock()
	bus.Seat(testbus.Absent)
	_, err := c.Get(t.Context(), "a")
	wantKind(t, err, TimedOut)

	c.limits.prompt = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_ = bus.AwaitCalls(ctx, prompt, 2)
		cancel()
	}()
	if _, err := c.Get(ctx, "a"); err != context.Canceled {
		t.Error(err)
	}
	bus.Unlock()
	wantValue(t, c, "a", "canary-value")
}

func TestSilenceEndsInTime(t *testing.T) {
	for name, freeze := range map[string]func(*testbus.Bus){"service": (*testbus.Bus).Freeze, "bus": (*testbus.Bus).FreezeBus} {
		t.Run(name, func(t *testing.T) {
			bus, c := startBus(t)
			freeze(bus)
			c.limits = limits{answer: 20 * time.Millisecond, write: time.Minute, prompt: time.Minute}
			for _, err := range methods(t.Context(), c) {
				wantKind(t, err, TimedOut)
			}
			c.limits = defaultLimits
			for method, err := range methods(soon(t), c) {
				if err != context.DeadlineExceeded {
					t.Errorf("%s: %v", method, err)
				}
			}
			bus.Thaw()
			wantValue(t, c, "a", "canary-value")
		})
	}
}

func TestSilenceIsNoReasonForAnotherConnection(t *testing.T) {
	bus, c := startBus(t)
	wantValue(t, c, "a", "canary-value")
	bus.Freeze()
	c.limits.answer = 20 * time.Millisecond
	_, err := c.Get(t.Context(), "a")
	wantKind(t, err, TimedOut)
	if got := bus.Connections(); got != 1 {
		t.Errorf("%d connections", got)
	}
}

func TestNothingIsSaidWhereTheContextHasEnded(t *testing.T) {
	bus, c := startBus(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for method, err := range methods(ctx, c) {
		if err != context.Canceled {
			t.Errorf("%s: %v", method, err)
		}
	}
	if got := bus.Calls(); len(got) > 0 {
		t.Errorf("there were calls: %v", got)
	}
}

func TestConnectionThatHasEndedIsMadeAgain(t *testing.T) {
	first, _ := startBus(t)
	second, _ := startBus(t)
	address := first.Address()
	c := New("test", func(string) string { return address }, false)
	wantValue(t, c, "a", "canary-value")
	_ = first.Close()
	address = second.Address()
	if err := c.Set(t.Context(), "a", "canary-new"); err != nil {
		t.Fatal(err)
	}
	wantValue(t, c, "a", "canary-new")
	if got := second.Connections(); got != 1 {
		t.Errorf("%d connections", got)
	}
}

func TestMethodsMayBeCalledAtTheSameTime(t *testing.T) {
	_, c := startBus(t)
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() {
			account := fmt.Sprint("account-", i)
			for range 5 {
				if err := c.Set(t.Context(), account, account); err != nil {
					t.Error(err)
				}
				wantValue(t, c, account, account)
			}
		})
	}
	calls.Wait()
}
