package main

import (
	"errors"
	"strings"

	"github.com/oauthget/oauthget/internal/advice"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
)

// advise adds to what the server refused which line of the profile it is about, and what to do.
func (s *session) advise(err error) error {
	e, ok := errors.AsType[*flow.ServerError](err)
	if !ok {
		return err
	}
	found, ok := advice.For(e.Grant, e.Code, e.Description)
	if !ok {
		return err
	}
	hints := []string{fill(found.Text, map[string]string{
		"client_id": s.profile.ClientID, "grant": e.Grant, "issuer": server(s.profile), "profile": s.profile.Name,
		"redirect_uri": redirectURI(s.profile), "scopes": strings.Join(s.profile.Scopes, " "),
	})}
	if line := s.line(found.Keys); line != "" {
		hints = append(hints, line)
	}
	hints = append(hints, pushHint(e)...)
	return hint.With(err, hints...)
}

// adviseOnRefresh leaves out what a login answers, which is tried or advised next.
func (s *session) adviseOnRefresh(err error) error {
	if flow.InvalidGrant(err) {
		return err
	}
	return s.advise(err)
}

// line is the first of keys that somebody has set, as it stands where they did.
func (s *session) line(keys []string) string {
	rows := config.Show(s.profile, s.origins)
	for _, key := range keys {
		for _, row := range rows {
			group := row.Key == key || strings.HasPrefix(row.Key, key+"_") && key == "client_secret"
			if group && row.Origin.Kind != config.FromDefault {
				return row.Key + " = " + row.Value + ", from " + row.Origin.Where
			}
		}
	}
	return ""
}

// redirectURI is what has to be registered.
func redirectURI(p config.Profile) string {
	if p.RedirectURI == config.DefaultRedirectURI && len(p.RedirectPorts) == 0 {
		return p.RedirectURI + " (with any port)"
	}
	return p.RedirectURI
}

// fill puts values into a text. What has none is called by its name.
func fill(text string, values map[string]string) string {
	for _, name := range advice.Placeholders() {
		value := values[name]
		if value == "" {
			value = map[string]string{"issuer": "URL", "profile": "NAME"}[name]
		}
		if value == "" {
			value = name
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
