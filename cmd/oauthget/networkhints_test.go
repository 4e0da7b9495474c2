package main

import (
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/remedy"
)

func TestServerThatIsNotTrustedBringsTheHintThatHelps(t *testing.T) {
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(nil)
	t.Cleanup(plain.Close)
	for want, issuer := range map[string]string{
		"set tls_ca_file":                     secure.URL,
		"the server does not use https there": strings.Replace(plain.URL, "http:", "https:", 1),
		"check the connection, a proxy in H":  "https://127.0.0.1:1",
	} {
		var stdout, stderr bytes.Buffer
		home := t.TempDir()
		world := outside{strings.NewReader(""), &stdout, &stderr, func(name string) (string, bool) { return home, name == "HOME" }, "linux", time.Now}
		if status := run(t.Context(), []string{"discover", issuer}, world).Code; status != remedy.StatusNetwork {
			t.Errorf("%s: status %d", issuer, status)
		}
		if !strings.Contains(stderr.String(), "hint: ") || !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: %s%s", issuer, stdout.String(), stderr.String())
		}
	}
}
