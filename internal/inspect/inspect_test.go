package inspect

import (
	"errors"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

// silent is a Console that nobody reads.
type silent struct{ session.Console }

func (silent) Step(string, ...any) {}

func TestErrorNamesTheProfile(t *testing.T) {
	const nobody = "http://127.0.0.1:1"
	s, err := session.Open(session.Options{
		Console: silent{}, Now: time.Now, LookupEnv: func(string) (string, bool) { return "", false },
	}, nil, "", map[string][]string{
		"authorization_endpoint": {nobody}, "token_endpoint": {nobody}, "client_id": {"cli"}, "store": {"none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := Inspector{Session: s, Given: token.NewSecret("eyJhbGciOiJub25lIn0.e30."), Now: time.Now}
	_, err = i.Inspect(t.Context())
	if e, ok := errors.AsType[*session.Error](err); !ok || e.Profile.ClientID != "cli" {
		t.Errorf("an unsigned token is not an error about the profile: %v", err)
	}
}
