package testas

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAuthorizationDetails(t *testing.T) {
	t.Parallel()
	const payment, account = `{"type":"payment","amount":1.5}`, `{"type":"account","actions":["read"]}`
	r := start(t, Config{AutoApprove: true, Features: Features{AuthorizationDetailsTypes: []string{"payment", "account"}}})
	for _, bad := range []string{`{}`, `null`, `[1]`, `[{}]`, `[{"type":"other"}]`, `[` + payment + `,{"type":1}]`, `[`} {
		if got := authorize(t, r, with("authorization_details", bad)).location(t).Query().Get("error"); got != "invalid_authorization_details" {
			t.Errorf("%s: %q", bad, got)
		}
	}
	want := func(a answer, text string) {
		t.Helper()
		var details []any
		if text != "" && json.Unmarshal([]byte(text), &details) != nil {
			t.Fatal(text)
		}
		got, _ := a.json(t)["authorization_details"].([]any)
		if diff := cmp.Diff(details, got); diff != "" {
			t.Error(diff)
		}
	}
	both := "[" + payment + "," + account + "]"
	first := redeem(t, r, newCode(t, r, "authorization_details", both))
	want(first, both)
	set := first.tokens(t)
	told := post(t, r.Issuer()+"/introspect", url.Values{"client_id": {"demo"}, "token": {set.Access}})
	want(told, both)
	next := refresh(t, r, set.Refresh, "authorization_details", "["+account+"]")
	want(next, "["+account+"]")
	next = refresh(t, r, next.tokens(t).Refresh)
	want(next, both)
	refresh(t, r, next.tokens(t).Refresh, "authorization_details", `[{"type":"account"}]`).
		wantError(t, http.StatusBadRequest, "invalid_authorization_details")

	granted := json.RawMessage(`[{"type":"payment","amount":1}]`)
	r.SetFaults(Faults{GrantedAuthorizationDetails: granted})
	want(redeem(t, r, newCode(t, r, "authorization_details", both)), string(granted))
	r.SetFaults(Faults{OmitAuthorizationDetails: true})
	want(redeem(t, r, newCode(t, r, "authorization_details", both)), "")
}

func TestAuthorizationDetailsAreUnknownUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	if got, there := redeem(t, r, newCode(t, r, "authorization_details", `[{"type":"x"}]`)).json(t)["authorization_details"]; there {
		t.Errorf("granted %v", got)
	}
}
