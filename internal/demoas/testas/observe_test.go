package testas

import (
	"net/url"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestObserveIsToldOfEachRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var events []demoas.Event
	r := start(t, Config{AutoApprove: true, Observe: func(e demoas.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}})
	redeem(t, r, newCode(t, r))
	post(t, r.Issuer()+"/token", url.Values{})
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	want := []demoas.Event{
		{Endpoint: demoas.EndpointAuthorize, Method: "GET", Status: 303},
		{Endpoint: demoas.EndpointToken, Method: "POST", GrantType: "authorization_code", Status: 200},
		{Endpoint: demoas.EndpointToken, Method: "POST", Status: 401},
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(want, events, cmpopts.IgnoreFields(demoas.Event{}, "Duration")); diff != "" {
		t.Error(diff)
	}
	if r.Requests(demoas.EndpointToken) != 2 || r.Requests(demoas.EndpointAPI) != 0 {
		t.Errorf("%d token requests, %d API requests", r.Requests(demoas.EndpointToken), r.Requests(demoas.EndpointAPI))
	}
}
