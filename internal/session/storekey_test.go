package session

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
)

// sameToken lists the keys that leave the token what it is. Every other one changes the name it is kept under: a new key
// has to decide.
var sameToken = map[string][]string{
	"where else the server is asked": {
		"device_authorization_endpoint", "pushed_authorization_request_endpoint", "revocation_endpoint", "introspection_endpoint",
		"userinfo_endpoint", "registration_endpoint", "jwks_uri",
	},
	"how the client proves to be itself": {
		"client_secret", "client_secret_file", "client_secret_env", "client_secret_command", "client_secret_keychain",
		"token_endpoint_auth_method", "client_key_file", "client_key_id", "client_assertion_audience", "tls_key_file",
	},
	"how the requests get there, and the answers back": {
		"tls_ca_file", "token_headers", "redirect_uri", "redirect_ports", "listen_address", "response_mode", "pkce",
		"require_pushed_authorization_requests", "request_object_signing_alg", "id_token_signed_response_alg", "browser",
	},
	"what the person sees, and how long ago": {"prompt", "max_age", "ui_locales"},
	"where the token is kept, and sent":      {"store", "identity_file", "passphrase_command", "api_hosts"},
}

func TestTokenIsKeptUnderEverythingThatChangesIt(t *testing.T) {
	same := map[string]bool{}
	for why, names := range sameToken {
		for _, name := range names {
			if !slices.ContainsFunc(config.Keys(), func(k config.Key) bool { return k.Name == name }) {
				t.Errorf("%s: there is no key %s", why, name)
			}
			same[name] = true
		}
	}
	if storeKey(config.Profile{Name: "a"}) == storeKey(config.Profile{Name: "b"}) {
		t.Error("two profiles share a token")
	}
	for _, k := range config.Keys() {
		values := twoValues(k)
		if changes := keyWith(t, k, values[0]) != keyWith(t, k, values[1]); changes == same[k.Name] {
			t.Errorf("%s, from %q to %q: the store key changes: %v", k.Name, values[0], values[1], changes)
		}
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
		if name == "bound" && runtime.GOOS == "windows" {
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

// keyWith is the store key of a profile in which the key k has a value; an empty one stands for none.
func keyWith(t *testing.T, k config.Key, value string) string {
	t.Helper()
	flags := map[string][]string{"issuer": {"https://as.example"}, "client_id": {"c"}}
	if strings.HasPrefix(k.Name, "tls_") { // each needs the other
		flags["tls_certificate_file"], flags["tls_key_file"] = []string{"f"}, []string{"f"}
	}
	if value != "" && !k.Secret {
		flags[k.Name] = []string{value}
	}
	p, _, err := config.Resolve(config.Input{Flags: flags, LookupEnv: func(name string) (string, bool) {
		if k.Secret && name == k.Env() {
			return value, true
		}
		return "", false
	}})
	if err != nil {
		t.Fatalf("%s = %q: %v", k.Name, value, err)
	}
	return storeKey(p)
}

// twoValues are values of k that mean two things, the first of them mostly none.
func twoValues(k config.Key) [2]string {
	if special, ok := map[string]string{
		"token_endpoint_auth_method": "none", "listen_address": "127.0.0.1", "authorization_details": `[{"type":"t"}]`,
		"claims": `{"userinfo":{}}`, "redirect_uri": "http://127.0.0.1:8400/callback",
	}[k.Name]; ok {
		return [2]string{"", special}
	}
	switch {
	case k.Name == "issuer", k.Name == "client_id":
		return [2]string{"https://a.example", "https://b.example"}
	case strings.HasSuffix(k.Name, "_endpoint"), k.Name == "jwks_uri", k.Name == "resource":
		return [2]string{"", "https://b.example"}
	case k.Values != nil: // the first may be the default
		return [2]string{"", k.Values()[min(1, len(k.Values())-1)]}
	}
	values := map[config.Kind][2]string{
		config.Bool: {"false", "true"}, config.Integer: {"", "300"}, config.Ports: {"", "8400"}, config.Table: {"", "name=value"},
	}
	if two, ok := values[k.Kind]; ok {
		return two
	}
	return [2]string{"", "x"}
}
