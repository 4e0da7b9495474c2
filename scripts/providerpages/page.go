package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// page writes the page of a preset, with the examples of its variables.
func page(p *provider.Preset) (string, error) {
	examples := map[string]string{}
	for _, v := range p.Variables {
		examples[v.Name] = v.Example
	}
	values, err := p.Values(examples)
	if err != nil {
		return "", err
	}
	redirect := values.Child("redirect_uri").Text
	examples["redirect_uri"] = "`" + redirect + "`"
	w := writer{preset: p, examples: examples, values: values}
	w.line("# %s", p.Title)
	w.line("<!-- Written by scripts/providerpages from internal/provider/presets/%s.toml. -->", p.Name)
	w.line("%s. The preset is called `%s`%s.", p.Summary, p.Name, aliases(p.Aliases))
	w.register(redirect)
	w.setUp()
	w.firstToken()
	w.errors()
	w.notes()
	if err := w.profile(); err != nil {
		return "", err
	}
	w.sources()
	return strings.TrimRight(w.String(), "\n") + "\n", nil
}

func aliases(names []string) string {
	switch last := len(names) - 1; last {
	case -1:
		return ""
	case 0:
		return ", or `" + names[0] + "`"
	default:
		return ", or `" + strings.Join(names[:last], "`, `") + "` or `" + names[last] + "`"
	}
}

type writer struct {
	strings.Builder
	preset   *provider.Preset
	examples map[string]string // of the variables, and the redirect URI
	values   *tomlfile.Node
}

// line writes a paragraph, a heading or the like.
func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n\n", args...) }

func (w *writer) register(redirect string) {
	r := w.preset.Register
	w.line("## Register")
	open := "Open <" + provider.Fill(r.Page, w.examples) + ">"
	if provider.Fill(r.Page, w.examples) != r.Page {
		open += ", with your own values in the address,"
	}
	if r.ClientType != "" {
		w.line("%s and register a client of the type *%s*:", open, r.ClientType)
	} else {
		w.line("%s:", open)
	}
	for i, step := range r.Steps {
		fmt.Fprintf(w, "%d. %s.\n", i+1, provider.Fill(step, w.examples))
	}
	w.WriteString("\n| | |\n|---|---|\n")
	fmt.Fprintf(w, "| Redirect URI | `%s`. %s |\n", redirect, ports[r.Port])
	if hosts := slices.DeleteFunc(slices.Clone(r.RedirectHosts), func(h string) bool { return strings.Contains(redirect, "//"+h) }); len(hosts) > 0 {
		fmt.Fprintf(w, "| Other hosts that it takes | `%s` |\n", strings.Join(hosts, "`, `"))
	}
	if r.Secret != "" {
		fmt.Fprintf(w, "| Client secret | %s |\n", secrets[r.Secret])
	}
	if r.RefreshScope != "" {
		fmt.Fprintf(w, "| Refresh token | by the scope `%s` |\n", r.RefreshScope)
	}
	w.WriteByte('\n')
}

var ports = map[string]string{
	provider.PortAny:   "The port is not compared: oauthget takes a free one",
	provider.PortExact: "The port is compared; for another one, register and set `redirect_uri`",
	"":                 "Register it exactly so; for another one, register and set `redirect_uri`",
}

var secrets = map[string]string{
	provider.SecretRequired: "required",
	provider.SecretOptional: "needed if the client has one",
	provider.SecretNone:     "none",
}

func (w *writer) setUp() {
	p := w.preset
	w.line("## Set up")
	w.line("`oauthget setup %s` opens that page, asks for what you got there, and logs in. By hand:", p.Name)
	command := fmt.Sprintf("oauthget profile add %s --preset %[1]s", p.Name)
	for _, v := range p.Variables {
		command += fmt.Sprintf(" --preset-variables %s=%s", v.Name, v.Example)
	}
	command += " --client-id CLIENT-ID"
	if p.Register.Secret == provider.SecretRequired {
		command += " --client-secret-keychain " + p.Name
	}
	w.line("```sh\n%s\n```", command)
	const ways = "[how it gets there, and other places](../secrets-and-storage.md#client-secrets)"
	switch p.Register.Secret {
	case provider.SecretRequired:
		w.line("The client secret is in the keychain item `%s`: see %s.", p.Name, ways)
	case provider.SecretOptional:
		w.line("If the client has a secret, add `--client-secret-keychain %s`: see %s.", p.Name, ways)
	}
	if len(p.Variables) > 0 {
		w.WriteString("| Variable | What it is | Example | Default |\n|---|---|---|---|\n")
		for _, v := range p.Variables {
			fmt.Fprintf(w, "| `%s` | %s | `%s` | %s |\n", v.Name, cell(v.Title), v.Example, cmp.Or(v.Default, "none"))
		}
		w.WriteByte('\n')
	}
	if w.values.Child("scopes") == nil {
		w.line("The preset has no scopes. `--scope` adds yours.")
	} else {
		w.line("`--scope` replaces the scopes of the preset.")
	}
}

func (w *writer) firstToken() {
	w.line("## First token")
	w.line("<!-- not run: it needs an account at the provider -->\n```sh\noauthget doctor %s\noauthget login %[1]s\noauthget token %[1]s\n```", w.preset.Name)
}

func (w *writer) errors() {
	if len(w.preset.Errors) == 0 {
		return
	}
	w.line("## Known errors")
	w.WriteString("| Error | What to do |\n|---|---|\n")
	for _, e := range w.preset.Errors {
		var names []string
		if e.Code != "" {
			names = append(names, "`"+e.Code+"`")
		}
		if e.Contains != "" {
			names = append(names, "“"+e.Contains+"”")
		}
		fmt.Fprintf(w, "| %s | %s. ([source](%s)) |\n", cell(strings.Join(names, ", ")), cell(sentence(e.Hint)), e.Source)
	}
	w.WriteByte('\n')
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func (w *writer) notes() {
	if len(w.preset.Notes) == 0 {
		return
	}
	w.line("## Good to know")
	for _, n := range w.preset.Notes {
		fmt.Fprintf(w, "- %s ([source](%s))\n", n.Text, n.Source)
	}
	w.WriteByte('\n')
}

// profile shows what the preset puts into a profile.
func (w *writer) profile() error {
	w.line("## What the preset sets")
	var tables []*tomlfile.Node
	w.WriteString("```toml\n[profiles." + w.preset.Name + "]\n")
	write := func(n *tomlfile.Node) error {
		value, err := toml(n)
		fmt.Fprintf(w, "%s = %s\n", tomlfile.Key(n.Name), value)
		return err
	}
	for _, n := range w.values.Children {
		if n.Kind == tomlfile.Table {
			tables = append(tables, n)
			continue
		}
		if err := write(n); err != nil {
			return err
		}
	}
	for _, table := range tables {
		fmt.Fprintf(w, "\n[profiles.%s.%s]\n", w.preset.Name, table.Name)
		for _, n := range table.Children {
			if err := write(n); err != nil {
				return err
			}
		}
	}
	w.line("```")
	return nil
}

// toml writes a value. Strings, booleans and numbers look the same in JSON.
func toml(n *tomlfile.Node) (string, error) {
	if n.Kind != tomlfile.Array {
		return n.JSON()
	}
	var values []string
	for _, child := range n.Children {
		value, err := toml(child)
		if err != nil {
			return "", err
		}
		values = append(values, value)
	}
	return "[" + strings.Join(values, ", ") + "]", nil
}

func (w *writer) sources() {
	w.line("## Sources")
	for _, s := range w.preset.Sources {
		fmt.Fprintf(w, "- <%s>, read on %s: `%s`\n", s.URL, s.Date, strings.Join(s.Facts, "`, `"))
	}
}
