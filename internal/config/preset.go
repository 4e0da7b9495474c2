package config

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/provider"
)

// addPreset puts the values of the preset that the settings name under them.
func (r *resolution) addPreset() error {
	variables := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.settings.parameters(keyPresetVariables))) {
		key := keyPresetVariables + "." + name
		switch values := r.settings[key].values; {
		case r.settings.text(keyPreset) == "":
			return r.at(key, unfit(keyPresetVariables, "there is no preset that they are for").advise("set preset too, or remove preset_variables"))
		case len(values) != 1:
			return r.at(key, unfit(keyPresetVariables, "want one value for %s", Printable(name)))
		}
		variables[name] = r.settings.text(key)
	}
	if r.settings.text(keyPreset) == "" {
		return nil
	}
	p, err := Preset(r.settings.text(keyPreset))
	if e, ok := errors.AsType[*Error](err); ok {
		return r.at(keyPreset, e)
	}
	values, err := p.Values(variables)
	if e, ok := errors.AsType[*provider.VariableError](err); ok {
		key := keyPresetVariables + "." + e.Name
		named := unfit(key, "%w", e).advise("%s", e.Advice())
		named.Suggestion = first(e.Near)
		return r.at(key, named)
	}
	r.preset, r.presets = p, settings{}
	from := &File{Path: "preset " + p.Name}
	for _, n := range values.Children {
		if err := from.keep(r.presets, find(keys, n.Name), n); err != nil { // the names are known: see TestPresets
			return err
		}
	}
	for key, s := range r.presets {
		r.presets[key] = setting{values: s.values, origin: Origin{FromPreset, from.Path}}
	}
	r.settings = overlay(r.presets, r.settings)
	// A preset says how the client sends its secret. A client may have none: GitHub's device grant asks for none.
	if method := r.settings["token_endpoint_auth_method"]; method.origin.Kind == FromPreset && r.settings[keySecret].values == nil && len(r.given(groupSecret)) == 0 {
		delete(r.settings, "token_endpoint_auth_method")
	}
	return nil
}

// Preset returns the preset with a name or an alias. The error for a name that is neither is an *Error.
func Preset(name string) (*provider.Preset, error) {
	p, err := provider.Lookup(name)
	if err == nil {
		return p, nil
	}
	e := unfit(keyPreset, "%w", err).advise("oauthget profile presets")
	if unknown, ok := errors.AsType[*provider.UnknownError](err); ok {
		e.Suggestion = first(unknown.Near)
	}
	return nil, e
}

// checkPreset refuses values that contradict the preset: no login can work with them, or a secret meant for one server would
// be sent to another one.
func (r resolution) checkPreset() error {
	if r.preset == nil {
		return nil
	}
	name := r.preset.Name
	// The issuer is who the endpoints belong to.
	if own := r.settings.text("issuer"); own != "" && r.ours("issuer") && !r.belongs(own) {
		e := unfit("issuer", "the preset %s is for another server", name).advise("remove issuer, or preset")
		if len(r.preset.Variables) > 0 {
			e.advise("remove issuer, and say which server in preset_variables: oauthget profile presets %s", name)
		}
		return r.at("issuer", e)
	}
	// What one server has issued is a secret that another one must not get.
	moved := func(key string) bool {
		return r.ours(key) && r.presets.text(key) != "" && !origin.SameText(r.settings.text(key), r.presets.text(key))
	}
	left := func(key string) bool {
		return strings.HasSuffix(key, "_endpoint") && !r.ours(key) && r.settings.text(key) != ""
	}
	needed, known := EndpointKeys(r.settings.text("grant")), names(keys)
	if i, j := slices.IndexFunc(needed, moved), slices.IndexFunc(known, left); i >= 0 && j >= 0 {
		return r.at(needed[i], unfit(needed[i], "%s is still the one of the preset %s, at another server", known[j], name).
			advise("set %s too, or remove %s", known[j], needed[i]))
	}
	u, err := url.Parse(r.settings.text("redirect_uri"))
	if err == nil && r.ours("redirect_uri") && confidential.Loopback(u.Hostname()) && !r.preset.Register.Takes(u.Hostname()) {
		return r.at("redirect_uri", unfit("redirect_uri", "%s takes no redirect URI with the host %s", r.preset.Title, Printable(u.Hostname())).
			advise("use %s, or remove redirect_uri", r.presets.text("redirect_uri")))
	}
	return nil
}

// ours reports whether the value of a key is the profile's rather than the preset's.
func (r resolution) ours(key string) bool { return r.settings[key].origin.Kind > FromPreset }

// belongs reports whether an issuer is that of the preset, or at its server if the preset names none.
func (r resolution) belongs(own string) bool {
	if of := r.presets.text("issuer"); of != "" {
		return own == of
	}
	return origin.SameText(own, r.presets.text("token_endpoint")) || origin.SameText(own, r.presets.text("authorization_endpoint"))
}

// unfit returns an Error about a preset, or about what does not go with it.
func unfit(key, format string, args ...any) *Error {
	e := wrong(key, format, args...)
	e.Preset = true
	return e
}
