package session

import (
	"slices"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
)

func TestStoresHaveTheirNamesInAProfile(t *testing.T) {
	i := slices.IndexFunc(config.Keys(), func(k config.Key) bool { return k.Name == "store" })
	s := &Session{options: Options{LookupEnv: func(string) (string, bool) { return "", false }}, console: &person{}}
	for _, name := range config.Keys()[i].Values {
		if got := s.StoreNamed(name).Name(); got != name {
			t.Errorf("the store %s is called %s", name, got)
		}
	}
}
