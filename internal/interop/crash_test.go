//go:build interop && linux

package interop

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killsPerForm is how often a refresh is killed in each of the two forms in which a token set is kept.
const killsPerForm = 200

// killsPerStage is how many of them hit each stage at the server. Each call to the keychain is hit once. What is left
// hits at random.
const killsPerStage = 20

// A refresh killed with SIGKILL, wherever it was, costs nothing: the next call, which may ask nobody, refreshes in
// silence with the refresh token that is stored.
//
// There is one window that no client can close. It opens when the server spends the refresh token and closes when the
// keychain has its successor, which until then only the answer bears. The call after a death in it presents the spent
// token, the server takes that for theft and revokes the family, and the call says that, and which command logs in.
// There must be no other way to lose a family.
func TestKilledRefreshCostsNothingOutsideTheOneWindow(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]struct {
		prefix string
		sealed int // files that hold a set
	}{
		"kept in the item":      {canary, 0},
		"kept in a sealed file": {canary + incompressible(4000), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &crashes{rig: newRig(t, form.prefix), sealedFiles: form.sealed, tally: map[string]*tally{}}
			for _, s := range c.steps(t) {
				c.kill(t, s)
				if t.Failed() {
					t.Fatalf("after kill %d: %s", c.kills, s.name)
				}
			}
			c.report(t)
		})
	}
}

// incompressible is text that no compression makes much smaller.
func incompressible(n int) string {
	var text strings.Builder
	for text.Len() < n {
		text.WriteString(rand.Text())
	}
	return text.String()[:n]
}

// step is where a refresh is killed.
type step struct {
	name, group string
	// arm is called before the refresh begins. What it returns waits until the refresh is there, or until ctx ends
	// because the refresh has.
	arm func() func(ctx context.Context)
}

// steps are all that can be seen from outside, each call to the keychain and each stage at the server, and moments in
// between.
func (c *crashes) steps(t *testing.T) []step {
	t.Helper()
	took := time.Hour
	for range 5 {
		took = min(took, c.ask(t).took)
	}
	before := len(c.bus.Calls())
	c.ask(t).token(t)
	var steps []step
	nth := map[string]int{}
	for i, method := range c.bus.Calls()[before:] {
		nth[method]++
		steps = append(steps, c.keychainStep(i+1, method, nth[method]))
	}
	for range killsPerStage {
		for _, at := range stages {
			steps = append(steps, c.serverStep(at))
		}
	}
	if len(steps) > killsPerForm {
		t.Fatalf("%d steps, and %d kills", len(steps), killsPerForm)
	}
	for len(steps) < killsPerForm {
		steps = append(steps, randomStep(took))
	}
	return steps
}

// keychainStep is the arrival of the nth call to a method.
func (c *crashes) keychainStep(i int, method string, nth int) step {
	name := fmt.Sprintf("call %d to the keychain, %s", i, method)
	return step{name, "at a call to the keychain", func() func(context.Context) {
		nth := nth + c.bus.CallsTo(method)
		return func(ctx context.Context) { _ = c.bus.AwaitCalls(ctx, method, nth) }
	}}
}

func (c *crashes) serverStep(at stage) step {
	return step{string(at), "when " + string(at), func() func(context.Context) {
		h := c.gate.hold(at)
		return func(ctx context.Context) {
			select {
			case <-h.reached:
			case <-ctx.Done():
			}
		}
	}}
}

// randomStep is some moment of a run that takes so long.
func randomStep(took time.Duration) step {
	delay := mathrand.N(took)
	return step{fmt.Sprintf("%v after its start", delay), "at a random moment", func() func(context.Context) {
		return func(ctx context.Context) {
			timer := time.NewTimer(delay)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
	}}
}

// crashes kills refreshes of one rig.
type crashes struct {
	*rig
	sealedFiles int // that there are when all is well
	kills       int
	orphans     int // sealed files whose item was never written
	tally       map[string]*tally
}

// tally is what came of the kills in a group of steps.
type tally struct{ kills, tooLate, lost int }

func (c *crashes) of(group string) *tally {
	if c.tally[group] == nil {
		c.tally[group] = &tally{}
	}
	return c.tally[group]
}

// kill kills a refresh at a step, and has the next call clear up.
func (c *crashes) kill(t *testing.T, s step) {
	t.Helper()
	c.kills++
	tally := c.of(s.group)
	tally.kills++
	before := c.gate.count()

	reach := s.arm()
	victim := c.launch(t, "token", "op", "--no-input")
	ctx, over := context.WithTimeout(t.Context(), startLimit)
	defer over()
	go func() {
		<-victim.ended
		over()
	}()
	reach(ctx)
	victim.signal(syscall.SIGKILL)
	if how := victim.wait(t); how.status != -1 {
		tally.tooLate++
		how.token(t)
	}
	c.gate.letGo()
	c.gate.settle(t)
	c.expectPrivate(t)
	if len(c.sealed(t)) > c.sealedFiles {
		c.orphans++
	}
	if lost := c.recover(t, c.gate.since(before)); lost {
		tally.lost++
	}
	c.expectPrivate(t)
	if n := len(c.sealed(t)); n != c.sealedFiles {
		t.Errorf("%d files in the directory for sealed ones, want %d", n, c.sealedFiles)
	}
}

// recover makes the call after the death, and reports whether the family was lost in the window.
func (c *crashes) recover(t *testing.T, died []refresh) (lost bool) {
	t.Helper()
	if len(died) > 1 {
		t.Errorf("one call made %d refreshes", len(died))
	}
	before := c.gate.count()
	next := c.ask(t)
	made := c.gate.since(before)
	if len(made) != 1 {
		t.Errorf("the next call made %d refreshes: %v", len(made), next)
		return false
	}
	if len(died) == 1 && made[0].sent == died[0].sent {
		c.expectLost(t, next)
		c.login(t, "op")
		return true
	}
	if !c.gate.accepts(t, next.token(t)) {
		t.Error("the resource does not accept the next call's token")
	}
	next.expectSilence(t)
	return false
}

// expectLost checks that the call says what was lost at the server and how to log in.
func (c *crashes) expectLost(t *testing.T, next outcome) {
	t.Helper()
	next.expectFailure(t, 4)
	for _, told := range []string{"refresh token", "invalid_grant", "oauthget login op"} {
		if !strings.Contains(next.stderr, told) {
			t.Errorf("%q is not told: %v", told, next)
		}
	}
}

// report tells what the kills came to, and holds the test to what it claims to have hit.
func (c *crashes) report(t *testing.T) {
	t.Helper()
	sum := tally{}
	for _, group := range slices.Sorted(maps.Keys(c.tally)) {
		n := c.tally[group]
		sum = tally{sum.kills + n.kills, sum.tooLate + n.tooLate, sum.lost + n.lost}
		t.Logf("%3d kills %s: %d came too late, %d hit the window", n.kills, group, n.tooLate, n.lost)
	}
	t.Logf("%3d kills in all: %d came too late, %d hit the window, %d left a sealed file without its item",
		sum.kills, sum.tooLate, sum.lost, c.orphans)
	if n := c.tally["when "+string(arrived)]; n.lost != 0 || n.tooLate != 0 {
		t.Errorf("killed before the server looked at the request: %+v", *n)
	}
	for _, at := range []stage{spent, halfway} {
		if n := c.tally["when "+string(at)]; n.lost != n.kills {
			t.Errorf("killed %s: %+v", at, *n)
		}
	}
	if c.sealedFiles > 0 && c.orphans == 0 {
		t.Error("no kill came between sealed file and item")
	}
}
