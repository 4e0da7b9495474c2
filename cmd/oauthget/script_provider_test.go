package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// providerConfig is the argument of "provider".
type providerConfig struct {
	Issuer string            `json:"issuer"` // of which the scheme and the host are the provider's
	Paths  map[string]string `json:"paths"`  // of the provider's endpoints, and those of testas
	serverConfig
}

// provider CONFIG has an authorization server stand for a provider of the internet, by its names: HTTPS_PROXY leads there
// whatever host is asked for, and SSL_CERT_FILE has the authority of its certificates. $FREE_PORT is a port for a redirect URI.
func cmdProvider(ts *testscript.TestScript, neg bool, args []string) {
	var c providerConfig
	ts.Check(unmarshalStrictly(args[0], &c))
	config := c.Config
	config.AccessTokenLifetime, config.Prefix = time.Duration(c.LifetimeMS)*time.Millisecond, canary
	server, err := testas.New(c.Issuer, config)
	ts.Check(err)
	authority, key, err := newAuthority()
	ts.Check(err)
	issuer, err := url.Parse(c.Issuer)
	ts.Check(err)
	gate := &gateway{host: issuer.Hostname(), paths: c.Paths, server: server, authority: authority, key: key}
	listener, _, err := demoas.Listen(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	worldOf(ts).server = &testas.Running{Server: server, Listening: demoas.Serve(context.Background(), listener, gate)}
	ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs("authority.pem"))
	ts.Setenv("HTTPS_PROXY", "http://"+listener.Addr().String())
	free, _, err := demoas.Listen(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("FREE_PORT", strconv.Itoa(free.Addr().(*net.TCPAddr).Port))
	ts.Check(free.Close())
}

// gateway is a proxy (RFC 9110 §9.3.6) at the other end of which is always the same server, with a certificate for its host.
type gateway struct {
	host      string
	paths     map[string]string
	server    http.Handler
	authority *x509.Certificate
	key       *ecdsa.PrivateKey
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || r.URL.Hostname() != g.host {
		http.Error(w, "this host is not the provider's: "+r.Host, http.StatusBadGateway)
		return
	}
	certificate, err := g.issue()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conn, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	inside := tls.Server(readAhead{conn, buffer.Reader}, &tls.Config{Certificates: []tls.Certificate{certificate}})
	_ = (&http.Server{Handler: http.HandlerFunc(g.inside)}).Serve(&once{conn: inside, done: r.Context().Done()})
}

// inside serves a request to the provider.
func (g *gateway) inside(w http.ResponseWriter, r *http.Request) {
	if path, ok := g.paths[r.URL.Path]; ok {
		r.URL.Path = path
	}
	w.Header().Set("Connection", "close")
	g.server.ServeHTTP(w, r)
}

func newAuthority() (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the tests"}, NotAfter: time.Now().AddDate(0, 1, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	authority, err := x509.ParseCertificate(der)
	return authority, key, err
}

// issue makes a certificate for the provider's host.
func (g *gateway) issue() (tls.Certificate, error) {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{g.host}, NotAfter: time.Now().AddDate(0, 1, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, g.authority, &g.key.PublicKey, g.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: g.key}, err
}

// readAhead is a connection of which a part has been read.
type readAhead struct {
	net.Conn
	from *bufio.Reader
}

func (c readAhead) Read(p []byte) (int, error) { return c.from.Read(p) }

// once is the listener of one connection.
type once struct {
	conn net.Conn
	done <-chan struct{}
}

// Accept implements [net.Listener].
func (o *once) Accept() (net.Conn, error) {
	if conn := o.conn; conn != nil {
		o.conn = nil
		return conn, nil
	}
	<-o.done
	return nil, net.ErrClosed
}

// Close implements [net.Listener].
func (*once) Close() error { return nil }

// Addr implements [net.Listener].
func (*once) Addr() net.Addr { return &net.TCPAddr{} }
