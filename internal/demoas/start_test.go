package demoas

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStartRefusesWhatIsNotLoopback(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		if r, err := Start(t.Context(), addr, Config{}); err == nil {
			_ = r.Close()
			t.Errorf("%s: no error", addr)
		}
	}
}

func TestIssuerIsWhereTheServerListens(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{"": "http://127.0.0.1:", "localhost:0": "http://localhost:", "127.0.0.2:0": "http://127.0.0.2:"} {
		r, err := Start(t.Context(), addr, Config{})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.Issuer(), "http://"))
		if err != nil || !strings.HasPrefix(r.Issuer(), want) {
			t.Errorf("%q: issuer %s, error %v", addr, r.Issuer(), err)
		} else {
			_ = conn.Close()
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Start(ctx, "", Config{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-r.served
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	address := strings.TrimPrefix(r.Issuer(), "http://")
	if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
		_ = conn.Close()
		t.Error("still listening")
	}
}

func TestTableIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	table := NewTable[int](func() time.Time { return now })
	table.Put("oldest", 0, time.Hour)
	for i := range tableSize {
		table.Put(randomSecret(""), i, 2*time.Hour)
	}
	table.Put("newest", 1, 3*time.Hour)
	if len(table.entries) > tableSize {
		t.Errorf("%d entries", len(table.entries))
	}
	if _, ok := table.Get("oldest"); ok {
		t.Error("the oldest is still there")
	}
	now = now.Add(2 * time.Hour)
	table.Put("another", 2, time.Hour)
	if _, ok := table.Get("newest"); !ok || len(table.entries) != 2 {
		t.Errorf("%d entries, want those that have not expired", len(table.entries))
	}
}
