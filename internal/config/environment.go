package config

import "github.com/oauthget/oauthget/internal/child"

// SecretVariables are those variables of our own that hold a secret.
func SecretVariables() []string { return []string{"OAUTHGET_CLIENT_SECRET", "OAUTHGET_PASSPHRASE"} }

// Secrets are all that the profile says where to get, whether its grant has a use for it or not. Some may be empty.
func (p Profile) Secrets() []SecretSource {
	return []SecretSource{p.ClientSecret, p.Assertion.Source, p.Exchange.Subject, p.Exchange.Actor}
}

// Variable is the environment variable that holds the secret; empty where it is somewhere else.
func (s SecretSource) Variable() string {
	if s.is("_env") {
		return s.Value
	}
	return ""
}

// File is the path of the file that holds the secret; empty where it is somewhere else, be it standard input.
func (s SecretSource) File() string {
	if s.is("_file") && !s.Stdin() {
		return s.Value
	}
	return ""
}

// Profile is the profile whose token the secret is; empty where it is none's.
func (s SecretSource) Profile() string {
	if s.is("_profile") {
		return s.Value
	}
	return ""
}

// withoutSecrets is the environment of the process without our own variables that hold a secret, and without others. A
// program that prints one of them has no need of the other, and passes its environment on to agents and helpers that live
// on.
func withoutSecrets(others []string) []string {
	return child.Environ(append(SecretVariables(), others...)...)
}
