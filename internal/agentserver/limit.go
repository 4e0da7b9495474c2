package agentserver

import (
	"fmt"
	"sync"
	"time"
)

// limit limits how often clients can have something done for a profile.
type limit struct {
	mu   sync.Mutex
	last map[string][]time.Time
}

const (
	maxRenewals    = 6
	renewalsWithin = time.Minute
)

// errTooOften is returned if a client has a token obtained anew, or a login begin, without end.
var errTooOften = fmt.Errorf("a token was obtained anew, or a login begun, %d times in the last minute", maxRenewals)

// take counts one more for a profile. It is errTooOften if there may not be one now.
func (r *limit) take(profile string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, times := range r.last {
		for len(times) > 0 && now.Sub(times[0]) >= renewalsWithin {
			times = times[1:]
		}
		if r.last[name] = times; len(times) == 0 {
			delete(r.last, name)
		}
	}
	if len(r.last[profile]) >= maxRenewals {
		return errTooOften
	}
	if r.last == nil {
		r.last = map[string][]time.Time{}
	}
	r.last[profile] = append(r.last[profile], now)
	return nil
}
