package config

import (
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/userdir"
)

// profile makes a Profile of checked settings.
func (r resolution) profile() Profile {
	p := Profile{Name: r.name, WithoutPAR: r.settings.text("require_pushed_authorization_requests") == "false"}
	p.OpenID.NoPrompt = r.settings["prompt"].values != nil && r.settings.text("prompt") == ""
	for _, k := range keys {
		values := r.settings[k.Name].values
		switch field := k.field(&p).(type) {
		case *string:
			if *field = r.settings.text(k.Name); k.Kind == Path {
				*field = r.path(k.Name)
			}
		case *[]string:
			*field = values
		case *bool:
			*field = r.settings.text(k.Name) == "true"
		case *[]int:
			for _, v := range values {
				n, _ := strconv.Atoi(v) // checked by form.Ports
				*field = append(*field, n)
			}
		case *url.Values:
			*field = r.settings.parameters(k.Name)
		case *SecretSource:
			if r.settings.text(k.Name) != "" {
				*field = r.secret(k)
			}
		}
	}
	return p
}

// parameters collects the settings TABLE.NAME; nil if there are none.
func (s settings) parameters(table string) url.Values {
	var out url.Values
	for key, setting := range s {
		if name, ok := strings.CutPrefix(key, table+"."); ok {
			if out == nil {
				out = url.Values{}
			}
			out[name] = setting.values
		}
	}
	return out
}

func (r resolution) secret(k Key) SecretSource {
	source := SecretSource{Key: k.Name}
	switch {
	case k.Secret:
		source.Literal = token.NewSecret(r.settings.text(k.Name))
	case k.Kind == Command:
		source.Command = r.settings[k.Name].values
	case k.Kind == Path:
		source.Value = r.path(k.Name)
	default:
		source.Value = r.settings.text(k.Name)
	}
	return source
}

// path is the value of a key that names a file. ~/ is the home directory; any other path in the profile file is relative to
// that file.
func (r resolution) path(key string) string {
	given := r.settings.text(key)
	path := userdir.Expand(given, r.getenv)
	if path != given {
		return path
	}
	if path != "" && path != stdin && r.settings[key].origin.Kind == FromFile && !filepath.IsAbs(path) {
		return filepath.Join(filepath.Dir(r.file.Path), path)
	}
	return path
}

// Of returns the values that a profile has for the key; nil if it has none or the default. A Table gives names and values in
// turn. A literal client secret gives "[set]".
func (k Key) Of(p Profile) []string {
	values := k.values(&p)
	if text := strings.Join(values, ""); text == k.Default || k.Kind == Bool && text == "false" && k.Default == "" {
		return nil
	}
	return values
}

func (k Key) values(p *Profile) (values []string) {
	switch field := k.field(p).(type) {
	case *string:
		return []string{*field}
	case *[]string:
		return *field
	case *bool:
		return []string{strconv.FormatBool(*field)}
	case *[]int:
		for _, n := range *field {
			values = append(values, strconv.Itoa(n))
		}
	case *url.Values:
		for _, name := range slices.Sorted(maps.Keys(*field)) {
			for _, value := range (*field)[name] {
				values = append(values, name, value)
			}
		}
	case *SecretSource:
		if field.Key == k.Name {
			return []string{field.Source()}
		}
	}
	return values
}
