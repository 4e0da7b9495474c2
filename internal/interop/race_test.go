//go:build interop && linux

package interop

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// holdWinner starts a call that refreshes, and holds its refresh at a stage.
func (r *rig) holdWinner(t *testing.T, at stage) (*flight, *hold) {
	t.Helper()
	h := r.gate.hold(at)
	winner := r.launch(t, "token", "op", "--no-input")
	await(t, h.reached, string(at))
	return winner, h
}

func TestProfilesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	r.configure(t, r.profile("op"), r.profile("other"))
	r.login(t, "other")
	winner, h := r.holdWinner(t, arrived)
	other := r.oauthget(t, "token", "other", "--no-input")
	other.token(t)
	other.expectSilence(t)
	select {
	case <-winner.ended:
		t.Error("the first profile did not wait for its server, so the second proves nothing")
	default:
	}
	h.letGo()
	winner.wait(t).token(t)
	if n := r.gate.count(); n != 2 {
		t.Errorf("%d refreshes, want one each", n)
	}
}

func TestWaitersUseTheWinnersToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	winner, h := r.holdWinner(t, spent)
	var waiters []*flight
	for range 5 {
		waiter := r.launch(t, "token", "op", "--no-input")
		waiter.awaitWaiting(t)
		waiters = append(waiters, waiter)
	}
	h.letGo()
	token := winner.wait(t).token(t)
	for _, waiter := range waiters {
		if waiter.wait(t).token(t) != token {
			t.Error("a waiter prints another token than the winner")
		}
		waiter.outcome.expectSilence(t)
	}
	if n := r.gate.count(); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// The kernel gives the lock of a dead process to a waiter, which refreshes for all.
func TestWaitersTakeOverFromAKilledWinner(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	winner, _ := r.holdWinner(t, arrived)
	var waiters []*flight
	for range 5 {
		waiter := r.launch(t, "token", "op", "--no-input")
		waiter.awaitWaiting(t)
		waiters = append(waiters, waiter)
	}
	winner.signal(syscall.SIGKILL)
	tokens := map[string]bool{}
	for _, waiter := range waiters {
		tokens[waiter.wait(t).token(t)] = true
		waiter.outcome.expectSilence(t)
	}
	if n := r.gate.count(); n != 1 || len(tokens) != 1 {
		t.Errorf("%d refreshes and %d tokens, want one for all", n, len(tokens))
	}
}

func TestCtrlCOfAWaiterDisturbsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	winner, h := r.holdWinner(t, arrived)
	waiter := r.launch(t, "token", "op", "--no-input")
	waiter.awaitWaiting(t)
	begun := time.Now()
	waiter.signal(syscall.SIGINT)
	waiter.wait(t).expectFailure(t, 130)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	patient := r.launch(t, "token", "op", "--no-input")
	patient.awaitWaiting(t)
	h.letGo()
	token := winner.wait(t).token(t)
	if patient.wait(t).token(t) != token || r.gate.count() != 1 {
		t.Errorf("%d refreshes, want 1, and its token for both", r.gate.count())
	}
}

func TestStoppedProcessIsNamedToThoseWhoWait(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	winner, h := r.holdWinner(t, arrived)
	winner.signal(syscall.SIGSTOP)
	for range 2 {
		gaveUp := r.oauthget(t, "token", "op", "--timeout", "300ms")
		gaveUp.expectFailure(t, 8)
		if !strings.Contains(gaveUp.stderr, fmt.Sprintf("process %d ", winner.pid())) {
			t.Errorf("process %d is not named: %v", winner.pid(), gaveUp)
		}
		if gaveUp.took > 5*time.Second {
			t.Errorf("it took %v", gaveUp.took)
		}
	}
	if r.opened() {
		t.Error("a browser was opened")
	}
	winner.signal(syscall.SIGCONT)
	h.letGo()
	winner.wait(t).token(t)
	if n := r.gate.count(); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// A Ctrl-C before the server has handled the request leaves the refresh token valid.
func TestCtrlCDuringTheRequestLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	winner, _ := r.holdWinner(t, arrived)
	winner.signal(syscall.SIGINT)
	winner.wait(t).expectFailure(t, 130)
	r.gate.settle(t)
	next := r.ask(t)
	next.token(t)
	next.expectSilence(t)
}
