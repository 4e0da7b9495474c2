package output

import (
	"strings"
	"testing"
	"text/template"

	"github.com/oauthget/oauthget/internal/token"
)

// TestTemplatesReadAsTheStandardLibraryReadsThem compares with text/template, whose syntax and meaning are promised.
func TestTemplatesReadAsTheStandardLibraryReadsThem(t *testing.T) {
	for _, text := range []string{
		"{{.access_token}}", "a{{- .token_type -}} b", `{{"x" | printf "%s-%s" .scope}}`, "{{.expires_in}}s",
		"{{if .refresh_token}}yes{{else}}no{{end}}", "{{if eq .token_type \"Bearer\"}}B{{else if true}}C{{end}}",
		"{{with .scope}}[{{.}} {{$.token_type}}]{{end}}", "{{/* nothing */}}", "{{urlquery .access_token}} {{html \"<\"}}",
		"{{print .scope 1}} {{len .scope}} {{not .scope}} {{and .scope .token_type}} {{or \"\" .scope}} {{ne 1 2}}",
		"{{(printf \"%d\" .expires_in)}}", "{{println .scope}}",
	} {
		mine, err := parseTemplate(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := mine.execute(members(full(), noon))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		var want strings.Builder
		if err := template.Must(template.New("").Parse(text)).Execute(&want, members(full(), noon)); err != nil {
			t.Fatal(err)
		}
		if got != want.String() {
			t.Errorf("%s: %q, text/template says %q", text, got, want.String())
		}
	}
}

func TestWhatATemplateCannotDoIsToldBeforeAnyToken(t *testing.T) {
	for _, text := range []string{
		"{{", "{{end}}", "{{nosuch .x}}", "{{range .scope}}{{end}}", "{{define \"a\"}}{{end}}", "{{template \"a\"}}", "{{$x := 1}}",
		"{{.scope.x | .y}}", "{{1.5}}", "{{if true}}{{range .scope}}{{end}}{{end}}", "{{break}}", "{{.scope 1}}",
	} {
		if _, err := parseTemplate(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestMissingMemberIsFalseInAConditionAndAnErrorElsewhere(t *testing.T) {
	bare := members(token.Set{AccessToken: token.NewSecret("canary-a")}, noon)
	tmpl, _ := parseTemplate("{{if .refresh_token}}yes{{else}}no{{end}}")
	if got, err := tmpl.execute(bare); got != "no" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"{{.refresh_token}}", "{{.access_token.x}}", "{{.}}", "{{len 1}}", "{{printf}}"} {
		tmpl, err := parseTemplate(text)
		if err != nil {
			continue
		}
		if _, err := tmpl.execute(bare); err == nil || strings.Contains(err.Error(), "canary-") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add(`{{with .scope}}{{.}}{{else}}{{printf "%s" $.token_type}}{{end}}`)
	f.Add(`{{if and .a (not .b)}}{{len .scope | printf "%d"}}{{end}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if tmpl, err := parseTemplate(text); err == nil {
			_, _ = tmpl.execute(members(full(), noon)) // must not panic
		}
	})
}
