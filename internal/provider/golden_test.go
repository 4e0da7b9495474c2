package provider_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/testnet"
	"github.com/oauthget/oauthget/internal/tokensource"
)

var update = flag.Bool("update", false, "write the golden files")

// fake is the provider under test. There is one network for all tests, since package net/http reads $HTTPS_PROXY once.
var (
	fake    fakeProvider
	network = sync.OnceValues(func() (*testnet.Net, error) { return testnet.Start(&fake) })
)

// TestRequests compares the requests that each preset leads to, in a login and a refresh, with testdata/NAME.golden.
//
//	go test ./internal/provider -run TestRequests/NAME -update
//
// The client is the program's own, and the provider is a stand-in at the provider's addresses. What a test can know of the
// answer, such as where its members stand, follows from the preset; what differs at each login is shown as a word in angle
// brackets.
func TestRequests(t *testing.T) {
	network, err := network()
	if err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, network.Authority(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTPS_PROXY", network.Proxy())
	t.Setenv("NO_PROXY", "")
	for _, name := range provider.Names() {
		t.Run(name, func(t *testing.T) {
			p, err := provider.Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			got := requestsOf(t, p, authority)
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err, "; write it with -update, and read it")
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the requests have changed (-before +now):\n%s", diff)
			}
		})
	}
}

// TestNoGoldenFileIsLeft holds the golden files to the presets.
func TestNoGoldenFileIsLeft(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	if err != nil || len(files) != len(provider.Names()) {
		t.Errorf("%v, %d golden files for %d presets", err, len(files), len(provider.Names()))
	}
}

// requestsOf logs in and refreshes.
func requestsOf(t *testing.T, p *provider.Preset, authority string) []byte {
	home := t.TempDir()
	environ := map[string]string{"HOME": home, "AppData": home, "LocalAppData": home, "SECRET": "secret"}
	listen := freeAddress(t)
	flags := map[string][]string{"preset": {p.Name}, "client_id": {"client"}, "tls_ca_file": {authority}, "listen_address": {listen}, "offer_device_code": {"false"}}
	if p.Register.Secret == provider.SecretRequired {
		flags["client_secret_env"] = []string{"SECRET"}
	}
	for _, v := range p.Variables {
		flags["preset_variables"] = append(flags["preset_variables"], v.Name+"="+v.Example)
	}
	person := &person{fake: &fake, listen: listen}
	s, err := session.Open(session.Options{
		Stderr: os.Stderr, LookupEnv: func(name string) (string, bool) { value, ok := environ[name]; return value, ok },
		GOOS: runtime.GOOS, Now: time.Now, Console: person, Timeout: 20 * time.Second, NoBrowser: true,
	}, nil, "", flags)
	if err != nil {
		t.Fatal(err)
	}
	s.Store = &store.Memory{}
	var out bytes.Buffer
	fake = fakeProvider{t: t, profile: s.Profile, out: &out, port: listen[strings.LastIndex(listen, ":")+1:]}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, request := range []tokensource.Request{{}, {Force: true}} {
		set, fresh, err := s.Token(ctx, request)
		if err != nil || !fresh || !strings.HasPrefix(set.AccessToken.Reveal(), "access-") {
			t.Fatalf("%v (fresh: %v), after\n%s", err, fresh, out.String())
		}
	}
	if p.Register.Secret == provider.SecretRequired && !strings.Contains(out.String(), "secret") && s.Profile.Grant == config.GrantAuthorizationCode {
		t.Error("the client secret is in no request")
	}
	return out.Bytes()
}
