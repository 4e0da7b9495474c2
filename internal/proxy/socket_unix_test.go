//go:build unix

package proxy

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSocketIsTheUsersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	path := filepath.Join(dir, "s")
	up := newWitness(t, nil)
	u, _ := url.Parse(up.URL)
	listener, err := ListenSocket(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{dir: fs.ModeDir | 0o700, path: fs.ModeSocket | 0o600} {
		if info, err := os.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if _, err := ListenSocket(t.Context(), path); err == nil || !strings.Contains(err.Error(), "another program listens there") {
		t.Errorf("a live socket was replaced: %v", err)
	}
	r := &rig{}
	r.serve(t, Options{Upstream: u, Hosts: listener.Hosts, Set: bearerSet("first"), Now: time.Now}, listener)
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
	resp, err := client.Do(request(t, "GET", "http://any.name/x", nil))
	if err != nil || resp.StatusCode != 200 || up.tokens()[0] != first {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
}
