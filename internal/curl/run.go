package curl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/token"
)

// Run runs curl with a token. It repeats the request with another token if the first was refused, and with a nonce if the API asks
// for one in the proof.
type Run struct {
	Attempt Attempt // without Header and Refused
	Set     token.Set
	Provers dpop.Provers
	// Replace obtains a token in place of one that a 401 or 403 has refused, or fails. It is called as long as it succeeds; with
	// ErrAccepted the answer is passed on without a word.
	Replace func(ctx context.Context, refused token.Set, status int, header http.Header) (token.Set, error)
	// ErrAccepted is the error of Replace by which it accepts the answer. Fails reports the errors that end the run.
	ErrAccepted error
	Fails       func(error) bool
	// CertificateFile and KeyFile are the client's certificate, if any. RFC 8705 §3: a token that is bound to a certificate is only
	// accepted with it.
	CertificateFile, KeyFile string

	Now  func() time.Time
	Warn func(format string, args ...any) // warns the user
	Step func(format string, args ...any) // reports a step

	apiNonce   string // the latest that the API sent
	nonceAsked bool   // by the API; asked for once only
	failed     error  // of Replace, which ends the run
}

// Do runs curl until an answer is accepted. The error is a [child.ExitError] if curl's status is not 0, and a [child.Error] if curl
// could not be run.
func (r *Run) Do(ctx context.Context) (err error) {
	if option := r.Attempt.Command.discloses(); option != "" {
		r.Warn("curl's %s prints the token", option)
	}
	for {
		if r.Attempt.Header, err = r.header(); err != nil {
			return fmt.Errorf("run curl: %w", err)
		}
		r.Attempt.Refused = nil
		if r.Replace != nil || r.mayGetNonce() {
			r.Attempt.Refused = func(status int, answer http.Header) bool {
				return status == http.StatusUnauthorized && r.takeNonce(answer) || r.renew(ctx, status, answer)
			}
		}
		result, err := r.Attempt.Run()
		if err != nil {
			return err
		}
		switch {
		case r.failed != nil:
			return r.failed
		case !result.Refused:
			return result.Status.Err()
		}
	}
}

// renew replaces a refused token.
func (r *Run) renew(ctx context.Context, status int, answer http.Header) bool {
	if r.Replace == nil {
		return false
	}
	other, err := r.Replace(ctx, r.Set, status, answer)
	if err == nil && other.AccessToken.Equal(r.Set.AccessToken) {
		err = errors.New("the server gave the same token again")
	}
	switch {
	case errors.Is(err, r.ErrAccepted):
		return false
	case err != nil:
		if r.Fails != nil && r.Fails(err) {
			r.failed = err
			return true // nothing of the answer is shown
		}
		r.Warn("the answer is %d, and there is no other token: %v", status, err)
		r.Replace = nil
		return false
	}
	r.Step("the answer is %d; asking again with another token", status)
	r.Set = other
	return true
}

// header returns the part of a curl config with the token and, for a bound one, what it is bound to: the client's certificate or
// a proof.
func (r *Run) header() (string, error) {
	format, err := output.Parse("curl")
	if err != nil {
		return "", err
	}
	text, err := format.Render(r.Set, r.Now())
	if r.CertificateFile != "" {
		// A --cert of the user comes later and takes precedence.
		text += output.CurlOption("cert", r.CertificateFile) + output.CurlOption("key", r.KeyFile)
	}
	if err != nil || !dpop.Bound(r.Set) {
		return text, err
	}
	proof, err := r.proof()
	return text + proof, err
}

// proof returns the line of a curl config with the proof for the request (RFC 9449 §7).
func (r *Run) proof() (string, error) {
	u, err := r.Attempt.Command.target()
	if err != nil {
		return "", &hint.UsageError{Err: err}
	}
	prove, err := r.Provers.Of(r.Set)
	if err != nil {
		return "", err
	}
	proof, err := prove(dpop.Request{
		Method: r.Attempt.Command.Method(), URL: u, AccessToken: r.Set.AccessToken, Nonce: r.apiNonce, Time: r.Now(),
	})
	if err != nil {
		return "", fmt.Errorf("sign request: %w", err)
	}
	return output.CurlOption("header", dpop.Header+": "+proof.Reveal()), nil
}

func (r *Run) mayGetNonce() bool { return dpop.Bound(r.Set) && !r.nonceAsked }

// takeNonce reports whether the answer asks for a nonce that it contains: "the client MUST use the new nonce value" (RFC 9449 §8.2),
// with the same token.
func (r *Run) takeNonce(answer http.Header) bool {
	if !r.mayGetNonce() || !dpop.AsksForNonce(&http.Response{StatusCode: http.StatusUnauthorized, Header: answer}) {
		return false
	}
	u, err := r.Attempt.Command.target()
	if err != nil {
		return false
	}
	provided := new(dpop.Nonces).Keep(u, answer)
	if provided == "" || provided == r.apiNonce {
		return false
	}
	r.apiNonce, r.nonceAsked = provided, true
	r.Step("the answer asks for a nonce in the proof; asking again with it")
	return true
}
