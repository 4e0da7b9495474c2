package output

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

func render(t *testing.T, text string, set token.Set) (string, error) {
	t.Helper()
	f, err := Parse(templatePrefix + text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f.Render(set, noon)
}

func TestTemplateIsTextTemplate(t *testing.T) {
	set := full()
	for text, want := range map[string]string{
		"a{{- .token_type -}} b":                                                 "aBearerb",
		`{{.scope | printf "%s-%s" .token_type}}`:                                "Bearer-" + strings.Join(set.Scopes, " "),
		"{{if .refresh_token}}yes{{else}}no{{end}}":                              "yes",
		`{{if eq .token_type "MAC"}}M{{else if true}}C{{end}}`:                   "C",
		"{{with .token_type}}[{{.}} {{$.token_type}}]{{end}}":                    "[Bearer Bearer]",
		"{{range $name, $_ := .}}{{$name}},{{end}}":                              "access_token,expires_at,expires_in,id_token,refresh_token,scope,token_type,",
		"{{range 3}}{{.}}{{end}}":                                                "012",
		"{{range .nosuch}}x{{else}}none{{end}}":                                  "none",
		"{{if and (gt .expires_in 60) (lt .expires_in 100000)}}y{{end}}":         "y",
		"{{if or .nosuch .scope}}y{{end}}":                                       "y",
		"{{if not .nosuch}}y{{end}}":                                             "y",
		"{{if $.nosuch}}y{{else}}n{{end}}":                                       "n",
		"{{$all := .}}{{with .scope}}{{if $all.nosuch}}y{{else}}n{{end}}{{end}}": "n",
		"{{$x := 1.5}}{{$x}}":                                                    "1.5",
		`{{define "a"}}<{{.}}>{{end}}{{template "a" .token_type}}`:               "<Bearer>",
		`{{block "b" .}}{{if .nosuch}}y{{else}}n{{end}}{{end}}`:                  "n",
		`{{js "'"}}{{html "<"}}{{urlquery "&"}}{{slice "abc" 1}}`:                `\'&lt;%26bc`,
		"{{/* nothing */}}":                                                      "",
		"{{println .token_type}}":                                                "Bearer", // one newline, not two
		"":                                                                       "",
	} {
		if got, err := render(t, text, set); err != nil || got != want+"\n" {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want+"\n")
		}
	}
}

func TestBrokenTemplateFailsBeforeAnyToken(t *testing.T) {
	for _, text := range []string{
		"{{", "{{end}}", "{{if .scope}}", "{{nosuch .x}}", `{{template "a"}}`, `{{if .scope}}{{range 2}}{{template "a" .}}{{end}}{{end}}`,
		`{{define "a"}}{{template "b"}}{{end}}`, "{{break}}", "{{$x}}",
	} {
		if _, err := Parse(templatePrefix + text); err == nil || strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMissingMemberIsAnErrorOutsideConditions(t *testing.T) {
	bare := token.Set{AccessToken: token.NewSecret("canary-a")}
	for _, text := range []string{
		"{{.refresh_token}}", "{{$.refresh_token}}", `{{printf "%s" .refresh_token}}`, "{{$x := .refresh_token}}",
		"{{if true}}{{.refresh_token}}{{end}}", "{{.access_token.x}}", `{{define "a"}}{{.scope}}{{end}}{{template "a" .}}`,
	} {
		got, err := render(t, text, bare)
		if err == nil || got != "" || !strings.Contains(err.Error(), "the members are access_token, token_type") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

// text/template quotes a value that range cannot use.
func TestTemplateErrorShowsNoSecret(t *testing.T) {
	set := token.Set{
		AccessToken: token.NewSecret("canary-access"), RefreshToken: token.NewSecret("canary-refresh"), IDToken: token.NewSecret("canary-id"),
	}
	for _, text := range []string{
		"{{range .access_token}}{{end}}", "{{range .refresh_token}}{{end}}", "{{range .id_token}}{{end}}", "{{len 1}}", "{{printf}}", "{{.scope.x | .y}}",
		"{{.access_token}}{{.nosuch}}", "{{index .access_token .refresh_token}}",
	} {
		if got, err := render(t, text, set); err == nil || got != "" || strings.Contains(err.Error(), "canary-") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}
