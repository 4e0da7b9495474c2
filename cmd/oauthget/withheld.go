package main

import (
	"slices"
	"sync"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
)

// secretVariables are the variables of our environment that hold a secret, of the session's profile and of all those that
// present it a token, and they one, and so on: a browser or a program that one of them needs is not to see what another
// obtains its tokens with.
func (s *session) secretVariables() []string {
	names := config.SecretVariables()
	profiles, seen := []config.Profile{s.profile}, []string{s.profile.Name}
	for i := 0; i < len(profiles); i++ {
		for _, secret := range profiles[i].Secrets() {
			if v := secret.Variable(); v != "" {
				names = append(names, v)
			}
			name := secret.Profile()
			if name == "" || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			// Where it cannot be resolved, no program is run for it either.
			if p, _, err := s.resolveProfile(config.Input{File: s.file, Name: name, OneOfMany: true}); err == nil {
				profiles = append(profiles, p)
			}
		}
	}
	return names
}

// withholdTogether keeps what each session withholds from the programs of all of them.
func withholdTogether(sessions []*session) {
	together := sync.OnceValue(func() (names []string) {
		for _, s := range sessions {
			names = append(names, s.secretVariables()...)
		}
		return names
	})
	for _, s := range sessions {
		s.withheld = together
	}
}

// childEnviron is the environment of a program that is run with the token of the session: our own, without the secrets by
// which tokens are obtained.
func (s *session) childEnviron() []string { return child.Environ(s.withheld()...) }
