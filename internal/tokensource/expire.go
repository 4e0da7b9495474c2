package tokensource

import (
	"context"
	"errors"

	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// Expire has the stored access token count as expired, so that whoever asks next gets a refreshed one. The refresh token
// stays. Where refused is not empty and another token is stored, that one is newer and is left alone.
func (s *Source) Expire(ctx context.Context, refused token.Secret) error {
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
	if !refused.Empty() && !refused.Equal(set.AccessToken) || !set.Live(s.Now(), 0) {
		return nil
	}
	set.Expiry = s.Now()
	return s.save(ctx, set)
}
