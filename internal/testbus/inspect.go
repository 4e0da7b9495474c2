package testbus

import (
	"context"
	"maps"
	"slices"
)

// Item is an item of the collection.
type Item struct {
	Attributes map[string]string
	Label      string // which anyone may read who can see the collection, locked or not
	Secret     string
}

// Items returns all that is stored, the oldest first, locked or not.
func (b *Bus) Items() []Item {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Item
	for _, i := range b.service.secrets.items {
		all = append(all, Item{maps.Clone(i.attributes), i.label, string(i.value)})
	}
	return all
}

// Put stores i, in place of an item with the same attributes where there is one. It heeds no fault.
func (b *Bus) Put(i Item) {
	b.set(func() {
		b.service.secrets.put(stored{attributes: maps.Clone(i.Attributes), label: i.Label, value: []byte(i.Secret)}, true)
	})
}

// Calls returns the method calls that came from all clients so far, answered or not, in the order they came, each as
// interface.Member: org.freedesktop.DBus.Hello is the first of each connection. Each but Hello is a round trip of a
// client that waits for its answers.
func (b *Bus) Calls() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// CallsTo counts the calls to one method, given as interface.Member.
func (b *Bus) CallsTo(method string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.callsTo(method)
}

func (b *Bus) callsTo(method string) int {
	n := 0
	for _, m := range b.calls {
		if m == method {
			n++
		}
	}
	return n
}

// AwaitCalls waits until n calls have come to a method, answered or not. It returns the cause where ctx ends first.
func (b *Bus) AwaitCalls(ctx context.Context, method string, n int) error {
	stop := context.AfterFunc(ctx, func() { b.set(func() {}) })
	defer stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.callsTo(method) < n {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b.changed.Wait()
	}
	return nil
}

// Connections counts the connections made so far.
func (b *Bus) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clients
}
