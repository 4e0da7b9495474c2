package provider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/similar"
	"github.com/oauthget/oauthget/internal/tomlfile"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// VariableError is returned for variables that a preset cannot be used with.
type VariableError struct {
	Preset   *Preset
	Name     string
	Variable *Variable // nil if the preset has none of that name
	Near     []string  // what may have been meant then
	Missing  bool      // it has no value
}

func (e *VariableError) Error() string {
	switch {
	case e.Variable == nil && len(e.Preset.Variables) == 0:
		return fmt.Sprintf("the preset %s has no variables", e.Preset.Name)
	case e.Variable == nil:
		return fmt.Sprintf("the preset %s has no variable %s", e.Preset.Name, untrusted.Quote(e.Name))
	case e.Missing:
		return fmt.Sprintf("the preset %s needs %s: %s", e.Preset.Name, e.Name, e.Variable.Title)
	}
	return fmt.Sprintf("not of the form %s, as in %s", e.Variable.Pattern, e.Variable.Example)
}

// Advice is what to do about the error.
func (e *VariableError) Advice() string {
	if e.Missing {
		return fmt.Sprintf(`set it in preset_variables, as in { %s = "%s" }, or --preset-variables %[1]s=%[2]s`, e.Name, e.Variable.Example)
	}
	return "oauthget profile presets " + e.Preset.Name
}

// Check returns an error if value cannot be the variable's: a *VariableError.
func (p *Preset) Check(v *Variable, value string) error {
	if value == "" {
		return &VariableError{Preset: p, Name: v.Name, Variable: v, Missing: true}
	}
	if matched, err := regexp.MatchString(`\A(?:`+v.Pattern+`)\z`, value); err != nil || !matched {
		return &VariableError{Preset: p, Name: v.Name, Variable: v}
	}
	return nil
}

// Variable returns the variable called name, or nil.
func (p *Preset) Variable(name string) *Variable {
	i := slices.IndexFunc(p.Variables, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return nil
	}
	return &p.Variables[i]
}

// Values returns the keys of a profile: a table as package config reads them. An error is a *VariableError.
func (p *Preset) Values(given map[string]string) (*tomlfile.Node, error) {
	filled, err := p.filled(given)
	if err != nil {
		return nil, err
	}
	return fill(p.profile, filled), nil
}

// filled returns the values of all variables.
func (p *Preset) filled(given map[string]string) (map[string]string, error) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if p.Variable(name) == nil {
			var known []string
			for _, v := range p.Variables {
				known = append(known, v.Name)
			}
			return nil, &VariableError{Preset: p, Name: name, Near: similar.To(name, known)}
		}
	}
	filled := map[string]string{}
	for _, v := range p.Variables {
		value := given[v.Name]
		if value == "" {
			value = v.Default
		}
		if err := p.Check(&v, value); err != nil {
			return nil, err
		}
		filled[v.Name] = value
	}
	return filled, nil
}

// fill returns a copy of n with the variables in its values replaced.
func fill(n *tomlfile.Node, variables map[string]string) *tomlfile.Node {
	filled := *n
	filled.Text, filled.Children = Fill(n.Text, variables), nil
	for _, child := range n.Children {
		filled.Children = append(filled.Children, fill(child, variables))
	}
	return &filled
}

// Fill replaces each {NAME} in text by the variable's value, once. Other braces stay.
func Fill(text string, variables map[string]string) string {
	var pairs []string
	for name, value := range variables {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
