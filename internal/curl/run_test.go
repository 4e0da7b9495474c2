package curl

import (
	"context"
	"fmt"
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
	refused := token.Set{AccessToken: token.NewSecret("refused")}
	for _, given := range []string{"refused", "another"} {
		warned := ""
		r := Run{
			Set: refused,
			Replace: func(context.Context, token.Secret) (token.Set, error) {
				return token.Set{AccessToken: token.NewSecret(given)}, nil
			},
			Warn: func(format string, args ...any) { warned = fmt.Sprintf(format, args...) },
			Step: func(string, ...any) {},
		}
		if again := r.renew(t.Context()); again != (given == "another") || again != (warned == "") {
			t.Errorf("in place of a refused token, %s: repeated is %v, warned %q", given, again, warned)
		}
		if r.renew(t.Context()) {
			t.Error("replaced twice")
		}
	}
}
