package config

import (
	"strings"

	"github.com/oauthget/oauthget/internal/token"
)

// SecretSource is where a secret is: the client secret, the passphrase of the file store, or a token that a grant presents.
// Package secretsource reads it.
type SecretSource struct {
	Key     string       // the profile key; empty if there is no secret
	Literal token.Secret // of client_secret
	Value   string       // the path, variable, keychain item, profile or audience of the other keys
	Command []string     // of the keys …_command: the program and its arguments
}

// stdin is the path that stands for standard input.
const stdin = "-"

// Empty reports whether there is no secret.
func (s SecretSource) Empty() bool { return s.Key == "" }

// Source describes the source for display. It does not show a literal secret.
func (s SecretSource) Source() string {
	switch {
	case s.Key == keySecret:
		return "[set]"
	case s.Command != nil:
		return strings.Join(s.Command, " ")
	}
	return s.Value
}

// Variable is the environment variable that holds the secret; empty if it is elsewhere.
func (s SecretSource) Variable() string { return s.valueOf("_env") }

// Keychain is the keychain item that holds the secret; empty if it is elsewhere.
func (s SecretSource) Keychain() string { return s.valueOf("_keychain") }

// Profile is the profile whose token is the secret; empty if it is elsewhere.
func (s SecretSource) Profile() string { return s.valueOf("_profile") }

// GitHubActions is the audience for which GitHub Actions issues the job's identity token; empty if the secret is elsewhere.
func (s SecretSource) GitHubActions() string { return s.valueOf("_github_actions") }

// File is the path of the file that holds the secret; empty if it is elsewhere or standard input.
func (s SecretSource) File() string {
	if s.Stdin() {
		return ""
	}
	return s.valueOf("_file")
}

// Stdin reports whether the secret is read from standard input.
func (s SecretSource) Stdin() bool { return s.valueOf("_file") == stdin }

func (s SecretSource) valueOf(suffix string) string {
	if strings.HasSuffix(s.Key, suffix) {
		return s.Value
	}
	return ""
}

// Passphrase is the source of the file store's passphrase. It is empty without a passphrase_command.
func (p Profile) Passphrase() SecretSource {
	if len(p.PassphraseCommand) == 0 {
		return SecretSource{}
	}
	return SecretSource{Key: keyPassphraseCommand, Command: p.PassphraseCommand}
}

// Secrets returns all sources of the profile, also those that its grant does not use. Some may be empty.
func (p Profile) Secrets() []SecretSource {
	return []SecretSource{p.ClientSecret, p.Assertion.Source, p.Exchange.Subject, p.Exchange.Actor}
}

// PassphraseVariable holds the passphrase of the file store. No key does, so that no file and no argv contains it.
const PassphraseVariable = "OAUTHGET_PASSPHRASE"

// SecretVariables lists the variables of oauthget that hold a secret. Programs that oauthget starts do not get them.
func SecretVariables() []string { return []string{find(keys, keySecret).Env(), PassphraseVariable} }
