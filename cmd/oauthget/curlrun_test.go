package main

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

func TestCurlHasTheCertificateThatATokenMayBeBoundTo(t *testing.T) {
	run := func(tls config.TLS) string {
		t.Helper()
		r := &curlRun{
			app: newApp(system()), session: &session.Session{Profile: config.Profile{TLS: tls}},
			set: token.Set{AccessToken: token.NewSecret("canary-a")},
		}
		lines, err := r.header()
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	const header = "header = \"Authorization: Bearer canary-a\"\n"
	if got := run(config.TLS{CAFile: "ca.pem"}); got != header {
		t.Errorf("without a certificate: %s", got)
	}
	got := run(config.TLS{CertificateFile: `/c "1"\cert.pem`, KeyFile: "/k/key.pem"})
	if want := header + `cert = "/c \"1\"\\cert.pem"` + "\n" + `key = "/k/key.pem"` + "\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if strings.Count(got, "\n") != 3 {
		t.Errorf("%q", got)
	}
}
