//go:build unix

package store

import (
	"context"
	"encoding/base64"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/testsecurity"
	"github.com/oauthget/oauthget/internal/token"
)

func newSecurity(t *testing.T) (*Keychain, *testsecurity.Keychain) {
	t.Helper()
	macOS := testsecurity.New(t)
	return &Keychain{filepath.Join(t.TempDir(), "state"), securityKeyring(macOS.Program(), atDesk)}, macOS
}

var (
	atDesk  = KeychainOptions{Getenv: func(string) string { return "" }}
	overSSH = KeychainOptions{Getenv: func(name string) string {
		return map[string]string{"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}[name]
	}}
)

func TestSecurityKeepsSetsOfEverySize(t *testing.T) {
	k, macOS := newSecurity(t)
	key := Key(Field{Name: "profile", Values: []string{"work"}})
	if _, err := k.Load(t.Context(), key); err != ErrNotFound {
		t.Fatalf("Load of nothing: %v", err)
	}
	if err := k.Delete(t.Context(), key); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	for _, n := range []int{1, 1000, 2600, 2800, 2900, 3000, 64 << 10} {
		want := setOf(n)
		mustSave(t, k, key, want)
		wantLoaded(t, k, key, want)
	}
	if files := sealedFiles(t, k); len(files) != 1 || macOS.Items(t) != 1 {
		t.Errorf("sealed files %v, %d items", files, macOS.Items(t))
	}
	if err := k.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if files := sealedFiles(t, k); len(files) != 0 || macOS.Items(t) != 0 {
		t.Errorf("Delete left %v and %d items", files, macOS.Items(t))
	}
	for _, call := range macOS.Calls(t) {
		if strings.Contains(call, "canary") || strings.Contains(call, "keyring") {
			t.Errorf("every user can read the item in the arguments %q", call)
		}
	}
}

// A warning of the system's libraries, as macOS prints after some updates.
func TestSecurityWhatIsOnStderrIsNoPartOfTheItem(t *testing.T) {
	k, macOS := newSecurity(t)
	macOS.Set(t, testsecurity.State{Noise: "2026-02-03 security[7:9] could not be found: a warning"})
	want := setOf(100)
	mustSave(t, k, "key", want)
	wantLoaded(t, k, "key", want)
	macOS.Put(t, service, "tool", "canary-secret")
	if got, err := k.Secret(t.Context(), "tool"); got != "canary-secret" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if err := k.Delete(t.Context(), "key"); err != nil || macOS.Items(t) != 1 {
		t.Errorf("%v, %d items", err, macOS.Items(t))
	}
}

func TestSecurityTellsItsReasons(t *testing.T) {
	const words = "security: exit status "
	for name, c := range map[string]struct {
		state  testsecurity.State
		call   func(context.Context, *Keychain) error
		reason Reason
		tells  string
	}{
		"locked, a token":          {testsecurity.State{Locked: true}, load, Locked, words + "36 (errSecInteractionNotAllowed)"},
		"locked, a save":           {testsecurity.State{Locked: true}, save, Locked, words + "36 (errSecInteractionNotAllowed)"},
		"locked, before a login":   {testsecurity.State{Locked: true}, unlock, Locked, words + "36 (errSecInteractionNotAllowed)"},
		"canceled, a token":        {testsecurity.State{Denied: 128}, load, Denied, words + "128 (errSecUserCanceled)"},
		"wrong password, a token":  {testsecurity.State{Denied: 51}, load, Denied, words + "51 (errSecAuthFailed)"},
		"denied, a save":           {testsecurity.State{Denied: 128}, save, Denied, words + "45 (errSecDuplicateItem)"},
		"denied, a logout":         {testsecurity.State{Denied: 128}, remove, Denied, words + "128 (errSecUserCanceled)"},
		"another status":           {testsecurity.State{Denied: 234}, load, Refused, words + "234"},
		"no keychain, probe":       {testsecurity.State{Missing: true}, probe, NoKeychain, words + "1 (SecKeychainCopyDefault: A default keychain could not be found.)"},
		"no keychain, a token":     {testsecurity.State{Missing: true}, load, NoKeychain, words + "1 (SecKeychainCopyDefault: A default keychain could not be found.)"},
		"no keychain, a save":      {testsecurity.State{Missing: true}, save, NoKeychain, words + "37 (errSecNoDefaultKeychain)"},
		"no keychain, for a login": {testsecurity.State{Missing: true}, unlock, NoKeychain, words + "37 (errSecNoDefaultKeychain)"},
		"noise, another status":    {testsecurity.State{Denied: 234, Noise: "a warning"}, load, Refused, words + "234 (a warning)"},
	} {
		t.Run(name, func(t *testing.T) {
			k, macOS := newSecurity(t)
			want := setOf(100)
			mustSave(t, k, "key", want)
			macOS.Set(t, c.state)
			err := c.call(t.Context(), k)
			wantReason(t, err, c.reason)
			if !strings.HasSuffix(err.Error(), ": "+string(c.reason)+": "+c.tells) {
				t.Errorf("error %q", err)
			}
			macOS.Set(t, testsecurity.State{})
			wantLoaded(t, k, "key", want)
		})
	}
}

func load(ctx context.Context, k *Keychain) error   { _, err := k.Load(ctx, "key"); return err }
func save(ctx context.Context, k *Keychain) error   { return k.Save(ctx, "key", setOf(100)) }
func remove(ctx context.Context, k *Keychain) error { return k.Delete(ctx, "key") }
func probe(ctx context.Context, k *Keychain) error  { return k.Probe(ctx) }
func unlock(ctx context.Context, k *Keychain) error { return k.Unlock(ctx, "key") }

// A look at the settings of a locked keychain would have macOS ask for its password.
func TestSecurityProbeAsksNobody(t *testing.T) {
	k, macOS := newSecurity(t)
	macOS.Set(t, testsecurity.State{Locked: true})
	if err := k.Probe(t.Context()); err != nil {
		t.Errorf("at the desk: %v", err)
	}
	if calls := macOS.Calls(t); !slices.Equal(calls, []string{"default-keychain"}) {
		t.Errorf("%q", calls)
	}
	k.keyring = securityKeyring(macOS.Program(), overSSH)
	wantReason(t, k.Probe(t.Context()), Locked)
	macOS.Set(t, testsecurity.State{})
	if err := k.Probe(t.Context()); err != nil {
		t.Errorf("over SSH, unlocked: %v", err)
	}
}

func TestSecurityThatHangsIsEnded(t *testing.T) {
	for command, call := range map[string]func(context.Context, *Keychain) error{
		"find-generic-password": load, "-i": save, "delete-generic-password": remove, "default-keychain": probe, "show-keychain-info": unlock,
	} {
		t.Run(command, func(t *testing.T) {
			k, macOS := newSecurity(t)
			hanging := macOS.Hang(t, command)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			returned := make(chan error)
			go func() { returned <- call(ctx, k) }()
			group := within10s(t, hanging.Started)
			if group == syscall.Getpgrp() {
				t.Error("Ctrl-C at a terminal would end it in the middle of a save")
			}
			cancel()
			if err := within10s(t, returned); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			within10s(t, hanging.Ended)
		})
	}
}

func TestSecurityThatHangsIsEndedInTime(t *testing.T) {
	macOS := testsecurity.New(t)
	tool := securityTool{macOS.Program(), 100 * time.Millisecond, 100 * time.Millisecond, false}
	k := &Keychain{t.TempDir(), keyring{probe: tool.probe, get: tool.get, set: tool.set, delete: tool.delete, maxItem: maxItemDarwin, binary: true}}
	macOS.Hang(t, "find-generic-password")
	wantReason(t, load(t.Context(), k), TimedOut)
}

func within10s[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing happened in 10 seconds")
		panic("unreachable")
	}
}

func TestSecurityKeepsItemsOfOddNames(t *testing.T) {
	k, macOS := newSecurity(t)
	for _, name := range []string{"tool", "my tool", "o'hara", `CORP\ada`, `"quoted"`, "-w", "ä"} {
		if err := k.SaveSecret(t.Context(), name, token.NewSecret("canary of "+name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, found := macOS.Item(t, service, name); !found {
			t.Errorf("%s: not under that name", name)
		}
		if got, err := k.Secret(t.Context(), name); got != "canary of "+name || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	n := macOS.Items(t)
	for _, name := range []string{"tool\nadd-generic-password -U -s other -a tool -w evil", "tool\x00"} {
		if err := k.SaveSecret(t.Context(), name, token.NewSecret("canary")); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
	if macOS.Items(t) != n {
		t.Error("a name with a line break made an item")
	}
}

func TestSecurityRefusesWhatItsCommandCannotHold(t *testing.T) {
	k, macOS := newSecurity(t)
	fits := 0
	for n := 2960; n < 3100; n++ {
		err := k.SaveSecret(t.Context(), "tool", token.NewSecret(strings.Repeat("x", n)))
		if err != nil {
			wantReason(t, err, TooLarge)
			break
		}
		fits = n
	}
	if got, err := k.Secret(t.Context(), "tool"); len(got) != fits || err != nil || fits < 2973 {
		t.Errorf("%d bytes of %d are stored, %v", len(got), fits, err)
	}
	if item, _ := macOS.Item(t, service, "tool"); len(item) == 0 {
		t.Error("the item is gone")
	}
	key := Key(Field{Name: "profile", Values: []string{"work"}})
	if err := k.keyring.set(t.Context(), key, strings.Repeat("x", maxItemDarwin)); err != nil {
		t.Errorf("the largest item of a token: %v", err)
	}
}

func TestSecurityItemsThatAreNotOursToWrite(t *testing.T) {
	k, macOS := newSecurity(t)
	for stored, want := range map[string]string{
		"plain": "plain", " with spaces ": " with spaces ",
		"go-keyring-encoded:63616e617279": "canary", "go-keyring-base64:" + base64.StdEncoding.EncodeToString([]byte("ä\n")): "ä\n",
	} {
		macOS.Put(t, service, "tool", stored)
		if got, err := k.Secret(t.Context(), "tool"); got != want || err != nil {
			t.Errorf("%q: %q, %v", stored, got, err)
		}
	}
	for _, stored := range []string{"go-keyring-encoded:canary", "go-keyring-base64:canary"} {
		macOS.Put(t, service, "key", stored)
		wantReason(t, load(t.Context(), k), Unreadable)
	}
}

func TestSecurityThatIsNotThere(t *testing.T) {
	k := &Keychain{t.TempDir(), securityKeyring(filepath.Join(t.TempDir(), "security"), atDesk)}
	err := k.Probe(t.Context())
	wantReason(t, err, Refused)
	if !errors.Is(err, exec.ErrNotFound) && !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}

// A stored token costs one run of a program.
func TestSecurityRunsOnceForAStoredToken(t *testing.T) {
	k, macOS := newSecurity(t)
	mustSave(t, k, "key", setOf(100))
	before := len(macOS.Calls(t))
	if err := load(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if calls := macOS.Calls(t)[before:]; !slices.Equal(calls, []string{"find-generic-password -s oauthget -a key -w"}) {
		t.Errorf("%q", calls)
	}
}
