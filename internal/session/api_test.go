package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

func TestScopesOfAnAPI(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("orders:%d", i)
	}
	for name, c := range map[string]struct {
		profile   []string
		challenge string
		published []string
		server    []string
		want      string
		fails     bool
	}{
		"the profile's":                    {[]string{"mine"}, "theirs", []string{"all"}, nil, "mine", false},
		"the challenge's":                  {nil, "a b", []string{"all"}, nil, "a b", false},
		"the metadata's":                   {nil, "", []string{"a", "b"}, nil, "a b", false},
		"none":                             {nil, "", nil, []string{"offline_access"}, "", false},
		"offline_access too":               {nil, "a", nil, []string{"offline_access"}, "a offline_access", false},
		"offline_access is the user's":     {[]string{"a"}, "", nil, []string{"offline_access"}, "a", false},
		"offline_access once":              {nil, "offline_access a", nil, []string{"offline_access"}, "offline_access a", false},
		"too many of them":                 {nil, "", many, nil, "", true},
		"a challenge that is too long":     {nil, strings.Join(many, " "), nil, nil, "", true},
		"too many, and the user's are not": {[]string{"a"}, "", many, nil, "a", false},
	} {
		s := &Session{Profile: config.Profile{Scopes: c.profile}, api: &api{
			found:    &resource.Found{Challenge: challenge.Challenge{Params: map[string]string{"scope": c.challenge}}, Metadata: &resource.Metadata{ScopesSupported: c.published}},
			metadata: &discovery.Metadata{ScopesSupported: c.server},
		}}
		err := s.chooseScopes()
		if (err != nil) != c.fails || err == nil && !slices.Equal(s.Profile.Scopes, strings.Fields(c.want)) {
			t.Errorf("%s: %v, %v", name, s.Profile.Scopes, err)
		}
	}
}

func TestChallengeForTooManyScopesOpensNoBrowser(t *testing.T) {
	s := &Session{Store: struct{ store.Store }{}} // a call would panic
	_, err := s.stepUp(t.Context(), token.Set{}, challenge.Challenge{Params: map[string]string{"scope": strings.Repeat("orders ", 1000)}})
	if e, ok := errors.AsType[*config.Error](err); !ok || e.Key != "scopes" {
		t.Error(err)
	}
}

// The store may be a keychain, which is slow and may ask the user.
func TestLongListOfServersAsksNoStore(t *testing.T) {
	servers := make([]string, 10_000)
	for i := range servers {
		servers[i] = fmt.Sprintf("https://as%d.example", i)
	}
	s := &Session{stateDir: t.TempDir(), Store: struct{ store.Store }{}, api: &api{ // a call would panic
		found: &resource.Found{Metadata: &resource.Metadata{AuthorizationServers: servers}},
	}}
	if issuer, err := s.issuerOfAPI(); err != nil || issuer != servers[0] {
		t.Errorf("%s, %v", issuer, err)
	}
	record := store.Record{Store: "keychain", Issuer: servers[7] + "/", Registration: true}
	record.Key = registrationKey(record.Issuer)
	if err := (store.Records{StateDir: s.stateDir}).Write(record); err != nil {
		t.Fatal(err)
	}
	s.Store = &store.Keychain{}
	if issuer, err := s.issuerOfAPI(); err != nil || issuer != servers[7] {
		t.Errorf("with a client at one of them: %s, %v", issuer, err)
	}
}
