package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/testsecurity"
)

// TestMain lets the test binary be the other process of the tests of locks and of full disks, and the program security.
func TestMain(m *testing.M) {
	if status, called := testsecurity.Main(os.Stdout); called {
		os.Exit(status)
	}
	if dir := os.Getenv("STORE_TEST_LOCK_DIR"); dir != "" {
		holdLock(dir)
	}
	if trouble := os.Getenv("STORE_TEST_TROUBLE"); trouble != "" {
		saveInTrouble(trouble)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// holdLock takes the lock, says so on stdout, and holds it until stdin ends.
func holdLock(dir string) {
	unlock, err := Lock(context.Background(), dir, "key")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin)
	unlock()
	os.Exit(0)
}

// startHolder starts another process that holds the lock, and returns what ends it without killing it.
func startHolder(t *testing.T, dir string) (holder *os.Process, release func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_LOCK_DIR="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the other process says %q", line)
	}
	return cmd.Process, func() { _ = stdin.Close() }
}

func TestLockIsWaitedForAcrossProcesses(t *testing.T) {
	dir := t.TempDir()
	_, release := startHolder(t, dir)
	got := make(chan error, 1)
	go func() {
		unlock, err := Lock(t.Context(), dir, "key")
		if err == nil {
			unlock()
		}
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestLockOfAKilledProcessIsFree(t *testing.T) {
	dir := t.TempDir()
	other, _ := startHolder(t, dir)
	if err := other.Kill(); err != nil {
		t.Fatal(err)
	}
	unlock, err := Lock(t.Context(), dir, "key")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	unlock() // twice is no harm
}

func TestLockStopsWaitingWithTheContextAndNamesTheHolder(t *testing.T) {
	dir := t.TempDir()
	other, release := startHolder(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := Lock(ctx, dir, "key")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", other.Pid)) {
		t.Fatalf("error %v, want one that names process %d", err, other.Pid)
	}
	// The wait that was given up must not keep the lock when it gets it.
	release()
	ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for range 50 {
		unlock, err := Lock(ctx, dir, "key")
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	}
}

func TestLockIsNotTakenWithAContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(ctx, t.TempDir(), "key"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestLocksOfDifferentKeysAreIndependent(t *testing.T) {
	dir := t.TempDir()
	for _, key := range []string{"one", "two"} {
		unlock, err := Lock(t.Context(), dir, key)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
	}
}

func TestLockWhereTheStateDirectoryCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Lock(t.Context(), filepath.Join(file, "state"), "key")
	wantReason(t, err, StateDirBad)
}

// The goal is 50 callers behind one refresh of 200 ms in 400 ms, so passing a lock on must take hardly any time.
func TestManyWaitersFollowEachOtherAtOnce(t *testing.T) {
	if os.Getenv("OAUTHGET_TEST_WINE") != "" {
		t.Skip("Wine's locks are slower than the limit")
	}
	dir := t.TempDir()
	unlock, err := Lock(t.Context(), dir, "key")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var inside, most atomic.Int64
	var started sync.WaitGroup
	started.Add(50)
	for range 50 {
		wg.Go(func() {
			started.Done()
			unlock, err := Lock(t.Context(), dir, "key")
			if err != nil {
				t.Error(err)
				return
			}
			if now := inside.Add(1); now > most.Load() {
				most.Store(now)
			}
			inside.Add(-1)
			unlock()
		})
	}
	started.Wait() // most of them wait by now
	start := time.Now()
	unlock()
	wg.Wait()
	if took := time.Since(start); took > 200*time.Millisecond {
		t.Errorf("50 waiters took %v", took)
	}
	if n := most.Load(); n != 1 {
		t.Errorf("%d held the lock at a time", n)
	}
}
