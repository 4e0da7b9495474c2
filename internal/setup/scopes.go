package setup

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// askScopes asks what the token is to be good for.
func (s *setup) askScopes(ctx context.Context) error {
	const key, none = "scopes", "none"
	preset := strings.Join(s.presets(key), " ")
	given := strings.Join(s.keys[key], " ")
	if !s.reopened[stepScopes] && (given != "" || s.text("url") != "") || !s.canAsk() {
		return nil
	}
	q := question{key: key, text: "Scopes", ready: cmp.Or(given, preset, s.usualScopes(), none)}
	if known := s.about.metadata.ScopesSupported; len(known) > 0 {
		q.about = []string{"", "The server knows the scopes: " + shortened(known)}
	}
	answer, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	if answer = strings.Join(strings.Fields(strings.ReplaceAll(answer, ",", " ")), " "); answer == none || answer == preset {
		answer = ""
	}
	s.set(key, answer)
	return nil
}

// usualScopes are those that say who has logged in, and that bring a refresh token, where the server knows them.
func (s *setup) usualScopes() string {
	var usual []string
	for _, scope := range []string{"openid", "profile", "offline_access"} {
		if slices.Contains(s.about.metadata.ScopesSupported, scope) && s.needsPerson() {
			usual = append(usual, scope)
		}
	}
	return strings.Join(usual, " ")
}

// shortened is a list of names that fits a few lines of a terminal.
func shortened(names []string) string {
	const most = 20
	text := untrusted.Text(strings.Join(names[:min(len(names), most)], " "))
	if len(names) > most {
		text += " …"
	}
	return text
}
