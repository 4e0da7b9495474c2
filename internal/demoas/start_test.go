package demoas

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

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
		if !strings.HasPrefix(r.Issuer(), want) || get(t, r.Issuer()+"/jwks").status != 200 {
			t.Errorf("%q: issuer %s", addr, r.Issuer())
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

func TestObserveIsToldOfEachRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var events []Event
	r := start(t, Config{AutoApprove: true, Observe: func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}})
	redeem(t, r, newCode(t, r))
	post(t, r.Issuer()+"/token", url.Values{})
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	want := []Event{
		{Endpoint: EndpointAuthorize, Method: "GET", Status: 303},
		{Endpoint: EndpointToken, Method: "POST", GrantType: "authorization_code", Status: 200},
		{Endpoint: EndpointToken, Method: "POST", Status: 401},
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(want, events, cmpopts.IgnoreFields(Event{}, "Duration")); diff != "" {
		t.Error(diff)
	}
	if r.Requests(EndpointToken) != 2 || r.Requests(EndpointAPI) != 0 {
		t.Errorf("%d token requests, %d API requests", r.Requests(EndpointToken), r.Requests(EndpointAPI))
	}
}

func TestTableIsBounded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	table := newTable[int](clock.Now)
	table.put("oldest", 0, time.Hour)
	for i := range tableSize {
		table.put(randomSecret(""), i, 2*time.Hour)
	}
	table.put("newest", 1, 3*time.Hour)
	if len(table.entries) > tableSize {
		t.Errorf("%d entries", len(table.entries))
	}
	if _, ok := table.get("oldest"); ok {
		t.Error("the oldest is still there")
	}
	clock.advance(2 * time.Hour)
	table.put("another", 2, time.Hour)
	if _, ok := table.get("newest"); !ok || len(table.entries) != 2 {
		t.Errorf("%d entries, want those that have not expired", len(table.entries))
	}
}
