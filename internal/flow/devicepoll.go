package flow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/config"
)

const (
	// slowDown: "the interval MUST be increased by 5 seconds for this and all subsequent requests" (RFC 8628 §3.5).
	slowDown = 5 * time.Second
	// mostInterval limits the interval while the server cannot be reached.
	mostInterval = time.Minute
)

// awaitDecision polls the token endpoint until the user has decided, the code has expired, or Patience ends. It lets a
// pending request finish: it may bring the token.
func (c *Client) awaitDecision(ctx context.Context, d device) (*tokenReply, error) {
	patient, cancel := context.WithTimeoutCause(ctx, c.Patience, ErrPatience)
	defer cancel()
	if !d.Expires.IsZero() {
		var end context.CancelFunc
		patient, end = context.WithTimeoutCause(patient, d.Expires.Sub(c.Now()), ErrCodeExpired)
		defer end()
	}
	var last error // of a poll without an answer
	for wait := d.interval; ; {
		if err := pause(patient, wait); err != nil {
			if last != nil && ctx.Err() == nil {
				return nil, last // not the user's fault
			}
			return nil, fmt.Errorf("wait for the code to be entered: %w", err)
		}
		answer, err := c.poll(ctx, d)
		unanswered := err != nil && hadNoAnswer(err)
		last = nil
		switch {
		case err == nil:
			return answer, nil
		case ctx.Err() != nil:
			return nil, fmt.Errorf("wait for the code to be entered: %w", context.Cause(ctx))
		case unanswered:
			// RFC 8628 §3.5: "On encountering a connection timeout, clients MUST unilaterally reduce their polling frequency
			// before retrying. The use of an exponential backoff algorithm to achieve this, such as doubling the polling
			// interval on each such connection timeout, is RECOMMENDED."
			last, wait = err, max(d.interval, min(2*wait, mostInterval))
		case codeOf(err) == "authorization_pending":
			wait = d.interval
		case codeOf(err) == "slow_down":
			d.interval += slowDown
			wait = d.interval
		case codeOf(err) == "expired_token":
			return nil, fmt.Errorf("wait for the code to be entered: %w", ErrCodeExpired)
		default:
			// RFC 8628 §3.5: "If the client receives an error response with any other error code, it MUST stop polling".
			return nil, err
		}
	}
}

func (c *Client) poll(ctx context.Context, d device) (*tokenReply, error) {
	params := url.Values{"grant_type": {config.GrantType(config.GrantDeviceCode)}, "device_code": {d.code.Reveal()}, "client_id": {c.Auth.ID}}
	if d.verifier != "" {
		params.Set("code_verifier", d.verifier)
	}
	return c.requestGrant(ctx, "redeem device code", params, d.key)
}

// hadNoAnswer reports whether the server's decision is unknown: it was not reached, or a gateway answered for it.
func hadNoAnswer(err error) bool {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return isNetwork(err)
	}
	return e.Code == "" && (e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests)
}

// pause waits for d. Its error is the cause of ctx's end.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
