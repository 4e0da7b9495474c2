package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/oauthget/oauthget/internal/curl"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// curlRun is curl with a token, until an answer is taken.
type curlRun struct {
	*session
	attempt curl.Attempt
	set     token.Set
	stale   bool // the token was stored, and has not been replaced yet
	nonce   nonce
}

// runCurl runs curl with a token, and once more with another where the first was refused.
func (s *session) runCurl(ctx context.Context, attempt curl.Attempt, request tokensource.Request) error {
	set, stored, err := s.obtain(ctx, request)
	if err != nil {
		return err
	}
	if option := attempt.Command.Discloses(); option != "" {
		s.warn("curl's %s shows the token", option)
	}
	attempt.Env = s.childEnviron()
	attempt.Stdin, attempt.Stdout, attempt.Stderr, attempt.Terminal = s.stdin, s.stdout, s.stderr, term.Is(s.stdout)
	r := &curlRun{session: s, attempt: attempt, set: set, stale: stored}
	for {
		result, err := r.once(ctx)
		if err != nil || !result.Refused {
			return exit(result.Status, err)
		}
	}
}

func (r *curlRun) once(ctx context.Context) (result curl.Result, err error) {
	if r.attempt.Header, err = r.header(); err != nil {
		return result, fmt.Errorf("run curl: %w", err)
	}
	r.attempt.Refused = nil
	if r.stale || r.mayGetNonce() {
		r.attempt.Refused = func(answer http.Header) bool {
			return r.takeNonce(answer) || r.stale && r.renew(ctx)
		}
	}
	return r.attempt.Run()
}

// renew puts another token in the place of the one that was refused.
func (r *curlRun) renew(ctx context.Context) bool {
	r.stale = false
	fresh, err := r.another(ctx, r.set.AccessToken)
	if err != nil {
		r.warn("the answer is 401, and there is no other token: %v", err)
		return false
	}
	r.step("the answer is 401; asking again with another token")
	r.set = fresh
	return true
}

// header is the part of a curl config that bears the token, and for a bound one what it is bound to: the client's
// certificate, or a key's proof.
func (r *curlRun) header() (string, error) {
	format, err := output.Parse("curl")
	if err != nil {
		return "", err
	}
	text, err := format.Render(r.set, r.now())
	if files := r.profile.TLS; files.CertificateFile != "" {
		// RFC 8705 §3: a token that is bound to the certificate is good for whoever holds that. The user's own --cert comes
		// later, and counts.
		text += output.CurlOption("cert", files.CertificateFile) + output.CurlOption("key", files.KeyFile)
	}
	if err != nil || !dpop.Bound(r.set) {
		return text, err
	}
	proof, err := r.proof()
	return text + proof, err
}
