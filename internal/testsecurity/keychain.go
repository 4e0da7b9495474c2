//go:build unix

package testsecurity

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
)

// dirVariable names the keychain's directory to the program.
const dirVariable = "TESTSECURITY_DIR"

// Files in the directory of a keychain.
const (
	program     = "security"
	itemsDir    = "items"
	stateFile   = "state.json"
	callsFile   = "calls"
	hangingPipe = "hanging"
	releasePipe = "release"
)

// State is how a keychain answers.
type State struct {
	Locked  bool   // and nobody can be asked to unlock it, as over SSH
	Missing bool   // there is no default keychain, and none to search
	Denied  int    // the exit status where a person has denied access to an item; 0 if none has
	Noise   string // a line that each command says on stderr, besides its own
	Hang    string // the command that does not end, "-i" for those on standard input
}

// T is a [testing.T], which the packages of the program may not import.
type T interface {
	Helper()
	Fatal(args ...any)
	Error(args ...any)
	TempDir() string
	Setenv(name, value string)
	Cleanup(func())
}

// Keychain is a keychain of a test.
type Keychain struct{ dir string }

// New returns an empty keychain, which is that of every [Keychain.Program] that the test starts.
func New(t T) *Keychain {
	t.Helper()
	k := &Keychain{t.TempDir()}
	self, err := os.Executable()
	err = errors.Join(err, os.Symlink(self, k.Program()), os.Mkdir(filepath.Join(k.dir, itemsDir), 0o700))
	if err != nil {
		t.Fatal(err)
	}
	k.Set(t, State{})
	t.Setenv(dirVariable, k.dir)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // else each call of a race-built test takes a second more
	return k
}

// Program is the path of the program.
func (k *Keychain) Program() string { return filepath.Join(k.dir, program) }

// Set changes how the keychain answers from now on.
func (k *Keychain) Set(t T, s State) {
	t.Helper()
	data, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(filepath.Join(k.dir, stateFile), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Put stores an item, as a person does in Keychain Access.
func (k *Keychain) Put(t T, service, account, password string) {
	t.Helper()
	if err := os.WriteFile(k.item(service, account), []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Item returns the password of an item, and whether there is one.
func (k *Keychain) Item(t T, service, account string) (string, bool) {
	t.Helper()
	data, err := os.ReadFile(k.item(service, account))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data), err == nil
}

// Items returns how many items there are.
func (k *Keychain) Items(t T) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(k.dir, itemsDir))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Calls returns the arguments of each run so far, separated by spaces.
func (k *Keychain) Calls(t T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(k.dir, callsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
}

// Hanging is a program that does not end by itself.
type Hanging struct {
	Started <-chan int      // gets its process group when it hangs
	Ended   <-chan struct{} // is closed when neither the program nor a child of it runs
	release string
}

// Release has the program that hangs do what it was asked to. It fails if that has ended.
func (h Hanging) Release(t T) {
	t.Helper()
	f, err := os.OpenFile(h.release, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err == nil {
		_, err = f.Write([]byte("\n"))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Hang has a command hang from now on.
func (k *Keychain) Hang(t T, command string) Hanging {
	t.Helper()
	pipe, release := filepath.Join(k.dir, hangingPipe), filepath.Join(k.dir, releasePipe)
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), syscall.Mkfifo(release, 0o600)); err != nil {
		t.Fatal(err)
	}
	k.Set(t, State{Hang: command})
	var running atomic.Int64
	started, ended := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(ended)
		f, err := os.Open(pipe) // waits for the program
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		in := bufio.NewReader(f)
		var group int
		if _, err := fmt.Fscanln(in, &group); err == nil {
			running.Store(int64(group))
			started <- group
		}
		_, _ = io.Copy(io.Discard, in)
	}()
	t.Cleanup(func() {
		if group := int(running.Load()); group > 0 && group != syscall.Getpgrp() {
			_ = syscall.Kill(-group, syscall.SIGKILL) // for a test that has failed
		}
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil { // there may have been no such program
			_ = f.Close()
		}
		<-ended
	})
	return Hanging{started, ended, release}
}
