package testas

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigMayBeText(t *testing.T) {
	t.Parallel()
	key, err := json.Marshal(newClientKey(t).set())
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(`{"auto_approve":true,"device":true,"device_interval":1,"authorization_details_types":["payment"],` +
		`"faults":{"device_slow_down":1},"clients":[{"ID":"a","AuthMethod":"private_key_jwt","JWKS":` + string(key) + `}]}`))
	d.DisallowUnknownFields()
	var c Config
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if !c.AutoApprove || !c.Device || c.DeviceInterval != 1 || c.Faults.DeviceSlowDown != 1 || len(c.Clients[0].JWKS.Keys) != 1 {
		t.Errorf("features %v", c.Features)
	}
	start(t, c)
}

// TestMetadataListsWhatIsOn compares the server that has everything with the one that has nothing of it.
func TestMetadataListsWhatIsOn(t *testing.T) {
	t.Parallel()
	all := start(t, Config{Features: Features{
		Device: true, ClientCredentials: true, JWTBearer: true, TokenExchange: true, ClientAssertions: true,
		RequirePAR: true, RequireSignedRequest: true, FormPost: true, JARM: true, AuthorizationDetailsTypes: []string{"payment"},
		RequireDPoPNonce: true, Registration: true, JWTAccessTokens: true, SignedUserinfo: true,
	}})
	plain := get(t, start(t, Config{}).Issuer()+"/.well-known/openid-configuration").json(t)
	metadata := get(t, all.Issuer()+"/.well-known/openid-configuration").json(t)
	var more []string
	for name, value := range metadata {
		if _, there := plain[name]; !there {
			more = append(more, name)
		}
		if address, _ := value.(string); strings.HasSuffix(name, "_endpoint") && get(t, address).status == http.StatusNotFound {
			t.Errorf("%s: %s is not there", name, address)
		}
	}
	slices.Sort(more)
	want := []string{
		"authorization_details_types_supported",
		"authorization_signing_alg_values_supported",
		"device_authorization_endpoint",
		"dpop_signing_alg_values_supported",
		"introspection_endpoint_auth_signing_alg_values_supported",
		"pushed_authorization_request_endpoint",
		"registration_endpoint",
		"request_object_signing_alg_values_supported",
		"require_pushed_authorization_requests",
		"require_signed_request_object",
		"revocation_endpoint_auth_signing_alg_values_supported",
		"token_endpoint_auth_signing_alg_values_supported",
		"userinfo_signing_alg_values_supported",
	}
	if diff := cmp.Diff(want, more); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string][]any{
		"grant_types_supported": {
			"authorization_code", "client_credentials", "refresh_token", grantDevice, grantJWTBearer, grantExchange,
		},
		"response_modes_supported": {modeQuery, modeFormPost, modeJWT, modeQueryJWT, modeFormPostJWT},
	} {
		if diff := cmp.Diff(want, metadata[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if missing := slices.DeleteFunc(slices.Collect(maps.Keys(plain)), func(name string) bool { return metadata[name] != nil }); len(missing) > 0 {
		t.Errorf("%q are missing", missing)
	}
}
