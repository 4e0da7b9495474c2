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

// killsPerStage is how many of them are at each stage of the server. There is one at each call to the keychain. The rest is at
// random moments.
const killsPerStage = 20

// A refresh that is killed with SIGKILL loses nothing: the next call refreshes silently with the stored refresh token, without
// asking anybody.
//
// There is one exception that no client can avoid: between the moment when the server spends the refresh token and the one when
// the keychain has its successor. The call after a kill in between sends the spent token, the server takes that for theft and
// revokes the family, and the call says so and names the command to log in. There must be no other way to lose a family.
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

// incompressible returns text that cannot be compressed much.
func incompressible(n int) string {
	var text strings.Builder
	for text.Len() < n {
		text.WriteString(rand.Text())
	}
	return text.String()[:n]
}

// step is a moment at which a refresh is killed.
type step struct {
	name, group string
	// arm is called before the refresh begins. The function that it returns waits for the moment, or for the end of ctx, when the
	// refresh has ended.
	arm func() func(ctx context.Context)
}

// steps returns the moments that can be observed, which are each call to the keychain and each stage at the server, and random
// ones.
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

// keychainStep returns the step of the nth call to a method.
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

// randomStep returns a random moment of a run of that duration.
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

// crashes kills the refreshes of one rig.
type crashes struct {
	*rig
	sealedFiles int // expected number
	kills       int
	orphans     int // sealed files whose item was never written
	tally       map[string]*tally
}

// tally counts the outcomes of the kills in a group of steps.
type tally struct{ kills, tooLate, lost int }

func (c *crashes) of(group string) *tally {
	if c.tally[group] == nil {
		c.tally[group] = &tally{}
	}
	return c.tally[group]
}

// kill kills a refresh at a step, and makes the next call.
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
	if how := victim.wait(t); how.status != 128+int(syscall.SIGKILL) {
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

// recover makes the call after a kill, and reports whether the family was lost.
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

// report logs the outcomes, and fails if a step was not hit.
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
