package agentserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const (
	// maxFlights bounds the looks into stores that are under way, and maxFlightsPerProcess those that one process began.
	maxFlights           = 128
	maxFlightsPerProcess = 16
	// maxTold bounds what is kept of a flight's progress, in lines.
	maxTold = 100
)

// errBusy is returned if a client asks for too much at once.
var errBusy = errors.New("too many different requests wait for an answer")

// flightKey is what makes two requests the same.
type flightKey struct {
	agent.Name
	minTTL, timeout, afterFailure time.Duration
	force, idToken, noInput, post bool
	refused                       [32]byte
	refusedAt                     time.Time
}

// flight is one look into the store, with the refresh or the login that it may take. All who ask for the same meanwhile share it. It
// ends when nobody waits any more.
type flight struct {
	cancel  context.CancelCauseFunc
	waiting int // guarded by flights.mu

	mu      sync.Mutex
	told    []agent.Line
	changed chan struct{} // closed and replaced when told grows
	done    chan struct{} // closed when the result is there
	result  agent.Token
	err     error
}

// flights are those under way.
type flights struct {
	base    context.Context // of the agent, and not of a client, which may go while others wait
	running sync.WaitGroup

	mu         sync.Mutex
	inProgress map[flightKey]*flight
	begunBy    map[int]int // by process
}

// join returns the flight for key, which begin begins if there is none. leave must be called.
func (f *flights) join(key flightKey, process int, begin func(context.Context, *flight)) (joined *flight, leave func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	there := f.inProgress[key]
	if there == nil {
		if len(f.inProgress) >= maxFlights || f.begunBy[process] >= maxFlightsPerProcess {
			return nil, nil, errBusy
		}
		if f.base.Err() != nil {
			return nil, nil, context.Cause(f.base)
		}
		ctx, cancel := context.WithCancelCause(f.base)
		there = &flight{cancel: cancel, changed: make(chan struct{}), done: make(chan struct{})}
		f.inProgress[key] = there
		f.begunBy[process]++
		f.running.Go(func() {
			begin(ctx, there)
			f.end(key, there, process)
			cancel(nil)
			close(there.done)
		})
	}
	there.waiting++
	return there, func() { f.leave(key, there) }, nil
}

func (f *flights) end(key flightKey, done *flight, process int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.inProgress[key] == done {
		delete(f.inProgress, key)
	}
	if f.begunBy[process]--; f.begunBy[process] == 0 {
		delete(f.begunBy, process)
	}
}

// errNobodyWaits ends a flight whose clients have all gone.
var errNobodyWaits = errors.New("nobody waits for the token any more")

func (f *flights) leave(key flightKey, left *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if left.waiting--; left.waiting > 0 {
		return
	}
	if f.inProgress[key] == left {
		delete(f.inProgress, key) // who comes now begins another
	}
	left.cancel(errNobodyWaits)
}

// tell shows a line to all who wait.
func (f *flight) tell(line agent.Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.told) == maxTold {
		return
	}
	f.told = append(f.told, line)
	close(f.changed)
	f.changed = make(chan struct{})
}

// since returns the lines after the first n, and what is closed when there are more.
func (f *flight) since(n int) ([]agent.Line, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.told[n:], f.changed
}

// look obtains the token for a flight. who says which client began it.
func (s *Server) look(ctx context.Context, f *flight, key flightKey, refused token.Secret, who string) {
	f.result, f.err = s.obtain(ctx, f, key, refused, who)
	if cause := context.Cause(ctx); cause != nil && f.err != nil {
		f.err = cause
	}
}

func (s *Server) obtain(ctx context.Context, f *flight, key flightKey, refused token.Secret, who string) (agent.Token, error) {
	ctx, o := s.forClient(ctx, key.noInput)
	if key.timeout > 0 {
		o.Timeout = min(o.Timeout, key.timeout)
	}
	o.Console = &relay{Console: o.Console, server: s, flight: f, who: who}
	// What a client can have done at any time is limited. That a token has expired is not its doing.
	anew := key.force || !refused.Empty() || !key.refusedAt.IsZero() || key.minTTL > tokensource.DefaultMinTTL
	o.Renewing = func(opened *session.Session, login bool) error {
		switch label := labelOf(opened); {
		case login:
			return s.logins.take(label, o.Now())
		case anew:
			return s.renewals.take(label, o.Now())
		}
		return nil
	}
	opened, err := s.open(ctx, o, key.Name)
	if err != nil {
		return agent.Token{}, err
	}
	opened.Posts = key.post
	set, fresh, err := opened.AccessToken(ctx, tokensource.Request{
		MinTTL: key.minTTL, Force: key.force, Refused: refused, RefusedAt: key.refusedAt, IDToken: key.idToken, AfterFailure: key.afterFailure,
	})
	if err != nil {
		return agent.Token{}, err
	}
	if fresh {
		if err := opened.KeepInMemory(ctx, set); err != nil {
			return agent.Token{}, err
		}
	}
	answer := agent.NewToken(set, key.idToken)
	answer.Resource, answer.Fresh = opened.API(), fresh
	return answer, nil
}

// labelOf names what a session is for.
func labelOf(s *session.Session) string {
	if s.Profile.Name == "" {
		return s.API()
	}
	return s.Profile.Name
}
