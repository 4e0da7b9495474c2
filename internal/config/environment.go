package config

import (
	"os"
	"slices"
	"strings"
)

// withoutSecrets is the environment of the process without our own variables that hold a secret. A program that prints
// one of them has no need of the other, and passes its environment on to agents and helpers that live on.
func withoutSecrets() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.EqualFold(name, "OAUTHGET_CLIENT_SECRET") || strings.EqualFold(name, "OAUTHGET_PASSPHRASE")
	})
}
