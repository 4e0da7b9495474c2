package main

import (
	"context"
	"net"
	"net/http"
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
	Issuer string            `json:"issuer"`
	Paths  map[string]string `json:"paths"` // of the provider's endpoints, and those of testas
	serverConfig
}

// provider CONFIG has an authorization server stand for a provider of the internet, at the provider's own addresses: it is every
// host that is asked through HTTPS_PROXY, and SSL_CERT_FILE has the authority of its certificates. $FREE_PORT is a port for a
// redirect URI.
func cmdProvider(ts *testscript.TestScript, neg bool, args []string) {
	var c providerConfig
	ts.Check(unmarshalStrictly(args[0], &c))
	config := c.Config
	config.AccessTokenLifetime, config.Prefix = time.Duration(c.LifetimeMS)*time.Millisecond, canary
	server, err := testas.New(c.Issuer, config)
	ts.Check(err)
	network, err := testnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := c.Paths[r.URL.Path]; ok {
			r.URL.Path = path
		}
		server.ServeHTTP(w, r)
	}))
	ts.Check(err)
	ts.Defer(network.Close)
	free, _, err := demoas.Listen(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("FREE_PORT", strconv.Itoa(free.Addr().(*net.TCPAddr).Port))
	worldOf(ts).server = &testas.Running{Server: server, Listening: demoas.Serve(context.Background(), free, http.NotFoundHandler())}
	ts.Check(worldOf(ts).server.Close()) // nothing listens there, and the counts go on
	ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), network.Authority(), 0o600))
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs("authority.pem"))
	ts.Setenv("HTTPS_PROXY", network.Proxy())
}
