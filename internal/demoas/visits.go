package demoas

import (
	"sync"
	"time"
)

const (
	interactionLifetime = 10 * time.Minute
	sessionLifetime     = time.Hour
)

// interaction is one authorization request that waits for the person.
type interaction struct {
	request authorizationRequest
	browser digest // of the cookie that the browser got along with the page's address
	login   login  // the zero login until the person has signed in
}

// visits is what the server knows about browsers: what they are in the middle of, and who has signed in with them.
type visits struct {
	mu           sync.Mutex
	interactions table[*interaction] // by the id in the page's address
	sessions     table[login]        // by cookie
}

func newVisits(now func() time.Time) *visits {
	return &visits{interactions: newTable[*interaction](now), sessions: newTable[login](now)}
}

func (v *visits) begin(id string, it *interaction) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.interactions.put(id, it, interactionLifetime)
}

// interaction returns a copy, as it is now.
func (v *visits) interaction(id string) (interaction, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	it, ok := v.interactions.get(id)
	if !ok {
		return interaction{}, false
	}
	return *it, true
}

// end reports whether this call ended the interaction: a form that is sent twice yields one code.
func (v *visits) end(id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.interactions.get(id)
	v.interactions.remove(id)
	return ok
}

func (v *visits) signIn(id, cookie string, by login) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sessions.put(cookie, by, sessionLifetime)
	if it, ok := v.interactions.get(id); ok {
		it.login = by
	}
}

// signOut makes the interaction ask again. The session ends when another begins in its place.
func (v *visits) signOut(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if it, ok := v.interactions.get(id); ok {
		it.login = login{}
	}
}

func (v *visits) session(cookie string) (login, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.sessions.get(cookie)
}
