package testas

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

func startDevice(t *testing.T, r *Running, pairs ...string) map[string]any {
	t.Helper()
	a := post(t, r.Issuer()+"/device_authorization", change(url.Values{
		"client_id": {"demo"}, "scope": {"openid offline_access orders:read"},
	}, pairs))
	a.wantStatus(t, http.StatusOK)
	return a.json(t)
}

func text(t *testing.T, document map[string]any, name string) string {
	t.Helper()
	value, ok := document[name].(string)
	if !ok {
		t.Fatalf("%s is %v", name, document[name])
	}
	return value
}

func poll(t *testing.T, r *Running, device map[string]any, pairs ...string) answer {
	t.Helper()
	return post(t, r.Issuer()+"/token", change(url.Values{
		"grant_type": {grantDevice}, "client_id": {"demo"}, "device_code": {text(t, device, "device_code")},
	}, pairs))
}

func TestDeviceGrantIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	post(t, r.Issuer()+"/device_authorization", url.Values{"client_id": {"demo"}}).wantStatus(t, http.StatusNotFound)
	poll(t, r, map[string]any{"device_code": "x"}).wantError(t, http.StatusBadRequest, "unsupported_grant_type")
	if get(t, r.Issuer()+"/.well-known/openid-configuration").json(t)["device_authorization_endpoint"] != nil {
		t.Error("the metadata lists it")
	}
}

func TestDeviceIsAllowedOnItsPages(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Device: true}})
	for _, name := range []string{"typed", "suggested"} {
		person := demoas.Person{Types: map[string]string{"username": "grace"}}
		device := startDevice(t, r)
		code, address := text(t, device, "user_code"), text(t, device, "verification_uri_complete")
		if !strings.HasPrefix(text(t, device, "device_code"), "canary-") || !regexp.MustCompile(`^[B-Z]{4}-[B-Z]{4}$`).MatchString(code) {
			t.Errorf("%s: user code %q", name, code)
		}
		poll(t, r, device).wantError(t, http.StatusBadRequest, "authorization_pending")
		if name == "typed" {
			person.Types["user_code"], address = " "+strings.ToLower(strings.ReplaceAll(code, "-", "")), text(t, device, "verification_uri")
		}
		page, err := person.Visit(t.Context(), address)
		if err != nil || !strings.Contains(page, "You have allowed it") {
			t.Fatalf("%s: error %v, page %q", name, err, page)
		}
		set := poll(t, r, device).tokens(t)
		if claimsOf(t, r, set.ID)["sub"] == nil || set.Refresh == "" || withBearer(t, r.APIURL(), set.Access).json(t)["customer"] != "grace" {
			t.Errorf("%s: tokens %q", name, set.Scope)
		}
		poll(t, r, device).wantError(t, http.StatusBadRequest, "invalid_grant")
	}
}

func TestDeviceIsDeniedOnItsPages(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Device: true}})
	device := startDevice(t, r)
	page, err := demoas.Person{Deny: true}.Visit(t.Context(), text(t, device, "verification_uri_complete"))
	if err != nil || !strings.Contains(page, "You have denied it") {
		t.Fatalf("error %v, page %q", err, page)
	}
	poll(t, r, device).wantError(t, http.StatusBadRequest, "access_denied")
}

func TestUserCodeThatIsNotKnownIsAskedForAgain(t *testing.T) {
	t.Parallel()
	r := start(t, Config{Features: Features{Device: true}})
	for _, code := range []string{"", "BCDF-GHJK", `"><script>`} {
		a := post(t, r.Issuer()+"/device", url.Values{"user_code": {code}})
		if a.status != http.StatusUnprocessableEntity || dataPage(a.body) != "device" || strings.Contains(a.body, "<script") {
			t.Errorf("%q: status %d, body %q", code, a.status, a.body)
		}
	}
	req := request(t, http.MethodPost, r.Issuer()+"/device", url.Values{"user_code": {text(t, startDevice(t, r), "user_code")}})
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	send(t, req).wantStatus(t, http.StatusForbidden)
	if body := get(t, r.Issuer()+"/device?user_code="+url.QueryEscape(`"><script>`)).body; strings.Contains(body, "<script") {
		t.Error("the suggested code is markup")
	}
}

func TestPollsThatComeTooEarlySlowDown(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{Now: clock.Now, Features: Features{Device: true, DeviceInterval: 5}})
	device := startDevice(t, r)
	if device["interval"] != 5.0 || device["expires_in"] != 600.0 {
		t.Errorf("response %v", device)
	}
	for _, step := range []struct {
		wait time.Duration
		want string
	}{
		{0, "authorization_pending"},
		{4 * time.Second, "slow_down"},
		{9 * time.Second, "slow_down"},
		{15 * time.Second, "authorization_pending"},
		{10 * time.Minute, "expired_token"},
	} {
		clock.advance(step.wait)
		poll(t, r, device).wantError(t, http.StatusBadRequest, step.want)
	}
}

func TestDeviceIsDecidedForThePerson(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{Device: true, DeviceDecideAfter: 2}})
	device := startDevice(t, r)
	for range 2 {
		poll(t, r, device).wantError(t, http.StatusBadRequest, "authorization_pending")
	}
	poll(t, r, device).tokens(t)

	r = start(t, Config{DenyAll: true, Features: Features{Device: true}})
	poll(t, r, startDevice(t, r)).wantError(t, http.StatusBadRequest, "access_denied")
}

func TestDeviceCodeBelongsToItsClient(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Clients: []Client{{ID: "demo"}, {ID: "other"}}, Features: Features{Device: true}})
	device := startDevice(t, r)
	poll(t, r, device, "client_id", "other").wantError(t, http.StatusBadRequest, "invalid_grant")
	poll(t, r, map[string]any{"device_code": "x"}).wantError(t, http.StatusBadRequest, "invalid_grant")
	post(t, r.Issuer()+"/device_authorization", url.Values{"client_id": {"nobody"}}).wantError(t, http.StatusUnauthorized, "invalid_client")
	post(t, r.Issuer()+"/device_authorization", url.Values{"client_id": {"demo"}, "scope": {`"`}}).
		wantError(t, http.StatusBadRequest, "invalid_scope")
}

func TestDeviceFaults(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{Device: true}})
	r.SetFaults(Faults{
		DeviceVerificationURI: "javascript:alert(1)", DeviceOmitComplete: true, DeviceOmitInterval: true, DeviceUserCode: "\x1b[2J",
	})
	device := startDevice(t, r)
	if device["verification_uri"] != "javascript:alert(1)" || device["user_code"] != "\x1b[2J" || len(device) != 4 {
		t.Errorf("response %v", device)
	}
	r.SetFaults(Faults{DeviceVerificationURIComplete: "file:///etc/passwd"})
	if device = startDevice(t, r); device["verification_uri_complete"] != "file:///etc/passwd" {
		t.Errorf("response %v", device)
	}
	r.SetFaults(Faults{DeviceSlowDown: 2})
	for range 2 {
		poll(t, r, device).wantError(t, http.StatusBadRequest, "slow_down")
	}
	poll(t, r, device).tokens(t)
	r.SetFaults(Faults{DeviceExpired: true})
	poll(t, r, device).wantError(t, http.StatusBadRequest, "expired_token")
	r.SetFaults(Faults{DevicePending: true})
	poll(t, r, device).wantError(t, http.StatusBadRequest, "authorization_pending")
	r.SetFaults(Faults{DeviceStatus: 503})
	post(t, r.Issuer()+"/device_authorization", url.Values{"client_id": {"demo"}}).wantStatus(t, 503)
	r.SetFaults(Faults{DeviceError: "unauthorized_client"})
	post(t, r.Issuer()+"/device_authorization", url.Values{"client_id": {"demo"}}).wantError(t, 400, "unauthorized_client")
}

func TestDroppedPollCanBeRepeated(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{Device: true}, Faults: Faults{DeviceDropPolls: 1}})
	device := startDevice(t, r)
	form := url.Values{"grant_type": {grantDevice}, "client_id": {"demo"}, "device_code": {text(t, device, "device_code")}}
	resp, err := newClient(t).Do(request(t, http.MethodPost, r.Issuer()+"/token", form))
	if err == nil {
		_ = resp.Body.Close()
		t.Errorf("status %d", resp.StatusCode)
	}
	poll(t, r, device).tokens(t)
}
