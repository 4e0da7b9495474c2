package session

import (
	"slices"
	"sync"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/secretsource"
)

// secretEnvNames are the environment variables that hold a secret of the session's profile, or of a profile whose token it
// presents, and so on: no browser or program that one of them starts gets the secrets of another.
func (s *Session) secretEnvNames() []string {
	options := s.options
	options.OneOfMany = true
	names := config.SecretVariables()
	profiles, seen := []config.Profile{s.Profile}, []string{s.Profile.Name}
	for i := 0; i < len(profiles); i++ {
		for _, secret := range profiles[i].Secrets() {
			if v := secret.Variable(); v != "" {
				names = append(names, v)
			}
			if secret.GitHubActions() != "" {
				names = append(names, secretsource.GitHubRequestToken)
			}
			name := secret.Profile()
			if name == "" || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			// If it cannot be resolved, no program is run for it either.
			if p, _, err := options.resolve(s.file, name, nil); err == nil {
				profiles = append(profiles, p)
			}
		}
	}
	return names
}

// ShareSecretEnv hides the secret variables of each session from the programs of all of them.
func ShareSecretEnv(sessions []*Session) {
	together := sync.OnceValue(func() (names []string) {
		for _, s := range sessions {
			names = append(names, s.secretEnvNames()...)
		}
		return names
	})
	for _, s := range sessions {
		s.secretEnv = together
	}
}

// Environ is the environment of a program that is run with the session's token: that of this process without the
// variables that hold secrets.
func (s *Session) Environ() []string { return child.Environ(s.secretEnv()...) }
