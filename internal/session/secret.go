package session

import (
	"context"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/token"
)

// secretAccess is the outside world of reading a secret, and of the program that prints one.
func (s *Session) secretAccess() secretsource.Access {
	return secretsource.Access{LookupEnv: s.options.LookupEnv, Stderr: s.options.Stderr, WithoutEnv: s.secretEnv()}
}

// readSecret reads a secret. It waits for a named pipe until the timeout. Standard input ends with its writer, and another
// profile's token has its own limits.
func (s *Session) readSecret(ctx context.Context, source config.SecretSource, access secretsource.Access) (token.Secret, error) {
	if source.File() != "" {
		var cancel context.CancelFunc
		ctx, cancel = s.options.forWriter(ctx)
		defer cancel()
	}
	return secretsource.Read(ctx, source, access)
}
