package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testnet"
)

// providerConfig is the argument of "provider".
type providerConfig struct {
	Issuer string            `json:"issuer"` // of which the scheme and the host are the provider's
	Paths  map[string]string `json:"paths"`  // of the provider's endpoints, and those of testas
	serverConfig
}

// provider CONFIG has an authorization server stand for a provider of the internet, by its names: HTTPS_PROXY leads there, and
// SSL_CERT_FILE has the authority of its certificates. $FREE_PORT is a port for a redirect URI.
func cmdProvider(ts *testscript.TestScript, neg bool, args []string) {
	var c providerConfig
	ts.Check(unmarshalStrictly(args[0], &c))
	config := c.Config
	config.AccessTokenLifetime, config.Prefix = time.Duration(c.LifetimeMS)*time.Millisecond, canary
	server, err := testas.New(c.Issuer, config)
	ts.Check(err)
	issuer, err := url.Parse(c.Issuer)
	ts.Check(err)
	network, err := testnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != issuer.Host {
			http.Error(w, "this host is not the provider's: "+r.Host, http.StatusMisdirectedRequest)
			return
		}
		if path, ok := c.Paths[r.URL.Path]; ok {
			r.URL.Path = path
		}
		server.ServeHTTP(w, r)
	}))
	ts.Check(err)
	w := worldOf(ts)
	w.server, w.network = &testas.Running{Server: server}, network
	ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), network.Authority(), 0o600))
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs("authority.pem"))
	ts.Setenv("HTTPS_PROXY", network.Proxy())
	free, _, err := demoas.Listen(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("FREE_PORT", strconv.Itoa(free.Addr().(*net.TCPAddr).Port))
	ts.Check(free.Close())
}
