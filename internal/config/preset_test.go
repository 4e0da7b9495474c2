package config

import (
	"errors"
	"strings"
	"testing"
)

const keycloakProfile = "[profiles.w]\npreset = \"keycloak\"\npreset_variables = { url = \"https://sso.example\", realm = \"r\" }\nclient_id = \"c\"\n"

// TestPreset holds the order of origins: a flag outranks a variable, that the file, the file the preset.
func TestPreset(t *testing.T) {
	p, origins, err := resolved(t, keycloakProfile, Input{Name: "w"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Issuer != "https://sso.example/realms/r" || origins["issuer"] != (Origin{FromPreset, "preset keycloak"}) {
		t.Errorf("issuer %s, %v", p.Issuer, origins["issuer"])
	}
	if p.Preset != "keycloak" || p.PresetVariables.Get("realm") != "r" || origins["preset_variables.realm"].Kind != FromFile {
		t.Errorf("preset %s %v, %v", p.Preset, p.PresetVariables, origins)
	}
	for _, c := range []struct {
		name string
		in   Input
		key  string
		want string
		kind OriginKind
	}{
		{"file", Input{}, "scopes", "a", FromFile},
		{"variable", Input{LookupEnv: environment(map[string]string{"OAUTHGET_SCOPES": "b"})}, "scopes", "b", FromEnvironment},
		{"flag", Input{LookupEnv: environment(map[string]string{"OAUTHGET_SCOPES": "b"}), Flags: map[string][]string{"scopes": {"c"}}}, "scopes", "c", FromFlag},
	} {
		c.in.Name = "w"
		p, origins, err := resolved(t, keycloakProfile+"scopes = [\"a\"]\n", c.in)
		if err != nil || strings.Join(p.Scopes, " ") != c.want || origins[c.key].Kind != c.kind {
			t.Errorf("%s: %v, scopes %v by %v", c.name, err, p.Scopes, origins[c.key])
		}
	}
	for name, in := range map[string]Input{
		"flags": {Flags: map[string][]string{"preset": {"KEYCLOAK"}, "preset_variables": {"url=https://sso.example", "realm=r"}, "client_id": {"c"}}},
		"variables": {LookupEnv: environment(map[string]string{
			"OAUTHGET_PRESET": "keycloak", "OAUTHGET_PRESET_VARIABLES": "url=https://sso.example&realm=r", "OAUTHGET_CLIENT_ID": "c",
		})},
	} {
		p, _, err := Resolve(in)
		if err != nil || p.Issuer != "https://sso.example/realms/r" {
			t.Errorf("by %s alone: %v, issuer %s", name, err, p.Issuer)
		}
	}
}

// A preset that cannot be used is an error with the place to change and what to change it to.
func TestPresetThatDoesNotFit(t *testing.T) {
	github := "[profiles.w]\npreset = \"github\"\nclient_id = \"c\"\n"
	for _, c := range []struct{ name, text, want, hint string }{
		{"unknown", strings.Replace(github, "github", "gitub", 1), `config.toml:2:1: preset: there is no preset "gitub"`, `did you mean "github"?`},
		{"unlike any", strings.Replace(github, "github", "nothing-like-it", 1), `config.toml:2:1: preset: there is no preset "nothing-like-it"`, "oauthget profile presets"},
		{
			"missing variable", "[profiles.w]\npreset = \"keycloak\"\npreset_variables = { url = \"https://sso.example\" }\nclient_id = \"c\"\n",
			"config.toml:2:1: preset_variables.realm: the preset keycloak needs realm: Realm", `realm = "`,
		},
		{"empty variable", strings.Replace(keycloakProfile, `"r"`, `""`, 1), "config.toml:3:51: preset_variables.realm: the preset keycloak needs realm", `realm = "`},
		{"ill-formed variable", strings.Replace(keycloakProfile, `"r"`, `"../r"`, 1), "config.toml:3:51: preset_variables.realm: not of the form ", "oauthget profile presets keycloak"},
		{"list", strings.Replace(keycloakProfile, `"r"`, `["r", "s"]`, 1), "config.toml:3:51: preset_variables: want one value for realm", ""},
		{"unknown variable", strings.Replace(keycloakProfile, "realm", "relm", 1), `config.toml:3:51: preset_variables.relm: the preset keycloak has no variable "relm"`, `did you mean "realm"?`},
		{"no variables", github + "preset_variables = { tenant = \"t\" }\n", "config.toml:4:22: preset_variables.tenant: the preset github has no variables", "oauthget profile presets github"},
		{
			"variables alone", "[profiles.w]\nissuer = \"https://i.example\"\npreset_variables = { tenant = \"t\" }\nclient_id = \"c\"\n",
			"config.toml:3:22: preset_variables: there is no preset that they are for", "set preset too",
		},
		{"another issuer", keycloakProfile + "issuer = \"https://other.example\"\n", "config.toml:5:1: issuer: the preset keycloak is for another server", "oauthget profile presets keycloak"},
		{"an issuer elsewhere", github + "issuer = \"https://other.example\"\n", "config.toml:4:1: issuer: the preset github is for another server", "remove issuer, or preset"},
		{
			"half of the endpoints", github + "authorization_endpoint = \"https://other.example/a\"\n",
			"config.toml:4:1: authorization_endpoint: token_endpoint is still the one of the preset github, at another server", "set token_endpoint too",
		},
		{
			"an endpoint left behind", github + "authorization_endpoint = \"https://other.example/a\"\ntoken_endpoint = \"https://other.example/t\"\n",
			"config.toml:4:1: authorization_endpoint: device_authorization_endpoint is still the one of the preset github, at another server", "set device_authorization_endpoint too",
		},
		{"redirect host", github + "redirect_uri = \"http://localhost/callback\"\n", "config.toml:4:1: redirect_uri: GitHub takes no redirect URI with the host localhost", "use http://127.0.0.1/callback"},
		{"a rule about a value of the preset", github + "pkce = false\nredirect_ports = [99999]\n", "config.toml:5:1: redirect_ports: ", ""},
	} {
		_, _, err := resolved(t, c.text, Input{Name: "w"})
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint(), c.hint) {
			t.Errorf("%s:\n%v\nhint: %s", c.name, err, e.Hint())
		}
	}
	for name, text := range map[string]string{
		"the same issuer":       keycloakProfile + "issuer = \"https://sso.example/realms/r\"\n",
		"an issuer at its side": github + "issuer = \"https://github.com/login/oauth\"\n",
		"both endpoints":        github + "authorization_endpoint = \"https://other.example/a\"\ntoken_endpoint = \"https://other.example/t\"\ndevice_authorization_endpoint = \"\"\n",
		"a proxy's redirect":    github + "redirect_uri = \"https://app.example/callback\"\nlisten_address = \"127.0.0.1:8400\"\n",
	} {
		if _, _, err := resolved(t, text, Input{Name: "w"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A preset's way to send the secret is for a client that has one.
func TestPresetOfAClientWithoutASecret(t *testing.T) {
	github := "[profiles.w]\npreset = \"github\"\nclient_id = \"c\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"without", github, ""},
		{"with", github + "client_secret_env = \"SECRET\"\n", "client_secret_post"},
		{"empty, by the preset", strings.Replace(github, "github", "reddit", 1), "client_secret_basic"},
	} {
		p, _, err := resolved(t, c.text, Input{Name: "w"})
		if err != nil || p.TokenEndpointAuthMethod != c.want {
			t.Errorf("%s: %v, token_endpoint_auth_method %q, want %q", c.name, err, p.TokenEndpointAuthMethod, c.want)
		}
	}
	if _, _, err := resolved(t, github+"token_endpoint_auth_method = \"client_secret_post\"\n", Input{Name: "w"}); err == nil {
		t.Error("a method in the file without a secret was taken")
	}
}
