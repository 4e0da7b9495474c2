package demoas

import (
	"sync"
	"time"
)

const (
	interactionLifetime = 10 * time.Minute
	sessionLifetime     = time.Hour
)

// interaction is an authorization request that waits for the person.
type interaction struct {
	request AuthorizationRequest
	browser digest // of the cookie that the browser was given
	login   Login  // zero until the person has signed in
}

// visits are the interactions that are under way, and the sessions of browsers.
type visits struct {
	mu           sync.Mutex
	interactions Table[*interaction] // by the id in the page's path
	sessions     Table[Login]        // by cookie
}

func newVisits(now func() time.Time) *visits {
	return &visits{interactions: NewTable[*interaction](now), sessions: NewTable[Login](now)}
}

func (v *visits) begin(id string, it *interaction) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.interactions.Put(id, it, interactionLifetime)
}

// interaction returns a copy, as it is now.
func (v *visits) interaction(id string) (interaction, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	it, ok := v.interactions.Get(id)
	if !ok {
		return interaction{}, false
	}
	return *it, true
}

// end ends the interaction, and reports whether it was there: a form that is sent twice yields one code.
func (v *visits) end(id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.interactions.Get(id)
	v.interactions.Remove(id)
	return ok
}

func (v *visits) signIn(id, cookie string, by Login) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sessions.Put(cookie, by, sessionLifetime)
	if it, ok := v.interactions.Get(id); ok {
		it.login = by
	}
}

// signOut makes the interaction ask for a login again. The session ends when another replaces it.
func (v *visits) signOut(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if it, ok := v.interactions.Get(id); ok {
		it.login = Login{}
	}
}

func (v *visits) session(cookie string) (Login, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.sessions.Get(cookie)
}
