package session

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
)

func TestTokenIsKeptUnderEverythingThatChangesIt(t *testing.T) {
	if storeKey(config.Profile{Name: "a"}) == storeKey(config.Profile{Name: "b"}) {
		t.Error("two profiles share a token")
	}
	for _, k := range config.Keys() {
		if strings.HasPrefix(k.Name, "preset") {
			continue // the values that it brings change the key: see below
		}
		a, b := twoProfiles(t, k)
		if changes := storeKey(a) != storeKey(b); changes != k.ChangesToken {
			t.Errorf("%s, from %q to %q: the store key changes: %v", k.Name, k.Of(a), k.Of(b), changes)
		}
	}
}

// The token of a preset is that of a profile with the same values, and is found again when they are written out.
func TestPresetsValuesAreTheProfilesOwn(t *testing.T) {
	of := func(flags map[string][]string) string {
		p, _, err := config.Resolve(config.Input{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		return storeKey(p)
	}
	preset := of(map[string][]string{"preset": {"keycloak"}, "preset_variables": {"url=https://sso.example", "realm=a"}, "client_id": {"cli"}})
	if own := of(map[string][]string{"issuer": {"https://sso.example/realms/a"}, "client_id": {"cli"}, "scopes": {"openid"}}); own != preset {
		t.Errorf("by the preset %s, by its values %s", preset, own)
	}
	if other := of(map[string][]string{"preset": {"keycloak"}, "preset_variables": {"url=https://sso.example", "realm=b"}, "client_id": {"cli"}}); other == preset {
		t.Error("two realms share a token")
	}
}

// A gateway or a server may choose the tenant by a header field.
func TestTwoTenantsShareNoToken(t *testing.T) {
	of := func(header ...string) string {
		p, _, err := config.Resolve(config.Input{Flags: map[string][]string{
			"issuer": {"https://as.example"}, "client_id": {"cli"}, "token_headers": header,
		}})
		if err != nil {
			t.Fatal(err)
		}
		return storeKey(p)
	}
	a, b, none := of("X-Tenant=a"), of("X-Tenant=b"), of()
	if a == b || a == none || b == none {
		t.Errorf("one stored token for two tenants: %s, %s, without a tenant %s", a, b, none)
	}
}

// The keys of an earlier release: a token that is stored under one is to be found again.
func TestKeysStayWhatTheyWere(t *testing.T) {
	file, err := config.Load(t.Context(), "testdata/keys.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"assertion": "5d4ca12b1d067fd0c7979583d29cceeda943e250c7b731ba1d27800dea7f9f80",
		"bound":     "fa8c5a9df36067c9716ed013732d33b99cbb9fdc66ec44d7b464d7b601e53819",
		"browser":   "ccbe95770806850b49224e054023a2c2677de32a84d303d8504473a213faa340",
		"device":    "4c2e5958dfc7a899f0e289d9218ca40af1ce6ce5e5de91a6f2d25f790256d5cc",
		"endpoints": "4e647bedb5670cb9db01c7b2be05c2ec5a8886eb5ade90d1e59fe0a3114c11a0",
		"exchange":  "49adc91b06083ef4b494aca27fecb42fcc73bc0d25b7e7fc0f19aa1a3ea400b0",
		"fapi":      "07112dd87c6df5b329cff9c90067878708a12d4f769560e80e0f57f05582e8e7",
		"given":     "072ef2e904982cff7276e4439b9e282fd3487afdafc8d3d7f6c1357f5ba55a7b",
		"least":     "aca52ac3377a983e52dcf82cd6be1206019e6d3988448b337d62b0c91b192d3a",
		"machine":   "c7932cd48a9b6b809c9b90269492ca7fbecb1f2b711d36f10152c0befbfe67b4",
	} {
		if (name == "bound" || name == "given") && runtime.GOOS == "windows" {
			continue // the paths in it are absolute elsewhere
		}
		p, _, err := config.Resolve(config.Input{File: file, Name: name})
		if got := storeKey(p); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, want)
		}
	}
	p, _, err := config.Resolve(config.Input{Flags: map[string][]string{"issuer": {"https://as.example"}, "client_id": {"cli"}, "scopes": {"b a"}}})
	if got := storeKey(p); err != nil || got != "7cf4e3a845b885d31f8253174946a1df8716ee4d53c35b5855496c31023418b9" {
		t.Errorf("by flags alone: %s, %v", got, err)
	}
}

// twoProfiles differ in what they have for the key k.
func twoProfiles(t *testing.T, k config.Key) (a, b config.Profile) {
	t.Helper()
	var found []config.Profile
	samples := []string{"x", "true", "false", "300", "x=y", "http://127.0.0.1/x", "http://127.0.0.1/y", "https://c.example/x", "127.0.0.1", `[{"type":"t"}]`, `{"userinfo":{}}`, ",", "access_token=/x"}
	for _, text := range slices.Concat([]string{""}, k.Values, samples) {
		flags := map[string][]string{"issuer": {"https://as.example"}, "client_id": {"c"}}
		if strings.HasPrefix(k.Name, "tls_") { // each needs the other
			flags["tls_certificate_file"], flags["tls_key_file"] = []string{"f"}, []string{"f"}
		}
		if k.Name == "redirect_certificate_file" || k.Name == "redirect_key_file" { // and an https redirect URI
			flags["redirect_certificate_file"], flags["redirect_key_file"] = []string{"f"}, []string{"f"}
			flags["redirect_uri"] = []string{"https://localhost/callback"}
		}
		if text != "" || k.Name == "issuer" || k.Name == "client_id" {
			flags[k.Name] = []string{text}
		}
		p, _, err := config.Resolve(config.Input{Flags: flags, LookupEnv: func(name string) (string, bool) {
			if k.Secret && name == k.Env() {
				return text, true
			}
			return "", false
		}})
		if err == nil && (len(found) == 0 || !slices.Equal(k.Of(p), k.Of(found[0]))) {
			found = append(found, p)
		}
	}
	if len(found) < 2 {
		t.Fatalf("%s: no two values", k.Name)
	}
	return found[0], found[1]
}
