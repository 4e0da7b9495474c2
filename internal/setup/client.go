package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// askClient says what to register, and asks for the client id that comes of it.
func (s *setup) askClient(ctx context.Context) error {
	const key = "client_id"
	switch {
	case s.reopened[stepClient]:
	case s.text(key) != "", s.text("url") != "" && s.needsPerson() && !s.registersNone():
		return nil
	}
	page, registers := s.page(), s.registers()
	q := question{key: key, text: "Client ID", ready: s.text(key)}
	switch {
	case q.ready != "":
	case registers:
		q.about = []string{s.about.title + " registers clients by itself."}
		q.hint = "Enter registers one"
	default:
		if q.about = s.whatToRegister(page); page != "" && !s.Session.NoBrowser && s.browser().Obstacle() == "" {
			q.hint = "Enter opens the page"
		}
	}
	for {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return err
		}
		switch {
		case answer != "":
			s.set(key, answer)
			return nil
		case q.hint != "" && registers:
			if err = s.register(ctx); err == nil || ctx.Err() != nil || errors.As(err, new(*store.Error)) {
				return err
			}
			s.tell(err)
			registers, q.hint, q.about = false, "", s.whatToRegister(page)
		case q.hint != "":
			q.about, q.hint = s.open(ctx, page), ""
		default:
			q.about = []string{"There is no login without a client ID."}
		}
	}
}

// whatToRegister tells what to register, where, and with which redirect URI.
func (s *setup) whatToRegister(page string) []string {
	redirectURI := s.redirectURI()
	lines := []string{"", "Register a client at " + s.about.title + s.ofType() + ":"}
	if page != "" {
		lines = append(lines, "  "+page)
	}
	told := false
	if s.preset != nil {
		values := s.values()
		values["redirect_uri"] = redirectURI
		for i, step := range s.preset.Register.Steps {
			text := provider.Fill(step, values)
			told = told || strings.Contains(text, redirectURI)
			lines = append(lines, fmt.Sprintf("  %d. %s", i+1, text))
		}
	}
	if !told && s.redirects() {
		lines = append(lines, "  redirect URI: "+untrusted.Line(redirectURI))
	}
	return lines
}

// ofType names the kind of client to choose.
func (s *setup) ofType() string {
	if s.preset == nil || s.preset.Register.ClientType == "" {
		return ""
	}
	return " (" + s.preset.Register.ClientType + ")"
}

// page is where clients are registered; empty if that is not known.
func (s *setup) page() string {
	if s.preset == nil {
		return ""
	}
	return provider.Fill(s.preset.Register.Page, s.values())
}

// values are the preset's variables, with their defaults.
func (s *setup) values() map[string]string {
	values := s.variables()
	for _, v := range s.preset.Variables {
		values[v.Name] = cmp.Or(values[v.Name], v.Default)
	}
	return values
}

// redirectURI is the one to register.
func (s *setup) redirectURI() string {
	return cmp.Or(s.text("redirect_uri"), first(s.presets("redirect_uri")), config.DefaultRedirectURI)
}

// open opens a page in the browser. It returns what there is to say about that.
func (s *setup) open(ctx context.Context, page string) []string {
	if err := s.browser().Open(ctx, page); err != nil {
		return []string{untrusted.Line(err.Error()) + "; open the page yourself"}
	}
	return nil
}

// browser opens pages, and gets no variable that holds a secret.
func (s *setup) browser() browser.Opener {
	hidden := append(config.SecretVariables(), s.text("client_secret_env"))
	return browser.Opener{Command: s.text("browser"), Getenv: s.getenv, Without: hidden}
}

func (s *setup) getenv(name string) string {
	value, _ := s.Session.LookupEnv(name)
	return value
}

// askRedirect asks for another redirect URI.
func (s *setup) askRedirect(ctx context.Context) error {
	const key = "redirect_uri"
	before := s.redirectURI()
	answer, err := s.ask(ctx, question{key: key, text: "Redirect URI, as it is registered", ready: before})
	if err == nil && answer != before {
		s.set(key, answer)
	}
	return err
}
