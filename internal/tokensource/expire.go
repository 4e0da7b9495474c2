package tokensource

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// Expire marks the stored access token as expired if it is the one that was refused, so that the next caller gets a
// refreshed one. The refresh token stays. If another token is stored, it is newer and is left alone. An empty refused
// does nothing.
func (s *Source) Expire(ctx context.Context, refused token.Secret) error {
	if refused.Empty() {
		return nil
	}
	unlock, err := s.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	set, err := s.Store.Load(ctx, s.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !refused.Equal(set.AccessToken) || !set.Live(s.Now(), 0) {
		return nil
	}
	set.Expiry = s.Now()
	return s.save(ctx, set)
}
