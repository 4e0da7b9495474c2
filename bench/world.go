//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// sets are the token sets that are stored, with their sizes in bytes: an access and a refresh token of random hex digits. Deflate
// halves such a set, as it does one with JWTs.
var sets = map[string]int{"small": smallSet, "large": 4 << 10, "larger": 16 << 10, "largest": 64 << 10}

const smallSet = 1 << 10

// tokenDelay is how long the authorization server takes for a token in crowds.
const tokenDelay = 200 * time.Millisecond

// world is what the programs use: an authorization server and profile files.
type world struct {
	server *testas.Running
	dir    string
}

func (b *bench) prepare(ctx context.Context) (*world, error) {
	server, err := testas.Start(ctx, "", testas.Config{AutoApprove: true})
	if err != nil {
		return nil, err
	}
	w := &world{server, b.dir}
	for _, profiles := range []int{1, 100} {
		if err := os.WriteFile(w.config(profiles), w.profiles(profiles), 0o600); err != nil {
			return nil, err
		}
	}
	for name, size := range sets {
		set := map[string]any{
			"access_token": text(size - 64), "refresh_token": text(64), "token_type": "Bearer", "expires_in": 86400,
		}
		body, err := json.Marshal(set)
		if err != nil {
			return nil, err
		}
		server.SetFaults(testas.Faults{TokenBody: string(body)})
		if _, err := logIn(ctx, b.program("oauthget"), "token", name, "--config", w.config(1)); err != nil {
			return nil, err
		}
		if err := put(ctx, name, string(body)); err != nil {
			return nil, err
		}
	}
	server.SetFaults(testas.Faults{})
	return w, nil
}

func (w *world) close() { _ = w.server.Close() }

// config returns the path of the profile file with that number of profiles.
func (w *world) config(profiles int) string {
	return filepath.Join(w.dir, fmt.Sprintf("profiles-%d.toml", profiles))
}

// profiles returns a file of n profiles. The one that is used is in the middle.
func (w *world) profiles(n int) []byte {
	var b strings.Builder
	add := func(name string) {
		fmt.Fprintf(&b, "[profiles.%s]\nauthorization_endpoint = %q\ntoken_endpoint = %q\nclient_id = \"demo\"\nscopes = [\"offline_access\"]\n\n",
			name, w.server.Issuer()+"/authorize", w.server.Issuer()+"/token")
	}
	for i := range n - 1 {
		if i == n/2 {
			add("small")
		}
		add(fmt.Sprintf("other-%d", i))
	}
	if n == 1 {
		add("crowd")
		for name := range sets {
			add(name)
		}
	}
	return []byte(b.String())
}

func text(n int) string {
	random := make([]byte, n/2)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

// output runs a program and returns its stdout.
func output(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}
