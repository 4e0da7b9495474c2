package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/oauthget/oauthget/internal/curl"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// curlRun is curl with a token, until an answer is taken.
type curlRun struct {
	*app
	session *session.Session
	attempt curl.Attempt
	set     token.Set
	stale   bool // the token was stored, and has not been replaced yet
	nonce   nonce
}

// runCurl runs curl with a token, and once more with another where the first was refused.
func (a *app) runCurl(ctx context.Context, s *session.Session, attempt curl.Attempt, request tokensource.Request) error {
	set, fresh, err := s.AccessToken(ctx, request)
	if err != nil {
		return err
	}
	if option := attempt.Command.Discloses(); option != "" {
		a.Warn("curl's %s shows the token", option)
	}
	attempt.Env = s.Environ()
	attempt.Stdin, attempt.Stdout, attempt.Stderr, attempt.Terminal = a.stdin, a.stdout, a.stderr, term.Is(a.stdout)
	r := &curlRun{app: a, session: s, attempt: attempt, set: set, stale: !fresh}
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
	fresh, err := r.session.ReplaceRefused(ctx, r.set.AccessToken)
	if err != nil {
		r.Warn("the answer is 401, and there is no other token: %v", err)
		return false
	}
	r.Step("the answer is 401; asking again with another token")
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
	if files := r.session.Profile.TLS; files.CertificateFile != "" {
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
