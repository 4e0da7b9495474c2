// Package provider knows authorization servers that many people use: their endpoints and quirks in the profile file's own
// keys, what to register there, and where each fact was read.
//
// A provider is a file in presets, and no code goes by a provider's name. A file is read only when a profile or a command
// names its preset. To add one, write the file; the tests of this package say what a file lacks.
package provider

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/similar"
	"github.com/oauthget/oauthget/internal/tomlfile"
	"github.com/oauthget/oauthget/internal/untrusted"
)

//go:embed presets/*.toml
var files embed.FS

// Preset is what is known about one provider.
type Preset struct {
	Name      string   // what the key preset says: the name of the file
	Title     string   // as the provider writes it
	Aliases   []string // other names that a person may type, in lower case
	Summary   string
	Variables []Variable // in the order of the file
	Register  Register
	Notes     []Note
	Errors    []KnownError
	Sources   []Source

	profile *tomlfile.Node // the keys of a profile, with {variables} in their values
}

// Variable is what the key preset_variables has to give. In values it is written {NAME}.
type Variable struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Pattern string `json:"pattern"` // RE2, of the whole value
	Example string `json:"example"`
	Default string `json:"default,omitempty"` // empty if the variable is required
}

// Register is what to register at the provider.
type Register struct {
	Page       string   `json:"page"`                  // https URL; may hold {variables}
	ClientType string   `json:"client_type,omitempty"` // the provider's name of the kind to choose
	Steps      []string `json:"steps"`                 // in order; {redirect_uri} stands for the redirect URI
	// RedirectHosts are the loopback hosts that the provider takes in a redirect URI.
	RedirectHosts []string `json:"redirect_hosts"`
	Port          string   `json:"port,omitempty"`          // PortAny, PortExact, or empty if unknown
	Secret        string   `json:"secret,omitempty"`        // SecretRequired, SecretOptional, SecretNone, or empty if unknown
	RefreshScope  string   `json:"refresh_scope,omitempty"` // the scope without which no refresh token comes; empty for none
}

// Whether the port of a loopback redirect URI has to be the registered one, and whether the client has a secret.
const (
	PortAny   = "any"
	PortExact = "exact"

	SecretRequired = "required"
	SecretOptional = "optional"
	SecretNone     = "none"
)

// Takes reports whether the provider takes a redirect URI with a loopback host, an IPv6 address without its brackets.
func (r Register) Takes(host string) bool {
	return slices.ContainsFunc(r.RedirectHosts, func(taken string) bool { return strings.Trim(taken, "[]") == strings.ToLower(host) })
}

// Note is what a person should know.
type Note struct {
	Text   string `json:"text"`
	Source string `json:"source"`
	Date   string `json:"date"`
}

// KnownError is an error of the provider that has a known cause.
type KnownError struct {
	Code     string `json:"error,omitempty"`    // may be empty if Contains is not
	Contains string `json:"contains,omitempty"` // words of the description; may be empty
	Hint     string `json:"hint"`
	Source   string `json:"source"`
	Date     string `json:"date"`
}

// Source is where facts were read.
type Source struct {
	URL   string   `json:"url"`
	Date  string   `json:"date"`
	Facts []string `json:"facts"` // keys of the profile by name; others as in register.page, variables.tenant
}

// Names lists the presets, sorted.
func Names() []string {
	entries, _ := files.ReadDir("presets") // embedded
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".toml")
	}
	slices.Sort(names) // with their extensions they are in another order
	return names
}

// UnknownError is returned for a preset that does not exist.
type UnknownError struct {
	Name string
	Near []string // similar names, the nearest first; may be empty
}

func (e *UnknownError) Error() string { return "there is no preset " + untrusted.Quote(e.Name) }

// Lookup returns the preset with a name or an alias, in any case. The error for a name that is neither is an *UnknownError.
func Lookup(name string) (*Preset, error) {
	wanted := strings.ToLower(name)
	if slices.Contains(Names(), wanted) {
		return load(wanted)
	}
	for _, n := range Names() {
		// Reading all of them takes longer than a stored token.
		if data, err := files.ReadFile(path(n)); err != nil || !bytes.Contains(data, []byte(strconv.Quote(wanted))) {
			continue
		}
		if p, err := load(n); err != nil || slices.Contains(p.Aliases, wanted) {
			return p, err
		}
	}
	all, err := All()
	if err != nil {
		return nil, err
	}
	known := map[string]string{} // the preset of each name and alias
	for _, p := range all {
		for _, word := range append(p.Aliases, p.Name) {
			known[word] = p.Name
		}
	}
	unknown := &UnknownError{Name: name}
	for _, near := range similar.To(name, slices.Sorted(maps.Keys(known))) {
		if !slices.Contains(unknown.Near, known[near]) {
			unknown.Near = append(unknown.Near, known[near])
		}
	}
	return nil, unknown
}

// All returns all presets, sorted by name.
func All() ([]*Preset, error) {
	var all []*Preset
	for _, name := range Names() {
		p, err := load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func load(name string) (*Preset, error) {
	data, err := files.ReadFile(path(name))
	if err != nil {
		return nil, err
	}
	return parse(name, path(name), data)
}

func path(name string) string { return "presets/" + name + ".toml" }

// parse reads a file. path is for errors.
func parse(name, path string, data []byte) (*Preset, error) {
	document, err := tomlfile.Parse(data)
	if e, ok := errors.AsType[*tomlfile.Error](err); ok {
		return nil, fmt.Errorf("%s:%d:%d: %w", path, e.Line, e.Column, e.Err)
	}
	if err != nil {
		return nil, err
	}
	p := &Preset{Name: name}
	r := reader{path: path}
	r.table(document.Root, p.members(&r))
	return p, r.err
}
