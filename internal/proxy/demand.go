package proxy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/resend"
	"github.com/oauthget/oauthget/internal/token"
)

// demand is an answer of the upstream that a refresh does not change: another token may need a login.
type demand struct {
	status int
	header http.Header
	// text tells demands apart: what the challenge asks for.
	text string
	more bool // than the token allows, and not just another token
}

// demandOf returns what an answer demands; false if no token would change it.
func demandOf(resp *http.Response) (demand, bool) {
	d := demand{status: resp.StatusCode, header: resp.Header}
	c := challenge.ForToken(resp.Header)
	switch reason := c.Params["error"]; {
	// RFC 6750 §3.1: "The request requires higher privileges than provided by the access token."
	case resp.StatusCode == http.StatusForbidden && reason == "insufficient_scope", resp.StatusCode == http.StatusUnauthorized && reason == insufficientAuthentication:
		d.more, d.text = true, strings.Join([]string{reason, c.Params["scope"], c.Params["acr_values"], c.Params["max_age"]}, "\n")
		return d, true
	}
	return d, refusesToken(resp)
}

// meet sends a request again, with a token that meets the demand in resp, as long as another one is to be had. The request leads to
// one login for more at most.
func (b *bearer) meet(req *http.Request, c credential, resp *http.Response) (*http.Response, error) {
	asked := map[bool]bool{} // by demand.more
	for range maxMet {
		d, ok := demandOf(resp)
		if !ok || b.tokens.answer == nil {
			return resp, nil
		}
		again, ok := resend.Again(req)
		if !ok {
			b.tokens.meetLater(c, d)
			return resp, nil
		}
		next, ok := b.tokens.meet(req.Context(), c, d, asked)
		if !ok {
			return resp, nil
		}
		resend.Discard(resp.Body)
		c = next
		var err error
		if resp, err = b.send(again, c); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

// maxMet is how often a request is sent again because of a demand: other requests' demands may have been met before its own.
const maxMet = 4

// met is what came of a demand: the token that met it, or that did not.
type met struct {
	token token.Secret
	at    time.Time
}

// meet returns a token that meets the demand, and whether there is one. Requests share what one of them obtains, and how that failed.
func (t *tokens) meet(ctx context.Context, refused credential, d demand, asked map[bool]bool) (credential, bool) {
	for {
		t.mu.Lock()
		if !t.current.set.AccessToken.Equal(refused.set.AccessToken) && t.current.set.Live(t.now(), 0) {
			defer t.mu.Unlock()
			return t.current, true
		}
		f := t.flight
		own := f == nil
		if own {
			if asked[d.more] {
				t.mu.Unlock()
				return credential{}, false
			}
			asked[d.more] = true
			f = t.beginToMeet(refused, d)
		}
		t.mu.Unlock()
		if f == nil {
			return credential{}, false
		}
		next, err := f.wait(ctx)
		if own || ctx.Err() != nil {
			return next, err == nil && !next.set.AccessToken.Equal(refused.set.AccessToken)
		}
	}
}

// meetLater begins to meet the demand for the next request.
func (t *tokens) meetLater(refused credential, d demand) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight == nil && t.current.set.AccessToken.Equal(refused.set.AccessToken) {
		t.beginToMeet(refused, d)
	}
}

// beginToMeet returns a new flight; nil if the same demand has led to nothing, or to the refused token, a short while ago. t.mu is
// held.
func (t *tokens) beginToMeet(refused credential, d demand) *flight {
	if before, ok := t.demands[d.text]; t.ended || ok && before.token.Equal(refused.set.AccessToken) && t.now().Sub(before.at) < replaceInterval {
		return nil
	}
	obtain := func(ctx context.Context) (token.Set, error) { return t.answer(ctx, refused.set, d.status, d.header) }
	return t.depart(obtain, func(f *flight) {
		if len(t.demands) >= maxDemands {
			clear(t.demands)
		}
		of := f.got
		switch {
		case f.err != nil && t.nobody != nil && errors.Is(f.err, t.nobody):
			return // nobody was asked, and another process may get what is demanded
		case f.err != nil:
			of = refused
		}
		t.demands[d.text] = met{of.set.AccessToken, t.now()}
	})
}

// maxDemands bounds what is remembered of demands, whose texts are the upstream's.
const maxDemands = 16
