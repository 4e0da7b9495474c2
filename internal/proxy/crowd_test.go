package proxy_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/proxy"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// TestThousandRequestsOverAnExpiryMakeOneRefresh has the authorization server count: what asks is a proxy with everything
// below it that the program has.
func TestThousandRequestsOverAnExpiryMakeOneRefresh(t *testing.T) {
	for name, c := range map[string]struct {
		features testas.Features
		left     time.Duration // of the first token's life
		want     int           // token requests
	}{
		"Bearer, expired": {testas.Features{}, 0, 1},
		// Replaced beside the first requests, and waited for by the later ones.
		"Bearer, about to expire": {testas.Features{}, 8 * time.Second, 1},
		// One refresh: the server answers its first request with a nonce.
		"DPoP with nonces, expired": {testas.Features{RequireDPoPNonce: true}, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := testas.Start(t.Context(), "", testas.Config{AutoApprove: true, Prefix: "canary-", Features: c.features})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Close() })
			base := serve(t, server, c.left)
			before := server.Requests(demoas.EndpointToken)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200, MaxConnsPerHost: 200}}
			defer client.CloseIdleConnections()
			var failed atomic.Int32
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					resp, err := client.Get(base)
					if err != nil {
						failed.Add(1)
						return
					}
					defer resp.Body.Close()
					if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
						failed.Add(1)
					}
				})
			}
			all.Wait()
			if got := server.Requests(demoas.EndpointToken) - before; got != c.want || failed.Load() != 0 {
				t.Errorf("%d token requests, %d requests failed", got, failed.Load())
			}
		})
	}
}

// serve runs a proxy for the server's API with a token that has so much left to live, and returns its address.
func serve(t *testing.T, server *testas.Running, left time.Duration) string {
	t.Helper()
	f := newClient(t, server)
	set, err := f.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.Obtained, set.Expiry = time.Now().Add(left-time.Hour), time.Now().Add(left)
	source := &tokensource.Source{
		Store: store.NewMemory(set), Key: "k", Now: time.Now, Refresh: f.Refresh,
		Lock:         func(context.Context) (func(), error) { return func() {}, nil },
		WaitUnlocked: func(context.Context) (bool, error) { return false, nil },
		Record:       func() error { return nil },
		MakeRoom:     func(token.Set) (func(), error) { return func() {}, nil },
		Warn:         func(operation string, err error) { t.Errorf("%s: %v", operation, err) },
	}
	upstream, err := url.Parse(server.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := proxy.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	p := proxy.New(ctx, proxy.Options{
		Upstream: upstream, Hosts: listener.Hosts, Set: set, MinTTL: 30 * time.Second, Now: time.Now,
		Token: func(ctx context.Context, want proxy.Want) (token.Set, error) {
			set, _, err := source.Token(ctx, tokensource.Request{MinTTL: want.MinTTL, Refused: want.Refused})
			return set, err
		},
		Advise: error.Error,
	})
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, listener) }()
	t.Cleanup(func() {
		end()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.URL("")
}

func newClient(t *testing.T, server *testas.Running) *flow.Client {
	t.Helper()
	transport := endpoint.NewClient(endpoint.Options{UserAgent: "test"})
	docs := discovery.Client{HTTP: transport}
	metadata, err := docs.Fetch(t.Context(), server.Issuer(), true)
	if err != nil {
		t.Fatal(err)
	}
	return &flow.Client{
		Profile: config.Profile{
			Issuer: server.Issuer(), ClientID: "demo", RedirectURI: config.DefaultRedirectURI, PKCE: true, DPoP: len(metadata.DPoPSigningAlgValuesSupported) > 0,
			Scopes: []string{"offline_access", "orders:read"},
		},
		Server: metadata, HTTP: transport, Auth: clientauth.Client{ID: "demo", Method: clientauth.None}, Patience: 10 * time.Second, Now: time.Now,
		Keys: func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, metadata.JWKSURI, fresh) },
		Open: func(_ context.Context, r flow.AuthorizationRequest) {
			go func() {
				if resp, err := http.Get(r.URL.String()); err == nil {
					resp.Body.Close()
				}
			}()
		},
		Observe: func(flow.Event) {}, Warn: func(string) {},
	}
}
