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
		RedirectPorts: r.settings.ports("redirect_ports"),
		WithoutPAR:    r.settings.text("require_pushed_authorization_requests") == "false",
	}
	for _, group := range secretGroups {
		*p.secret(group) = r.secret(group, home)
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
		if field := p.flag(k.Name); field != nil {
			*field = r.settings.text(k.Name) == "true"
		}
	}
	for _, key := range []string{keyIdentityFile, "client_key_file", "tls_certificate_file", "tls_key_file", "tls_ca_file"} {
		*p.text(key) = r.path(key, home)
	}
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

// secret says where the secret of a group is.
func (r resolution) secret(group string, home func() (string, error)) SecretSource {
	key := r.secretKey(group)
	s := r.settings[key]
	source := SecretSource{Key: key}
	switch strings.TrimPrefix(key, group) {
	case "":
		if key != "" {
			source.Literal = token.NewSecret(s.values[0])
		}
	case "_command":
		source.Command = s.values
	case "_file":
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
	if path != "" && path != stdin && r.settings[key].origin.Kind == FromFile && !filepath.IsAbs(path) {
		return filepath.Join(r.file.dir(), path)
	}
	return path
}

// secretKey is the one key of a group that is in use, or empty.
func (r resolution) secretKey(group string) string {
	for _, k := range keys {
		if secretGroup(k.Name) == group && r.settings.text(k.Name) != "" {
			return k.Name
		}
	}
	return ""
}
