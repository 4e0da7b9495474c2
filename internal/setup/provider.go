package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// askProvider finds out which server the profile is for.
func (s *setup) askProvider(ctx context.Context) error {
	given := cmp.Or(s.text("preset"), s.text("issuer"), s.text("url"))
	switch named, _ := provider.Lookup(s.Name); {
	case s.reopened[stepProvider]:
		return s.chooseProvider(ctx, cmp.Or(given, s.about.title))
	case s.text("preset") != "":
		p, err := config.Preset(s.text("preset"))
		if err != nil {
			return err
		}
		s.usePreset(p)
		return nil
	case s.text("authorization_endpoint") != "" || s.text("token_endpoint") != "":
		s.about.title = hostOf(cmp.Or(s.text("issuer"), s.text("token_endpoint")))
		return nil
	case given != "" && (s.Session.NoInput || s.text("url") == "" && !s.canAsk()): // the checks find out what nobody is to be asked about
		s.about.title = hostOf(given)
		return nil
	case given != "":
		return s.examine(ctx, given)
	case session.IsURL(s.Name):
		return s.examine(ctx, s.Name)
	case named != nil:
		s.usePreset(named)
		return nil
	}
	return s.chooseProvider(ctx, "")
}

func (s *setup) usePreset(p *provider.Preset) {
	s.preset, s.about = p, about{title: p.Title}
	s.set("preset", p.Name)
}

// chooseProvider asks for a provider or a URL. More of a name narrows the list of providers; a number takes one of it.
func (s *setup) chooseProvider(ctx context.Context, ready string) error {
	all, err := provider.All()
	if err != nil {
		return err
	}
	before := ready
	var shown []*provider.Preset
	q := question{
		key: "preset", text: "Provider or URL", ready: ready, hint: "Enter lists the providers",
		about: []string{"Which provider? Type a part of its name, or the URL of an issuer or of an API."},
	}
	for {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return err
		}
		found := narrow(all, shown, answer)
		address := addressOf(answer)
		if before != "" && answer != before && (len(found) == 1 || len(found) == 0 && address != "") {
			s.forget(ctx)
		}
		switch {
		case len(found) == 1:
			s.usePreset(found[0])
			return nil
		case len(found) == 0 && address != "":
			if err = s.examine(ctx, address); err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return err
			}
			s.tell(err)
			q.about, q.ready = nil, address
		case len(found) == 0:
			q.about = []string{fmt.Sprintf("No provider has the name %q. The URL of its issuer will do, too.", answer)}
			var unknown *provider.UnknownError
			if _, err := provider.Lookup(answer); errors.As(err, &unknown) && len(unknown.Near) > 0 {
				q.about = []string{fmt.Sprintf("No provider has the name %q; near it: %s", answer, strings.Join(unknown.Near, ", "))}
			}
		default:
			if q.about, q.ready, shown = listed(found), "1", found; answer == "" {
				q.ready, shown = "", nil
			}
		}
	}
}

// narrow returns the providers that an answer can mean.
func narrow(all, shown []*provider.Preset, answer string) []*provider.Preset {
	if i := number(answer, len(shown)); i >= 0 {
		return shown[i : i+1]
	}
	answer = strings.ToLower(answer)
	var exact, partly []*provider.Preset
	for _, p := range all {
		names := append([]string{p.Name, strings.ToLower(p.Title)}, p.Aliases...)
		switch {
		case slices.Contains(names, answer):
			exact = append(exact, p)
		case slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, answer) }):
			partly = append(partly, p)
		}
	}
	if len(exact) == 1 || addressOf(answer) != "" {
		return exact
	}
	return append(exact, partly...)
}

// number reads the number of one of n choices, from 0 on; -1 if it is none.
func number(text string, n int) int {
	if i, err := strconv.Atoi(text); err == nil && i >= 1 && i <= n {
		return i - 1
	}
	return -1
}

// listed numbers the providers. Of many there are the names alone.
func listed(of []*provider.Preset) []string {
	const many, width = 15, 76
	var lines []string
	for i, p := range of {
		if len(of) <= many {
			lines = append(lines, fmt.Sprintf("%4d  %-24s %s", i+1, p.Name, cmp.Or(p.Summary, p.Title)))
			continue
		}
		if last := len(lines) - 1; last >= 0 && len(lines[last])+len(p.Name)+2 <= width {
			lines[last] += ", " + p.Name
		} else {
			lines = append(lines, "  "+p.Name)
		}
	}
	return lines
}

// addressOf is the URL that an answer is, or stands for; empty if it is none.
func addressOf(answer string) string {
	host, _, _ := strings.Cut(answer, "/")
	switch {
	case session.IsURL(answer):
		return answer
	case strings.ContainsAny(answer, " @"):
		return ""
	case strings.HasPrefix(host, "localhost:"), strings.HasPrefix(host, "127.0.0.1:"):
		return "http://" + answer
	case strings.Contains(strings.Trim(host, "."), "."):
		return "https://" + answer
	}
	return ""
}

// forget drops what was answered about another server.
func (s *setup) forget(ctx context.Context) {
	s.takeBack(ctx)
	for _, key := range []string{"preset", "preset_variables", "issuer", "url", "client_id", "client_secret_keychain", "scopes", "redirect_uri", "token_endpoint_auth_method"} {
		delete(s.keys, key)
	}
	s.preset, s.about, s.secret, s.registered = nil, about{}, token.Secret{}, false
	for _, step := range []int{stepName, stepVariables, stepClient, stepSecret, stepScopes} {
		s.asked[step] = false
	}
}

// askVariables asks for what the preset needs to know, also where a flag gives a value that cannot be: the page to open may have it.
// Where nobody can be asked, and for a misspelt name, that is found when the profile is opened.
func (s *setup) askVariables(ctx context.Context) error {
	if s.preset == nil || !s.canAsk() {
		return nil
	}
	given := s.variables()
	for i := range s.preset.Variables {
		v := &s.preset.Variables[i]
		if s.reopened[stepVariables] || s.preset.Check(v, given[v.Name]) != nil {
			value, err := s.askVariable(ctx, v, cmp.Or(given[v.Name], v.Default))
			if err != nil {
				return err
			}
			given[v.Name] = value
		}
		if given[v.Name] == v.Default {
			delete(given, v.Name)
		}
	}
	delete(s.keys, "preset_variables")
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !s.reopened[stepVariables] || s.preset.Variable(name) != nil {
			s.keys["preset_variables"] = append(s.keys["preset_variables"], name+"="+given[name])
		}
	}
	return nil
}

// askVariable asks for one variable until its value has the form that it must have.
func (s *setup) askVariable(ctx context.Context, v *provider.Variable, ready string) (string, error) {
	q := question{key: "preset_variables", text: v.Title, ready: ready}
	if ready == "" && v.Example != "" {
		q.text += ", such as " + v.Example
	} else if err := s.preset.Check(v, ready); err != nil {
		q.about, q.ready = []string{untrusted.Line(err.Error())}, v.Default
	}
	for {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return "", err
		}
		if err = s.preset.Check(v, answer); err == nil {
			return answer, nil
		}
		q.about = []string{untrusted.Line(err.Error())}
	}
}

// variables are the values given for the preset's.
func (s *setup) variables() map[string]string {
	values := map[string]string{}
	for _, text := range s.keys["preset_variables"] {
		name, value, _ := strings.Cut(text, "=")
		values[name] = value
	}
	return values
}

// presets returns the values that the preset has for a key of the profile.
func (s *setup) presets(key string) []string {
	if s.preset == nil {
		return nil
	}
	profile, err := s.preset.Values(s.variables())
	if err != nil || profile.Child(key) == nil {
		return nil
	}
	n := profile.Child(key)
	if len(n.Children) == 0 {
		return []string{n.Text}
	}
	var values []string
	for _, item := range n.Children {
		values = append(values, item.Text)
	}
	return values
}

func first(of []string) string { return strings.Join(of[:min(len(of), 1)], "") }

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return untrusted.Text(u.Host)
	}
	return untrusted.Text(address)
}
