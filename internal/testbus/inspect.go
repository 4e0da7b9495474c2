package testbus

import (
	"context"
	"maps"
	"slices"
)

// Item is an item of the collection.
type Item struct {
	Attributes map[string]string
	Label      string // readable even if the collection is locked
	Secret     string
}

// Items returns all items, the oldest first, even if the collection is locked.
func (b *Bus) Items() []Item {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Item
	for _, i := range b.service.secrets.items {
		all = append(all, Item{maps.Clone(i.attributes), i.label, string(i.value)})
	}
	return all
}

// Put stores i, and replaces an item with the same attributes. No fault applies to it.
func (b *Bus) Put(i Item) {
	b.set(func() {
		b.service.secrets.put(stored{attributes: maps.Clone(i.Attributes), label: i.Label, value: []byte(i.Secret)}, true)
	})
}

// Calls returns the method calls of all clients so far, answered or not, in the order of their arrival, each as
// interface.Member. org.freedesktop.DBus.Hello is the first of each connection. Each but Hello is a round trip of a client that
// waits for its answers.
func (b *Bus) Calls() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// CallsTo returns the number of calls to one method, given as interface.Member.
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

// AwaitCalls waits for n calls to a method, answered or not. It returns the cause if ctx ends first.
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

// Connections returns the number of connections so far.
func (b *Bus) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clients
}
