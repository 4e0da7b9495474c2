package flow

import (
	"context"
	"fmt"
	"net/url"
	"sync"

	"github.com/oauthget/oauthget/internal/loopback"
)

// wait returns the authorization response from the browser, or from the user: in a remote session the browser cannot
// reach the redirect URI, and the user pastes its address.
func (c *Client) wait(ctx context.Context, listener *loopback.Listener) (url.Values, error) {
	var pasting sync.WaitGroup
	defer pasting.Wait() // the terminal is restored when this returns
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
