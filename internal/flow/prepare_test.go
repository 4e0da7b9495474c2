package flow

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestKeysAreThereBeforeTheRedirect(t *testing.T) {
	r := newRig(t, testas.Config{})
	keys := r.Keys
	asked := make(chan struct{}, 10)
	r.Keys = func(ctx context.Context, fresh bool) ([]byte, error) {
		asked <- struct{}{}
		return keys(ctx, fresh)
	}
	r.Open = func(ctx context.Context, request AuthorizationRequest) {
		go func() {
			<-asked // the person acts when the keys are on their way
			visit(ctx, request)
		}()
	}
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.server.Requests(demoas.EndpointJWKS); got != 1 {
		t.Errorf("%d requests for the keys", got)
	}
	if got := r.server.Requests(demoas.EndpointToken); got != 1 {
		t.Errorf("%d token requests", got)
	}
}

func TestKeysAreLeftAloneWhereNoIDTokenIsAskedFor(t *testing.T) {
	r := newRig(t, testas.Config{})
	r.Profile.Scopes = []string{"offline_access"}
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.server.Requests(demoas.EndpointJWKS); got != 0 {
		t.Errorf("%d requests for the keys", got)
	}
}

func TestKeysThatFailedAheadAreAskedForAnew(t *testing.T) {
	calls := 0
	keys := keysAhead(t.Context(), func(_ context.Context, fresh bool) ([]byte, error) {
		calls++
		if calls == 1 {
			return nil, errors.New("the network is not up yet")
		}
		return []byte("keys"), nil
	})
	if document, err := keys(t.Context(), false); err != nil || string(document) != "keys" {
		t.Errorf("%s, %v", document, err)
	}
}

func TestKeysAheadGiveWayToFreshOnes(t *testing.T) {
	keys := keysAhead(t.Context(), func(_ context.Context, fresh bool) ([]byte, error) {
		if fresh {
			return []byte("fresh"), nil
		}
		return []byte("ahead"), nil
	})
	for fresh, want := range map[bool]string{false: "ahead", true: "fresh"} {
		if document, err := keys(t.Context(), fresh); err != nil || string(document) != want {
			t.Errorf("fresh %v: %s, %v", fresh, document, err)
		}
	}
}

// A wait for the keys ends with the caller's context, also where whoever fetches them does not.
func TestKeysAheadAreNotWaitedForInVain(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	keys := keysAhead(t.Context(), func(ctx context.Context, _ bool) ([]byte, error) {
		if ctx.Err() == nil {
			<-hang
		}
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := keys(ctx, false); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAllThatFollowsTheRedirectIsBoundedAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := `{"access_token":"canary-a","token_type":"Bearer","id_token":"` + signed(t, signingKey, person("email", "ada@example.com")) + `"}`
		r, _ := newScripted(config.Profile{Scopes: []string{"openid"}}, says(200, body))
		r.Server.Issuer, r.Server.JWKSURI = "https://as.example", "https://as.example/jwks"
		r.Keys = func(ctx context.Context, _ bool) ([]byte, error) { // as the HTTP client does, whose limit is its own
			ctx, cancel := context.WithTimeout(ctx, endpoint.Timeout)
			defer cancel()
			<-ctx.Done()
			return nil, untrusted.Network(ctx, ctx.Err())
		}
		prepared, done := r.prepare(t.Context())
		defer done()
		time.Sleep(10 * time.Second) // the user signs in
		began := time.Now()
		_, err := prepared.finish(t.Context(), login{}, url.Values{"code": {"canary-c"}})
		if _, ok := errors.AsType[*untrusted.NetworkError](err); !ok || !strings.Contains(err.Error(), "timed out") {
			t.Errorf("%v", err)
		}
		if took := time.Since(began); took > endpoint.Timeout {
			t.Errorf("the browser waits for %v", took)
		}
	})
}
