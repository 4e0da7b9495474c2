package output

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/dpop"
)

func TestSASLResponsesAreThoseOfTheirDocuments(t *testing.T) {
	for _, c := range []struct{ format, user, want string }{
		{"xoauth2", "someuser@example.com", "user=someuser@example.com\x01auth=Bearer abc+/=\x01\x01"},
		{"oauthbearer", "user@example.com", "n,a=user@example.com,\x01auth=Bearer abc+/=\x01\x01"},
		{"oauthbearer", "", "n,,\x01auth=Bearer abc+/=\x01\x01"},
		{"oauthbearer", "a=b,c", "n,a=a=3Db=2Cc,\x01auth=Bearer abc+/=\x01\x01"},
	} {
		f, err := Parse(c.format)
		if err == nil {
			f, err = f.As(c.user)
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.Render(full(), noon)
		if err != nil || strings.Count(text, "\n") != 1 {
			t.Fatalf("%s: %q %v", c.format, text, err)
		}
		got, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, "\n"))
		if diff := cmp.Diff(c.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s for %q: %v\n%s", c.format, c.user, err, diff)
		}
		if text, err := f.Render(bound(t), noon); !errors.Is(err, dpop.ErrBound) || text != "" {
			t.Errorf("%s of a bound token: %q %v", c.format, text, err)
		}
	}
}

func TestSASLUserIsOneThatTheMessageCanHold(t *testing.T) {
	for _, c := range []struct{ format, user string }{
		{"xoauth2", ""}, {"xoauth2", "a\x01auth=Bearer x"}, {"oauthbearer", "a\n"}, {"oauthbearer", "\xff"}, {"token", "a@example.com"},
	} {
		f, err := Parse(c.format)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.As(c.user); err == nil {
			t.Errorf("-o %s for %q is taken", c.format, c.user)
		}
	}
}
