//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package secretservice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// limits are how long one call may take to be answered, and a person to answer a prompt.
type limits struct{ answer, write, prompt time.Duration }

var defaultLimits = limits{
	answer: 5 * time.Second,
	write:  30 * time.Second, // a sync to a busy disk
	prompt: 60 * time.Second,
}

// Client keeps items in the user's collection. Its methods may be called at the same time. Each ends with its context,
// and in time where the bus, the service or a person does not answer.
//
// A Client connects when it is first used and stays connected: KeePassXC asks a person about each connection.
type Client struct {
	service   string
	getenv    func(string) string
	mayPrompt bool
	limits    limits

	mu   sync.Mutex
	idle *bus // a connection that nobody uses; nil for none
}

// New returns a client for the items that one program keeps, which go-keyring calls a service. mayPrompt is whether a
// person may be asked to unlock them.
func New(service string, getenv func(string) string, mayPrompt bool) *Client {
	return &Client{service: service, getenv: getenv, mayPrompt: mayPrompt, limits: defaultLimits}
}

// Probe returns nil where the other methods would do, or could once the bus has started the service. It starts nothing
// and asks nobody.
func (c *Client) Probe(ctx context.Context) error { return c.with(ctx, (*session).probe) }

// Unlock makes sure that there is a collection to keep items in, and that it is open. It starts the service, and asks a
// person, where that is necessary.
func (c *Client) Unlock(ctx context.Context) error {
	return c.with(ctx, func(s *session) error {
		if _, err := s.findCollection(true); err != nil {
			return err
		}
		_, err := s.unlockCollection()
		return err
	})
}

// Get returns what the account's item holds.
func (c *Client) Get(ctx context.Context, account string) (value string, err error) {
	err = c.with(ctx, func(s *session) error {
		items, err := s.find(c.attributes(account))
		if err != nil {
			return err
		}
		return s.unlocking(items[0], func() error {
			value, err = s.get(items[0])
			return err
		})
	})
	return value, err
}

// Set creates or replaces the account's item.
func (c *Client) Set(ctx context.Context, account, value string) error {
	return c.with(ctx, func(s *session) error {
		if _, err := s.open(c.attributes(account)); err != nil {
			return err
		}
		label := fmt.Sprintf("Password for '%s' on '%s'", account, c.service) // go-keyring's
		return s.unlocking(s.collection, func() error { return s.create(label, c.attributes(account), value) })
	})
}

// Delete deletes the account's items. Another program may have made a second one.
func (c *Client) Delete(ctx context.Context, account string) error {
	return c.with(ctx, func(s *session) error {
		items, err := s.find(c.attributes(account))
		for _, item := range items {
			if err == nil {
				err = s.unlocking(item, func() error { return s.delete(item) })
			}
		}
		return err
	})
}

func (c *Client) attributes(account string) map[string]string {
	return map[string]string{"service": c.service, "username": account}
}

// with calls do with a session. An idle connection may have ended since it was used: do is then called again.
func (c *Client) with(ctx context.Context, do func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	if idle != nil {
		err := c.over(ctx, idle, do)
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Kind != NoBus {
			return err
		}
	}
	b, err := connect(ctx, c.getenv)
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	return c.over(ctx, b, do)
}

// over calls do with a session over b, and keeps b where it can be used again.
func (c *Client) over(ctx context.Context, b *bus, do func(*session) error) error {
	stop := context.AfterFunc(ctx, b.close)
	err := explain(do(newSession(ctx, c, b)))
	if !stop() || b.broken != nil {
		b.close()
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.idle != nil {
		c.idle.close()
	}
	c.idle = b
	return err
}
