package testbus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"

	"github.com/oauthget/oauthget/internal/testbus"
)

// godbus keeps one connection to the session bus per process, and go-keyring uses it. So go-keyring runs in other processes,
// which run this test binary.

const (
	operation = "TESTBUS_OPERATION" // what the process does instead of testing
	notFound  = 3                   // its status if there is no item
)

func TestMain(m *testing.M) {
	if words := strings.Fields(os.Getenv(operation)); len(words) > 0 {
		os.Exit(operate(words[0], words[1], strings.Join(words[2:], "")))
	}
	os.Exit(m.Run())
}

func operate(verb, user, value string) (status int) {
	var err error
	switch verb {
	case "set":
		err = keyring.Set("testbus", user, value)
	case "get":
		value, err = keyring.Get("testbus", user)
		fmt.Print(value)
	case "delete":
		err = keyring.Delete("testbus", user)
	}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return notFound
	case err != nil:
		fmt.Fprint(os.Stderr, err)
		return 1
	}
	return 0
}

// process returns a process that does one thing with go-keyring.
func process(ctx context.Context, b *testbus.Bus, words string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), operation+"="+words, "DBUS_SESSION_BUS_ADDRESS="+b.Address(),
		"GORACE=atexit_sleep_ms=0") // the race detector's wait for other threads: a second each
	return cmd
}

// run returns the output of a process, of both streams, and its status.
func run(t *testing.T, b *testbus.Bus, words string) (out string, status int) {
	t.Helper()
	cmd := process(t.Context(), b, words)
	combined, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return string(combined), cmd.ProcessState.ExitCode()
}

func succeed(t *testing.T, b *testbus.Bus, words string) string {
	t.Helper()
	out, status := run(t, b, words)
	if status != 0 {
		t.Fatalf("%s: status %d, %s", words, status, out)
	}
	return out
}

func TestGoKeyringSetsGetsReplacesDeletes(t *testing.T) {
	b := start(t)
	if _, status := run(t, b, "get u"); status != notFound {
		t.Errorf("get before set: status %d", status)
	}
	succeed(t, b, "set u first")
	succeed(t, b, "set u second")
	if got := succeed(t, b, "get u"); got != "second" {
		t.Errorf("got %q", got)
	}
	want := []testbus.Item{{
		Attributes: map[string]string{"service": "testbus", "username": "u"},
		Label:      "Password for 'u' on 'testbus'", Secret: "second",
	}}
	if diff := cmp.Diff(want, b.Items()); diff != "" {
		t.Error(diff)
	}
	succeed(t, b, "delete u")
	if _, status := run(t, b, "get u"); status != notFound || len(b.Items()) != 0 {
		t.Errorf("get after delete: status %d, items %v", status, b.Items())
	}
}

func TestGoKeyringAgainstALock(t *testing.T) {
	b := start(t)
	b.Put(testbus.Item{Attributes: map[string]string{"service": "testbus", "username": "u"}, Secret: "value"})
	b.Lock()
	if out, status := run(t, b, "get u"); status != 1 || !strings.Contains(out, "failed to unlock") {
		t.Errorf("dismissed: status %d, %s", status, out)
	}
	b.Seat(testbus.Approving)
	if got := succeed(t, b, "get u"); got != "value" {
		t.Errorf("approved: got %q", got)
	}
	b.Lock()
	b.Seat(testbus.Absent)
	const prompt = "org.freedesktop.Secret.Prompt.Prompt"
	ended := waits(t, b, "get u", prompt, b.CallsTo(prompt)+1)
	ended.cancel()
	<-ended.done
}

func TestGoKeyringWaitsForAFrozenService(t *testing.T) {
	b := start(t)
	b.Put(testbus.Item{Attributes: map[string]string{"service": "testbus", "username": "u"}, Secret: "value"})
	b.Freeze()
	ended := waits(t, b, "get u", "org.freedesktop.DBus.Properties.Get", 1)
	b.Thaw()
	<-ended.done
	if got := ended.out.String(); got != "value" {
		t.Errorf("got %q", got)
	}
}

// waiting is a process that waits for an answer.
type waiting struct {
	cancel context.CancelFunc
	done   chan struct{}
	out    bytes.Buffer // complete once done
}

// waits starts a process and returns after n calls to method.
func waits(t *testing.T, b *testbus.Bus, words, method string, n int) *waiting {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &waiting{cancel: cancel, done: make(chan struct{})}
	cmd := process(ctx, b, words)
	cmd.Stdout = &w.out
	go func() {
		defer close(w.done)
		_ = cmd.Run() // which may have been cancelled
	}()
	if err := b.AwaitCalls(ctx, method, n); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.done:
		t.Fatalf("%s: did not wait: %s", words, &w.out)
	default:
	}
	return w
}

func TestGoKeyringIsToldOfRefusedWritesAndNotOfDropped(t *testing.T) {
	b := start(t)
	b.RefuseWrites()
	if _, status := run(t, b, "set u value"); status != 1 {
		t.Errorf("refused: status %d", status)
	}
	b.DropWrites()
	succeed(t, b, "set u value")
	if got := b.Items(); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
	b.KeepWrites()
	succeed(t, b, "set u value")
	b.DropWrites()
	succeed(t, b, "delete u")
	if got := b.Items(); len(got) != 1 {
		t.Errorf("deleted, stored is: %v", got)
	}
}

func TestGoKeyringFailsWhereverTheServiceDies(t *testing.T) {
	b := start(t)
	const calls = 5 // Collections, OpenSession, Unlock, CreateItem, Close, of which Set does without the last
	for n := range calls - 1 {
		b.DieAfter(n)
		out, status := run(t, b, "set u value")
		if status != 1 || len(b.Items()) != 0 {
			t.Errorf("died after %d: status %d, %s, stored: %v", n, status, out, b.Items())
		}
		b.StartService()
	}
	b.DieAfter(calls - 1)
	succeed(t, b, "set u value")
}

func TestManyProcessesAtOnce(t *testing.T) {
	const processes = 20
	b := start(t)
	var done sync.WaitGroup
	for n := range processes {
		done.Go(func() {
			if out, err := process(t.Context(), b, fmt.Sprintf("set u%d value", n)).CombinedOutput(); err != nil {
				t.Errorf("process %d: %v, %s", n, err, out)
			}
		})
	}
	done.Wait()
	if got := len(b.Items()); got != processes {
		t.Errorf("stored %d items, want %d", got, processes)
	}
}
