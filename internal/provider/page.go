package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/oauthget/oauthget/internal/tomlfile"
)

// Summary is a preset's row in a list.
type Summary struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Aliases []string `json:"aliases"`
	Summary string   `json:"summary"`
}

// Listed returns the rows of presets.
func Listed(presets []*Preset) []Summary {
	rows := []Summary{}
	for _, p := range presets {
		rows = append(rows, Summary{p.Name, p.Title, append([]string{}, p.Aliases...), p.Summary})
	}
	return rows
}

// WriteTable writes a line for each preset.
func WriteTable(to io.Writer, presets []*Preset) error {
	w := tabwriter.NewWriter(to, 0, 0, 3, ' ', 0)
	for _, p := range presets {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.Title, p.Summary)
	}
	return w.Flush()
}

// WritePage writes all that is known, for a person: what to register, the keys of the profile, and where it was read.
func (p *Preset) WritePage(to io.Writer) error {
	var b strings.Builder
	section := func(title string) { fmt.Fprintf(&b, "\n%s\n", title) }
	fmt.Fprintf(&b, "%s: %s\n", p.Title, p.Summary)
	if len(p.Aliases) > 0 {
		fmt.Fprintf(&b, "preset = %q; also called %s\n", p.Name, strings.Join(p.Aliases, ", "))
	} else {
		fmt.Fprintf(&b, "preset = %q\n", p.Name)
	}
	if len(p.Variables) > 0 {
		section("preset_variables")
		for _, v := range p.Variables {
			fmt.Fprintf(&b, "  %s: %s, as in %s", v.Name, v.Title, v.Example)
			if v.Default != "" {
				fmt.Fprintf(&b, "; %s if it is not set", v.Default)
			}
			b.WriteByte('\n')
		}
	}
	p.writeRegister(&b)
	fmt.Fprintf(&b, "\nSet up\n  oauthget setup %s\n", p.Name)
	section("Values")
	for _, n := range p.profile.Children {
		writeValue(&b, n.Name, n)
	}
	if len(p.Notes) > 0 {
		section("Notes")
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "  %s\n    %s, %s\n", n.Text, n.Source, n.Date)
	}
	if len(p.Errors) > 0 {
		section("Known errors")
	}
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "  %s: %s\n    %s, %s\n", strings.Trim(e.Code+" "+e.Contains, " :"), e.Hint, e.Source, e.Date)
	}
	section("Sources")
	for _, s := range p.Sources {
		fmt.Fprintf(&b, "  %s, %s\n    %s\n", s.URL, s.Date, strings.Join(s.Facts, ", "))
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func (p *Preset) writeRegister(b *strings.Builder) {
	r := p.Register
	fmt.Fprintf(b, "\nRegister at %s\n", r.Page)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", name, value)
		}
	}
	redirect := p.profile.Child("redirect_uri").Text // TestPresets
	row("type", r.ClientType)
	row("redirect URI", redirect)
	row("hosts", strings.Join(r.RedirectHosts, ", "))
	row("port", r.Port)
	row("secret", r.Secret)
	row("refresh scope", r.RefreshScope)
	_ = w.Flush() // to memory
	for i, step := range r.Steps {
		fmt.Fprintf(b, "  %d. %s\n", i+1, Fill(step, map[string]string{"redirect_uri": redirect}))
	}
}

// writeValue writes a key as the profile file has it, a table in a line for each of its keys.
func writeValue(b *strings.Builder, name string, n *tomlfile.Node) {
	if n.Kind != tomlfile.Table {
		fmt.Fprintf(b, "  %s = %s\n", name, inTOML(n))
		return
	}
	for _, child := range n.Children {
		writeValue(b, name+"."+tomlfile.Key(child.Name), child)
	}
}

func inTOML(n *tomlfile.Node) string {
	switch n.Kind {
	case tomlfile.String:
		return tomlfile.Quote(n.Text)
	case tomlfile.Array:
		var items []string
		for _, item := range n.Children {
			items = append(items, inTOML(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return n.Text
}

// MarshalJSON has the members of the file, and the name.
func (p *Preset) MarshalJSON() ([]byte, error) {
	profile, err := p.profile.JSON()
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Summary
		Variables []Variable      `json:"variables"`
		Register  Register        `json:"register"`
		Profile   json.RawMessage `json:"profile"`
		Notes     []Note          `json:"notes"`
		Errors    []KnownError    `json:"errors"`
		Sources   []Source        `json:"sources"`
	}{Listed([]*Preset{p})[0], append([]Variable{}, p.Variables...), p.Register, json.RawMessage(profile), append([]Note{}, p.Notes...), append([]KnownError{}, p.Errors...), p.Sources})
}
