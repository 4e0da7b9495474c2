package session

import (
	"context"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/token"
)

// secretAccess is what reading a secret of the session may touch of the outside world, and what a program that prints one
// may see of it.
func (s *Session) secretAccess() secretsource.Access {
	return secretsource.Access{LookupEnv: s.options.LookupEnv, Stderr: s.options.Stderr, WithoutEnv: s.secretEnv()}
}

// readSecret reads a secret, and waits no longer for a pipe than a person may take. Standard input is for whoever writes to
// it to end, and another profile's token takes its own time.
func (s *Session) readSecret(ctx context.Context, source config.SecretSource, access secretsource.Access) (token.Secret, error) {
	if source.File() != "" {
		var cancel context.CancelFunc
		ctx, cancel = s.options.forWriter(ctx)
		defer cancel()
	}
	return secretsource.Read(ctx, source, access)
}
