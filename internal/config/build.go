package config

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/oauthget/oauthget/internal/token"
)

// profile turns checked settings into the one shape.
func (r resolution) profile(home func() (string, error)) Profile {
	p := Profile{
		Name:          r.name,
		ClientSecret:  r.clientSecret(home),
		RedirectPorts: r.settings.ports("redirect_ports"),
		PKCE:          r.settings.text("pkce") == "true",
	}
	for _, k := range keys {
		if field := p.text(k.Name); field != nil {
			*field = r.settings.text(k.Name)
		}
		if field := p.list(k.Name); field != nil {
			*field = r.settings[k.Name].values
		}
		if field := p.table(k.Name); field != nil {
			*field = r.settings.parameters(k.Name)
		}
	}
	p.IdentityFile = r.path(keyIdentityFile, home)
	return p
}

// parameters collects the settings TABLE.NAME; nil where there is none.
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

// clientSecret says where the secret is.
func (r resolution) clientSecret(home func() (string, error)) SecretSource {
	key := r.secretKey()
	s := r.settings[key]
	source := SecretSource{Key: key}
	switch key {
	case "":
	case keySecret:
		source.Literal = token.NewSecret(s.values[0])
	case "client_secret_command":
		source.Command = s.values
	case "client_secret_file":
		source.Value = r.path(key, home)
	default:
		source.Value = s.values[0]
	}
	return source
}

// path is the value of a key that names a file: below the home directory where it begins with ~/, else relative to the
// profile file that says it.
func (r resolution) path(key string, home func() (string, error)) string {
	path := r.settings.text(key)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if dir, err := home(); err == nil {
			return filepath.Join(dir, rest)
		}
		return path
	}
	if path != "" && r.settings[key].origin.Kind == FromFile && !filepath.IsAbs(path) {
		return filepath.Join(r.file.dir(), path)
	}
	return path
}

// secretKey is the one key of the client secret that is in use, or empty.
func (r resolution) secretKey() string {
	for _, k := range keys {
		if isSecretKey(k.Name) && r.settings.text(k.Name) != "" {
			return k.Name
		}
	}
	return ""
}
