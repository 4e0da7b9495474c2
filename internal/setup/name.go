package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
)

// askName decides how the profile is called. The person is asked only if that name is taken.
func (s *setup) askName(ctx context.Context) error {
	file, err := s.Session.ProfileFile(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var taken []string
	if file != nil {
		taken = file.Profiles()
	}
	name := s.Name
	if name == "" || session.IsURL(name) {
		name = s.suggestion()
	}
	if slices.Contains(s.Session.Commands, name) && s.Name == "" {
		name += "-1"
	}
	for {
		if err := config.CheckName(name, s.Session.Commands); err != nil {
			return err
		}
		s.name, s.replace = name, slices.Contains(taken, name)
		switch {
		case !s.replace || s.Replace:
			return nil
		case !s.canAsk():
			return &config.Error{
				Path: file.Path, Err: fmt.Errorf("profile %s already exists", name),
				Advice: "give another NAME, or replace it: oauthget setup " + shell.Word(name) + " --replace",
			}
		}
		answer, err := s.ask(ctx, question{
			about: []string{"There is a profile " + name + " already."},
			text:  "Another name, or replace to replace it", ready: free(name, taken),
		})
		switch {
		case err != nil:
			return err
		case answer == "replace":
			return nil
		case config.CheckName(answer, s.Session.Commands) != nil:
			s.console.Warn("%v", config.CheckName(answer, s.Session.Commands))
		default:
			name = answer
		}
	}
}

// suggestion is the name of the preset, or the domain of the server or API.
func (s *setup) suggestion() string {
	if s.preset != nil {
		return s.preset.Name
	}
	u, err := url.Parse(s.firstOf("url", "issuer", "token_endpoint"))
	if err != nil || net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), ".") {
		return "local"
	}
	labels := strings.Split(u.Hostname(), ".")
	i := len(labels) - 2
	if i > 0 && len(labels[i]) <= 3 { // as in example.co.uk
		i--
	}
	return labels[i]
}

func (s *setup) firstOf(keys ...string) string {
	for _, key := range keys {
		if s.text(key) != "" {
			return s.text(key)
		}
	}
	return ""
}

// free returns name with a number that makes it a new one.
func free(name string, taken []string) string {
	for i := 2; ; i++ {
		if next := fmt.Sprintf("%s-%d", name, i); !slices.Contains(taken, next) {
			return next
		}
	}
}
