//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// inBrowser is how long the person is in the browser: shorter than anybody is.
const inBrowser = 300 * time.Millisecond

// systemCertificates is the file of trusted certificates on Debian and most others.
const systemCertificates = "/etc/ssl/certs/ca-certificates.crt"

// login measures the time from the redirect to the token on stdout, over TLS. The profile names the endpoints, since fetching
// metadata would open the connection early.
func (b *bench) login(ctx context.Context, _ *world) error {
	server, err := b.serveTLS()
	if err != nil {
		return err
	}
	defer server.Close()
	for _, l := range []struct {
		what string
		args []string
		goal float64
	}{
		{"redirect → token over TLS", []string{
			"--authorization-endpoint", server.URL + "/authorize", "--token-endpoint", server.URL + "/token",
		}, 0.5},
		{"the same with an issuer and an ID Token", []string{"--issuer", server.URL, "--scope", "openid"}, 0},
	} {
		var with, without []time.Duration
		for range b.rounds {
			for program, times := range map[string]*[]time.Duration{"oauthget": &with, "oauthget-unprepared": &without} {
				took, err := b.logInOverTLS(ctx, server, program, l.args)
				if err != nil {
					return err
				}
				*times = append(*times, took)
			}
		}
		b.report.ratio(l.what, median(with), "without preparation", median(without), l.goal)
	}
	return nil
}

func (b *bench) logInOverTLS(ctx context.Context, server *httptest.Server, program string, args []string) (time.Duration, error) {
	// Keys from an earlier login would be in the cache.
	if err := os.RemoveAll(filepath.Join(b.dir, ".cache")); err != nil {
		return 0, err
	}
	person := visit{delay: inBrowser, http: server.Client(), env: []string{"SSL_CERT_FILE=" + b.certificates()}}
	command := append([]string{b.program(program), "token", "--client-id", "demo", "--store", "none"}, args...)
	return person.logIn(ctx, command...)
}

func (b *bench) certificates() string { return filepath.Join(b.dir, "certificates.pem") }

// serveTLS starts an authorization server behind TLS. Its certificate is added to those that the system trusts, because loading
// these takes long.
func (b *bench) serveTLS() (*httptest.Server, error) {
	var as http.Handler
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { as.ServeHTTP(w, r) }))
	server.EnableHTTP2 = true
	issuer := "https://" + server.Listener.Addr().String()
	var err error
	as, err = testas.New(issuer, testas.Config{AutoApprove: true})
	if err != nil {
		return nil, err
	}
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	trusted, err := os.ReadFile(systemCertificates)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: no system certificates, so that a login without preparation is faster too:", err)
	}
	trusted = append(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})...)
	if err := os.WriteFile(b.certificates(), trusted, 0o600); err != nil {
		server.Close()
		return nil, err
	}
	return server, nil
}
