package store

import (
	"errors"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

func TestMemoryKeepsTheLastSet(t *testing.T) {
	m := NewMemory(token.Set{AccessToken: token.NewSecret("first")})
	for _, want := range []string{"first", "second"} {
		set, err := m.Load(t.Context(), "any")
		if err != nil || !set.AccessToken.Equal(token.NewSecret(want)) {
			t.Errorf("%v, want %s", err, want)
		}
		if err := m.Save(t.Context(), "any", token.Set{AccessToken: token.NewSecret("second")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Delete(t.Context(), "any"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Load(t.Context(), "any"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
