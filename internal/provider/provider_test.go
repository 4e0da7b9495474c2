package provider_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/provider"
)

// A file that the checks are to refuse is the one of a good preset with one thing wrong.
func TestChecksRefuse(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("presets", "keycloak.toml"))
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	replace := func(old, with string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("keycloak.toml has no %s", old)
		}
		return strings.ReplaceAll(good, old, with)
	}
	if found := problems(parsed(t, good)); len(found) > 0 {
		t.Fatal(found)
	}
	pattern := "pattern = \"[A-Za-z0-9][A-Za-z0-9_.-]*\""
	for want, text := range map[string]string{
		"issuer has no source":                           replace(`"issuer", "variables.url"`, `"variables.url"`),
		"variables.realm has no source":                  replace(`"variables.realm", `, ""),
		"register.port has no source":                    replace(`, "register.port"`, ""),
		"sources[2]: want a date":                        good + "\n[[sources]]\nurl = \"https://a.example\"\nfacts = [\"issuer\"]\n",
		"sources[0]: the preset has no variables.other":  replace(`"variables.realm"`, `"variables.realm", "variables.other"`),
		"notes[0]: want an https URL":                    replace("https://www.keycloak.org/securing-apps/oidc-layers#_redirect_uris", "http://a.example"),
		"register.redirect_hosts is missing":             replace(`redirect_hosts = ["127.0.0.1"]`, ""),
		`register.redirect_hosts: "a.example" is none`:   replace(`redirect_hosts = ["127.0.0.1"]`, `redirect_hosts = ["a.example"]`),
		"register.redirect_hosts does not have the host": replace(`redirect_hosts = ["127.0.0.1"]`, `redirect_hosts = ["localhost"]`),
		"a port is needed unless register.port is any":   replace(`port = "any"`, `port = "exact"`),
		"unknown key isuer":                              replace("issuer =", "isuer ="),
		"it is the person's own":                         replace("issuer =", "client_id = \"a\"\nissuer ="),
		"{base} is not declared":                         replace("{url}/realms", "{base}/realms"),
		`pattern matches ".."`:                           replace(pattern, `pattern = "[A-Za-z0-9_.-]+"`),
		"does not compile":                               replace(pattern, `pattern = "["`),
		"summary: want one line":                         replace(`summary = "`, `summary = "`+strings.Repeat("a", 80)),
	} {
		if found := strings.Join(problems(parsed(t, text)), "\n"); !strings.Contains(found, want) {
			t.Errorf("not found: %s, but\n%s", want, found)
		}
	}
	for want, text := range map[string]string{
		"keycloak.toml:1:1: unknown key tittle":   strings.Replace(good, "title", "tittle", 1),
		"unknown key variables.realm.patern":      strings.Replace(good, pattern, strings.Replace(pattern, "pattern", "patern", 1), 1),
		"aliases: want an array, not a string":    good[:strings.Index(good, "aliases")] + "aliases = \"a\"\n",
		"notes: want [[notes]]":                   "[notes]\ntext = \"a\"\n",
		"sources.date: want a date or time, not ": "[[sources]]\ndate = \"2026-01-01\"\n",
		"keycloak.toml:1:9: ":                     "title = \n",
	} {
		if _, err := provider.Parse("keycloak", "keycloak.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func parsed(t *testing.T, text string) *provider.Preset {
	t.Helper()
	p, err := provider.Parse("keycloak", "keycloak.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestUnknownPreset(t *testing.T) {
	_, err := provider.Lookup("gihtub")
	if e, ok := errors.AsType[*provider.UnknownError](err); !ok || len(e.Near) == 0 || e.Near[0] != "github" {
		t.Errorf("%v", err)
	}
}
