package tokensource

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func live(name string) token.Set {
	return token.Set{AccessToken: token.NewSecret(name), RefreshToken: token.NewSecret("r-" + name), Expiry: noon.Add(time.Hour)}
}

func expired(name string) token.Set {
	s := live(name)
	s.Expiry = noon.Add(-time.Second)
	return s
}

// memory is a store that can be made to fail.
type memory struct {
	mu                                    sync.Mutex
	set                                   *token.Set
	loadErr, saveErr, probeErr, unlockErr error
	log                                   *[]string
}

func (m *memory) Name() string                         { return "memory" }
func (m *memory) Probe(context.Context) error          { return m.probeErr }
func (m *memory) Unlock(context.Context, string) error { return m.unlockErr }
func (m *memory) Load(context.Context, string) (token.Set, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.loadErr != nil:
		return token.Set{}, m.loadErr
	case m.set == nil:
		return token.Set{}, store.ErrNotFound
	}
	return *m.set, nil
}

func (m *memory) Save(ctx context.Context, _ string, set token.Set) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.log = append(*m.log, "save")
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.saveErr != nil {
		return m.saveErr
	}
	m.set = &set
	return nil
}

func (m *memory) Delete(context.Context, string) error { m.set = nil; return nil }

// rig is a Source with everything around it written down.
type rig struct {
	Source
	memory   *memory
	log      []string
	warnings []error
	full     error // of MakeRoom
}

func newRig(stored *token.Set) *rig {
	r := &rig{}
	r.memory = &memory{set: stored, log: &r.log}
	r.Source = Source{
		Store: r.memory, Key: "k", Now: func() time.Time { return noon },
		WaitUnlocked: func(context.Context) (bool, error) { return false, nil },
		Lock: func(context.Context) (func(), error) {
			r.log = append(r.log, "lock")
			return func() { r.log = append(r.log, "unlock") }, nil
		},
		Refresh: func(_ context.Context, old token.Set) (token.Set, error) {
			r.log = append(r.log, "refresh "+old.RefreshToken.Reveal())
			return live("refreshed"), nil
		},
		Login: func(context.Context) (token.Set, error) {
			r.log = append(r.log, "login")
			return live("fresh"), nil
		},
		MakeRoom: func(present token.Set) (func(), error) {
			if r.full != nil {
				return nil, r.full
			}
			r.log = append(r.log, "room")
			return func() { r.log = append(r.log, "freed") }, nil
		},
		Record: func() error { r.log = append(r.log, "record"); return nil },
		Failed: func(error) {}, LastFailure: func(time.Time) error { return nil },
		Warn: func(_ string, err error) { r.warnings = append(r.warnings, err) },
	}
	return r
}

func (r *rig) want(t *testing.T, wantToken string, wantLog ...string) {
	t.Helper()
	got, fresh, err := r.Token(t.Context(), Request{MinTTL: 30 * time.Second})
	r.check(t, got, fresh, err, wantToken, wantLog)
}

// check also holds what was obtained, and so saved, to be fresh, and what was stored not to be.
func (r *rig) check(t *testing.T, got token.Set, fresh bool, err error, wantToken string, wantLog []string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessToken.Reveal() != wantToken {
		t.Errorf("token %s, want %s", got.AccessToken.Reveal(), wantToken)
	}
	if !slices.Equal(r.log, wantLog) {
		t.Errorf("went %q, want %q", r.log, wantLog)
	}
	if want := slices.Contains(wantLog, "save"); fresh != want {
		t.Errorf("fresh is %v, want %v", fresh, want)
	}
}

func ptr(s token.Set) *token.Set { return &s }

func TestLiveTokenIsReturnedWithoutALock(t *testing.T) {
	newRig(ptr(live("stored"))).want(t, "stored")
}

func TestExpiredTokenIsRefreshedAndSavedBeforeItIsReturned(t *testing.T) {
	r := newRig(ptr(expired("stored")))
	r.want(t, "refreshed", "lock", "room", "refresh r-stored", "freed", "record", "save", "unlock")
	if r.memory.set.AccessToken.Reveal() != "refreshed" {
		t.Error("the refreshed set is not in the store")
	}
}

func TestNothingStoredIsALoginUnderTheLock(t *testing.T) {
	newRig(nil).want(t, "fresh", "lock", "room", "login", "freed", "record", "save", "unlock")
}

func TestExpiredTokenWithoutRefreshTokenIsALogin(t *testing.T) {
	s := expired("stored")
	s.RefreshToken = token.Secret{}
	newRig(&s).want(t, "fresh", "lock", "room", "login", "freed", "record", "save", "unlock")
}

func TestExpiredIDTokenIsRefreshedWhereItIsAskedFor(t *testing.T) {
	stored := live("stored")
	stored.IDToken, stored.IDTokenExpiry = token.NewSecret("i"), noon.Add(-time.Second)
	newRig(&stored).want(t, "stored")
	r := newRig(&stored)
	got, fresh, err := r.Token(t.Context(), Request{IDToken: true})
	r.check(t, got, fresh, err, "refreshed", []string{"lock", "room", "refresh r-stored", "freed", "record", "save", "unlock"})
}

func TestIDTokenWithoutAnAccessTokenWillDoForWhoeverWantsThatAlone(t *testing.T) {
	stored := token.Set{IDToken: token.NewSecret("i"), IDTokenExpiry: noon.Add(time.Hour)}
	r := newRig(&stored)
	got, fresh, err := r.Token(t.Context(), Request{IDToken: true})
	r.check(t, got, fresh, err, "", nil)
	newRig(&stored).want(t, "fresh", "lock", "room", "login", "freed", "record", "save", "unlock")
	stored.IDTokenExpiry = noon
	r = newRig(&stored)
	got, fresh, err = r.Token(t.Context(), Request{IDToken: true})
	r.check(t, got, fresh, err, "fresh", []string{"lock", "room", "login", "freed", "record", "save", "unlock"})
}

func TestForceRefreshesALiveToken(t *testing.T) {
	r := newRig(ptr(live("stored")))
	got, fresh, err := r.Token(t.Context(), Request{Force: true})
	r.check(t, got, fresh, err, "refreshed", []string{"lock", "room", "refresh r-stored", "freed", "record", "save", "unlock"})
}

func TestLoserOfTheRaceUsesTheWinnersToken(t *testing.T) {
	for name, request := range map[string]Request{"expired": {}, "forced": {Force: true}} {
		r := newRig(ptr(expired("stored")))
		r.Lock = func(context.Context) (func(), error) {
			r.memory.set = ptr(live("winners")) // saved while we waited
			return func() {}, nil
		}
		got, fresh, err := r.Token(t.Context(), request)
		if err != nil || fresh || got.AccessToken.Reveal() != "winners" || len(r.log) != 0 {
			t.Errorf("%s: %s, fresh %v, %v, went %q", name, got.AccessToken.Reveal(), fresh, err, r.log)
		}
	}
}

func TestLoserThatWaitedNeedsNoLockOfItsOwn(t *testing.T) {
	r := newRig(ptr(expired("stored")))
	r.WaitUnlocked = func(context.Context) (bool, error) {
		r.memory.set = ptr(live("winners"))
		return true, nil
	}
	r.want(t, "winners")

	// The winner died: whoever waited refreshes.
	r = newRig(ptr(expired("stored")))
	r.WaitUnlocked = func(context.Context) (bool, error) { return true, nil }
	r.want(t, "refreshed", "lock", "room", "refresh r-stored", "freed", "record", "save", "unlock")
}

func TestWinnersTokenWillDoEvenWhereTokensAreShortLived(t *testing.T) {
	short := token.Set{AccessToken: token.NewSecret("winners"), Obtained: noon, Expiry: noon.Add(10 * time.Second)}
	r := newRig(ptr(expired("stored")))
	r.Lock = func(context.Context) (func(), error) {
		r.memory.set = &short
		return func() {}, nil
	}
	r.want(t, "winners")

	// One from before the question is refreshed all the same.
	short.Obtained, short.RefreshToken = noon.Add(-20*time.Second), token.NewSecret("r-short")
	r = newRig(&short)
	r.want(t, "refreshed", "lock", "room", "refresh r-short", "freed", "record", "save", "unlock")
}

var invalidGrant = &flow.ServerError{Op: "refresh token", Status: 400, Code: "invalid_grant"}

func TestSpentRefreshTokenIsALoginWherePeopleAre(t *testing.T) {
	r := newRig(ptr(expired("stored")))
	r.Refresh = func(context.Context, token.Set) (token.Set, error) { return token.Set{}, invalidGrant }
	r.want(t, "fresh", "lock", "room", "freed", "room", "login", "freed", "record", "save", "unlock")
}

func TestGrantWithoutAPersonRunsAgainWithoutAWord(t *testing.T) {
	unrefreshable := expired("stored")
	unrefreshable.RefreshToken = token.Secret{}
	for name, c := range map[string]struct {
		stored *token.Set
		log    []string
	}{
		"nothing stored":           {nil, []string{"lock", "login", "record", "save", "unlock"}},
		"no refresh token":         {&unrefreshable, []string{"lock", "login", "record", "save", "unlock"}},
		"a spent refresh token":    {ptr(expired("stored")), []string{"lock", "room", "freed", "login", "record", "save", "unlock"}},
		"a token that still lives": {ptr(live("fresh")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(c.stored)
			r.NeedsNobody = true
			r.Refresh = func(context.Context, token.Set) (token.Set, error) { return token.Set{}, invalidGrant }
			r.want(t, "fresh", c.log...)
			if len(r.warnings) != 0 {
				t.Errorf("warnings %v", r.warnings)
			}
		})
	}
}

func TestSpentRefreshTokenIsToldToScriptsAndNotDeleted(t *testing.T) {
	r := newRig(ptr(expired("stored")))
	r.Refresh = func(context.Context, token.Set) (token.Set, error) { return token.Set{}, invalidGrant }
	r.Login = nil
	_, _, err := r.Token(t.Context(), Request{})
	if !errors.Is(err, ErrInteractionRequired) || !flow.RefreshTokenDead(err) || r.memory.set == nil {
		t.Errorf("%v, store %v", err, r.memory.set)
	}
}

func TestServerTroubleKeepsEverythingAndOpensNoBrowser(t *testing.T) {
	trouble := &flow.ServerError{Op: "refresh token", Status: 503}
	r := newRig(ptr(expired("stored")))
	r.Refresh = func(context.Context, token.Set) (token.Set, error) { return token.Set{}, trouble }
	_, _, err := r.Token(t.Context(), Request{})
	if !errors.Is(err, trouble) || r.memory.set == nil || !slices.Equal(r.log, []string{"lock", "room", "freed", "unlock"}) {
		t.Errorf("%v, went %q", err, r.log)
	}
}

func TestNobodyToAskIsInteractionRequired(t *testing.T) {
	without := func(s token.Set) *token.Set { s.RefreshToken = token.Secret{}; return &s }
	for want, c := range map[string]struct {
		stored  *token.Set
		request Request
	}{
		"nothing usable is stored":        {nil, Request{}},
		"the stored token has expired":    {without(expired("stored")), Request{Force: true}},
		"expires within 24h0m0s":          {without(live("stored")), Request{MinTTL: 24 * time.Hour}},
		"was not to be used":              {without(live("stored")), Request{Force: true}},
		"the stored token was refused":    {without(live("stored")), Request{Refused: token.NewSecret("stored")}},
		"the stored ID Token has expired": {without(live("stored")), Request{IDToken: true}},
	} {
		r := newRig(c.stored)
		r.Login = nil
		if _, _, err := r.Token(t.Context(), c.request); !errors.Is(err, ErrInteractionRequired) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestTokenIsNeverLostToAFailedSave(t *testing.T) {
	full := &store.Error{Store: "memory", Op: "save token", Reason: store.StateDirBad}
	for name, stored := range map[string]*token.Set{"login": nil, "refresh": ptr(expired("stored"))} {
		r := newRig(stored)
		r.memory.saveErr = full
		got, fresh, err := r.Token(t.Context(), Request{})
		if err != nil || !fresh || got.AccessToken.Empty() || len(r.warnings) != 1 || !errors.Is(r.warnings[0], full) {
			t.Errorf("%s: %v, warnings %v", name, err, r.warnings)
		}
	}
}

func TestNothingIsSentWhereThereIsNoRoomForTheResult(t *testing.T) {
	full := &store.Error{Op: "make room", Reason: store.StateDirBad}
	for name, stored := range map[string]*token.Set{"login": nil, "refresh": ptr(expired("stored"))} {
		r := newRig(stored)
		r.full = full
		if _, _, err := r.Token(t.Context(), Request{}); !errors.Is(err, full) || !slices.Equal(r.log, []string{"lock", "unlock"}) {
			t.Errorf("%s: %v, went %q", name, err, r.log)
		}
		r.log = nil
		if _, err := r.Fresh(t.Context()); !errors.Is(err, full) || !slices.Equal(r.log, []string{"lock", "unlock"}) {
			t.Errorf("%s: %v, went %q", name, err, r.log)
		}
	}
	r := newRig(nil)
	r.full, r.NeedsNobody = full, true
	r.want(t, "fresh", "lock", "login", "record", "save", "unlock") // costs nothing
}

func TestLoginThatFailsLeavesNoRecord(t *testing.T) {
	denied := errors.New("denied")
	r := newRig(nil)
	r.Login = func(context.Context) (token.Set, error) { return token.Set{}, denied }
	if _, err := r.Fresh(t.Context()); !errors.Is(err, denied) || slices.Contains(r.log, "record") {
		t.Errorf("%v, went %q", err, r.log)
	}
}

func TestCtrlCBetweenAnswerAndSaveStillSaves(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(ptr(expired("stored")))
	r.Refresh = func(context.Context, token.Set) (token.Set, error) {
		cancel()
		return live("refreshed"), nil
	}
	if _, _, err := r.Token(ctx, Request{}); err != nil || r.memory.set.AccessToken.Reveal() != "refreshed" {
		t.Errorf("%v, stored %s", err, r.memory.set.AccessToken.Reveal())
	}
}

func TestMissingStoreCostsAWarningAndFailedStoreTheCall(t *testing.T) {
	for _, reason := range []store.Reason{store.NoBus, store.NoService, store.NoCollection, store.Locked, store.Unsupported} {
		r := newRig(nil)
		r.memory.loadErr = &store.Error{Reason: reason}
		got, fresh, err := r.Token(t.Context(), Request{})
		if err != nil || !fresh || got.AccessToken.Reveal() != "fresh" || len(r.warnings) != 1 || !slices.Equal(r.log, []string{"login"}) {
			t.Errorf("%s: %v, warnings %v, went %q", reason, err, r.warnings, r.log)
		}
	}
	for _, failed := range []error{
		&store.Error{Reason: store.TimedOut}, &store.Error{Reason: store.Refused}, &store.Error{Reason: store.Unreadable},
		errors.New("anything else"), context.Canceled,
	} {
		r := newRig(nil)
		r.memory.loadErr = failed
		if _, _, err := r.Token(t.Context(), Request{}); !errors.Is(err, failed) || len(r.log) != 0 {
			t.Errorf("%v: got %v, went %q", failed, err, r.log)
		}
	}
}

func TestMissingStoreFailsAScript(t *testing.T) {
	r := newRig(nil)
	locked := &store.Error{Reason: store.Locked}
	r.memory.loadErr, r.Login = locked, nil
	if _, _, err := r.Token(t.Context(), Request{}); !errors.Is(err, locked) || len(r.warnings) != 0 {
		t.Errorf("%v, warnings %v", err, r.warnings)
	}
}

func TestFreshFailsBeforeTheBrowserWhereNothingCanBeKept(t *testing.T) {
	locked := &store.Error{Reason: store.Locked}
	r := newRig(ptr(live("stored")))
	r.memory.probeErr = locked
	if _, err := r.Fresh(t.Context()); !errors.Is(err, locked) || len(r.log) != 0 {
		t.Errorf("%v, went %q", err, r.log)
	}
}

func TestStoreThatCannotBeUnlockedIsToldBeforeTheBrowser(t *testing.T) {
	for reason, costs := range map[store.Reason]bool{store.NoCollection: false, store.Locked: false, store.WrongPassphrase: true} {
		r := newRig(nil)
		r.memory.unlockErr = &store.Error{Reason: reason}
		if _, err := r.Fresh(t.Context()); !errors.Is(err, r.memory.unlockErr) || slices.Contains(r.log, "login") {
			t.Errorf("%s: %v, went %q", reason, err, r.log)
		}
		r.log = nil
		_, _, err := r.Token(t.Context(), Request{})
		if (err != nil) != costs || slices.Contains(r.log, "login") == costs {
			t.Errorf("%s: %v, went %q", reason, err, r.log)
		}
	}
}

func TestFreshLogsInWhateverIsStored(t *testing.T) {
	r := newRig(ptr(live("stored")))
	got, err := r.Fresh(t.Context())
	r.check(t, got, true, err, "fresh", []string{"lock", "room", "login", "freed", "record", "save", "unlock"})
}

func TestFreshReportsAFailedSave(t *testing.T) {
	full := &store.Error{Reason: store.StateDirBad}
	r := newRig(nil)
	r.memory.saveErr = full
	if _, err := r.Fresh(t.Context()); !errors.Is(err, full) {
		t.Error(err)
	}
}

func TestTokenOfAnotherMachineIsNotFresh(t *testing.T) {
	r := newRig(ptr(expired("stored")))
	r.Refresh = func(context.Context, token.Set) (token.Set, error) {
		r.memory.set = ptr(live("theirs"))
		return token.Set{}, invalidGrant
	}
	r.want(t, "theirs", "lock", "room", "freed", "unlock")
}

func TestIDTokenOfAnotherMachineWillDoForWhoeverWantsThatAlone(t *testing.T) {
	old := token.Set{IDToken: token.NewSecret("old"), IDTokenExpiry: noon, RefreshToken: token.NewSecret("r-old")}
	theirs := token.Set{IDToken: token.NewSecret("theirs"), IDTokenExpiry: noon.Add(time.Hour), RefreshToken: token.NewSecret("r-theirs")}
	r := newRig(&old)
	r.Refresh = func(context.Context, token.Set) (token.Set, error) {
		r.memory.set = &theirs
		return token.Set{}, invalidGrant
	}
	got, fresh, err := r.Token(t.Context(), Request{IDToken: true})
	r.check(t, got, fresh, err, "", []string{"lock", "room", "freed", "unlock"})
	if !got.IDToken.Equal(theirs.IDToken) {
		t.Errorf("got %q", got.IDToken.Reveal())
	}
}

func TestRefusalDuringTheWaitIsTaken(t *testing.T) {
	denied := &flow.ServerError{Op: "log in", Code: "access_denied"}
	r := newRig(nil)
	var since time.Time
	r.LastFailure = func(t time.Time) error { since = t; return denied }
	_, _, err := r.Token(t.Context(), Request{AfterFailure: 15 * time.Second})
	e, ok := errors.AsType[*LoginError](err)
	if !ok || !e.Another || !errors.Is(err, denied) || slices.Contains(r.log, "login") || !since.Equal(noon.Add(-15*time.Second)) {
		t.Errorf("%v, since %v, went %q", err, since, r.log)
	}
	// It says nothing against a refresh, a grant without a user, and a login that is asked for.
	stored := expired("stored")
	r.memory.set = &stored
	r.log = nil
	r.want(t, "refreshed", "lock", "room", "refresh r-stored", "freed", "record", "save", "unlock")
	r.NeedsNobody, r.memory.set = true, nil
	if set, _, err := r.Token(t.Context(), Request{}); err != nil || set.AccessToken.Reveal() != "fresh" {
		t.Errorf("unattended: %v", err)
	}
	r.NeedsNobody, r.memory.set = false, nil
	if set, err := r.Fresh(t.Context()); err != nil || set.AccessToken.Reveal() != "fresh" {
		t.Errorf("Fresh: %v", err)
	}
}

func TestFailedLoginIsRecordedUnlessInterrupted(t *testing.T) {
	denied := &flow.ServerError{Op: "log in", Code: "access_denied"}
	for name, login := range map[string]func(*rig, context.Context) error{
		"token": func(r *rig, ctx context.Context) error { _, _, err := r.Token(ctx, Request{}); return err },
		"fresh": func(r *rig, ctx context.Context) error { _, err := r.Fresh(ctx); return err },
		"without a store": func(r *rig, ctx context.Context) error {
			r.memory.loadErr = &store.Error{Reason: store.NoBus}
			_, _, err := r.Token(ctx, Request{})
			return err
		},
	} {
		r := newRig(nil)
		var told []error
		r.Failed = func(err error) { told = append(told, err) }
		result := error(denied)
		ctx, cancel := context.WithCancel(t.Context())
		r.Login = func(context.Context) (token.Set, error) { return live("fresh"), result }
		if err := login(r, ctx); !errors.Is(err, denied) {
			t.Errorf("%s: %v", name, err)
		}
		result = nil
		if err := login(r, ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r.memory.set = nil
		r.Login = func(context.Context) (token.Set, error) { cancel(); return token.Set{}, context.Canceled }
		_ = login(r, ctx)
		if len(told) != 2 || !errors.Is(told[0], denied) || told[1] != nil {
			t.Errorf("%s: recorded %v", name, told)
		}
	}
}
