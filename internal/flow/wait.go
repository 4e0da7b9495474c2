package flow

import (
	"context"
	"fmt"
	"net/url"
	"sync"

	"github.com/oauthget/oauthget/internal/loopback"
)

// wait returns the authorization response, whether the browser brought it or the person did: in a remote session the
// browser ends at an address that only this machine can reach, and the person sees it.
func (c *Client) wait(ctx context.Context, listener *loopback.Listener) (url.Values, error) {
	var pasting sync.WaitGroup
	defer pasting.Wait() // after the wait has ended: the terminal is then as it was
	ctx, cancel := context.WithTimeoutCause(ctx, c.Patience, ErrPatience)
	defer cancel()
	if c.Paste != nil {
		pasting.Go(func() { c.Paste(ctx, listener.Deliver) })
	}
	response, err := listener.Wait(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for the browser: %w", err)
	}
	return response, nil
}
