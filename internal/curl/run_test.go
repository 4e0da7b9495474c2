package curl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

func TestCurlHasTheCertificateThatATokenMayBeBoundTo(t *testing.T) {
	lines := func(certificateFile, keyFile string) string {
		t.Helper()
		r := &Run{Set: token.Set{AccessToken: token.NewSecret("canary-a")}, CertificateFile: certificateFile, KeyFile: keyFile, Now: time.Now}
		text, err := r.header()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const header = "header = \"Authorization: Bearer canary-a\"\n"
	if got := lines("", ""); got != header {
		t.Errorf("without a certificate: %s", got)
	}
	got := lines(`/c "1"\cert.pem`, "/k/key.pem")
	if want := header + `cert = "/c \"1\"\\cert.pem"` + "\n" + `key = "/k/key.pem"` + "\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRefusedTokenIsNotSentAgain(t *testing.T) {
	refused, accepted := token.Set{AccessToken: token.NewSecret("refused")}, errors.New("accepted")
	for _, given := range []string{"refused", "another"} {
		warned, calls := "", 0
		r := Run{
			Set: refused,
			Replace: func(_ context.Context, set token.Set, status int, header http.Header) (token.Set, error) {
				if calls++; calls > 1 {
					return token.Set{}, accepted
				}
				if !set.AccessToken.Equal(refused.AccessToken) || status != 401 || header.Get("X") != "y" {
					t.Errorf("%d, %v", status, header)
				}
				return token.Set{AccessToken: token.NewSecret(given)}, nil
			},
			ErrAccepted: accepted,
			Warn:        func(format string, args ...any) { warned = fmt.Sprintf(format, args...) },
			Step:        func(string, ...any) {},
		}
		header := http.Header{"X": {"y"}}
		if again := r.renew(t.Context(), 401, header); again != (given == "another") || again != (warned == "") {
			t.Errorf("in place of a refused token, %s: repeated is %v, warned %q", given, again, warned)
		}
		if r.renew(t.Context(), 401, header) {
			t.Error("replaced twice")
		}
	}
}

func TestFailureOfALoginForMoreEndsTheRun(t *testing.T) {
	failure := errors.New("nobody is there")
	r := Run{
		Replace: func(context.Context, token.Set, int, http.Header) (token.Set, error) { return token.Set{}, failure },
		Fails:   func(err error) bool { return errors.Is(err, failure) },
	}
	if !r.renew(t.Context(), 403, nil) || !errors.Is(r.failed, failure) {
		t.Error("the answer is passed on")
	}
}
