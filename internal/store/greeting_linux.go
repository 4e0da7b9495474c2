package store

import (
	"context"
	"sync/atomic"
	"time"
)

// Greeting is a first word to the keychain, said before it is known what to ask of it: what it takes to get to know each
// other passes while the command reads its flags and its profile. Its first read goes on from there.
type Greeting struct{ begun atomic.Pointer[exchange] }

// Greet greets the keychain that a [Keychain] would use. It waits for no answer, starts no service, asks nobody
// anything, and it does not matter whether anyone is there. The result goes into KeychainOptions; nil is no greeting.
func Greet(ctx context.Context, getenv func(string) string) *Greeting {
	g := new(Greeting)
	g.begun.Store(greet(ctx, secretService{getenv: getenv}.busAddress(), time.Now()))
	return g
}

// take returns what was begun, once, or nil.
func (g *Greeting) take() *exchange {
	if g == nil {
		return nil
	}
	return g.begun.Swap(nil)
}
