package main

import (
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
