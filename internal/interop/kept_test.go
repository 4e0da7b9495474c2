//go:build interop && linux

package interop

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tokens of a refresh are never discarded for a reason that has nothing to do with them.

// expectKept checks that the family is valid, and that the stored set belongs to it.
func (r *rig) expectKept(t *testing.T) {
	t.Helper()
	r.gate.settle(t)
	next := r.ask(t)
	if !r.gate.accepts(t, next.token(t)) {
		t.Error("the resource does not accept the next call's token")
	}
	next.expectSilence(t)
}

// Unlike SIGKILL, a Ctrl-C or the end of a session leaves time to read the answer.
func TestSignalWhileTheAnswerComesKeepsTheRefreshToken(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, at := range []stage{spent, halfway, answered} {
			t.Run(sig.String()+" when "+string(at), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, canary)
				winner, h := r.holdWinner(t, at)
				winner.signal(sig)
				// The signal must have arrived. Whether the process ends at once is what is tested.
				select {
				case <-winner.ended:
				case <-time.After(100 * time.Millisecond):
				}
				h.letGo()
				if how := winner.wait(t); how.status != 130 && how.status != 0 {
					t.Errorf("it neither ends as interrupted nor prints the token: %v", how)
				}
				r.expectKept(t)
			})
		}
	}
}

// withIDTokens makes the profile ask for ID Tokens, and logs in.
func (r *rig) withIDTokens(t *testing.T) {
	t.Helper()
	r.configure(t, strings.Replace(r.profile("op"), `"offline_access"`, `"openid", "offline_access"`, 1))
	r.login(t, "op")
}

// The clock of this machine jumps after the login, so that the ID Token of the answer is from the future or the past. The refresh
// token beside it is the only valid one.
func TestRefreshTokenOutlivesAClockThatJumps(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"back": time.Hour, "ahead": -2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, canary)
			r.withIDTokens(t)
			r.gate.change(func() { r.gate.skew = skew })
			if during := r.ask(t); during.status != 0 && !strings.Contains(during.stderr, "clock") {
				t.Errorf("not told of the clock: %v", during)
			}
			r.gate.change(func() { r.gate.skew = 0 })
			r.expectKept(t)
		})
	}
}

func TestRefreshTokenOutlivesAKeySetThatCannotBeHad(t *testing.T) {
	t.Parallel()
	r := newRig(t, canary)
	r.withIDTokens(t)
	r.ask(t).token(t)
	if err := os.RemoveAll(r.env["XDG_CACHE_HOME"]); err != nil {
		t.Fatal(err)
	}
	r.gate.change(func() { r.gate.noKeys = true })
	r.ask(t) // with any outcome
	r.gate.change(func() { r.gate.noKeys = false })
	r.expectKept(t)
}

// editStored changes the stored token set. It decodes the item (base64 of zlib of JSON) without code of the product.
func (r *rig) editStored(t *testing.T, change func(set map[string]any)) {
	t.Helper()
	item := r.bus.Items()[0]
	encoded, ok := strings.CutPrefix(item.Secret, "og1t:")
	packed, err := base64.RawStdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		t.Fatalf("not the item that is known here: %v", err)
	}
	inflate, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(inflate)
	set := map[string]any{}
	if err != nil || json.Unmarshal(data, &set) != nil || set["obtained_at"] == nil || set["expires_at"] == nil {
		t.Fatalf("not the set that is known here: %v", err)
	}
	change(set)
	var deflated bytes.Buffer
	deflate := zlib.NewWriter(&deflated)
	if err := json.NewEncoder(deflate).Encode(set); err != nil || deflate.Close() != nil {
		t.Fatal(err)
	}
	item.Secret = "og1t:" + base64.RawStdEncoding.EncodeToString(deflated.Bytes())
	r.bus.Put(item)
}

// The clock was wrong at the login and is right now: the stored times of the token mean nothing, and must neither keep an expired
// token in use nor make each of many callers refresh.
func TestTokenOfAWrongClockIsRefreshedOnceForAll(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]time.Duration{"ahead": 24 * time.Hour, "behind": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, canary)
			r.editStored(t, func(set map[string]any) {
				then := time.Now().Add(wrong)
				set["obtained_at"], set["expires_at"] = then.Unix(), then.Add(time.Hour).Unix()
			})
			outcomes := make([]outcome, 20)
			var group sync.WaitGroup
			for i := range outcomes {
				// Late callers use the token of the first ones.
				group.Go(func() { outcomes[i] = r.oauthget(t, "token", "op", "--no-input", "--min-ttl", "1s") })
			}
			group.Wait()
			token := outcomes[0].token(t)
			for _, o := range outcomes {
				if o.token(t) != token {
					t.Error("not everybody prints the one new token")
				}
				o.expectSilence(t)
			}
			if n := r.gate.count(); n != 1 {
				t.Errorf("%d refreshes, want 1", n)
			}
			if !r.gate.accepts(t, token) {
				t.Error("the resource does not accept the token")
			}
		})
	}
}
