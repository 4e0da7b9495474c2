// Package testnet is an internet for tests: whatever host a client asks by https, one handler answers. The client needs to
// be told of two things, as behind the proxy of a company: $HTTPS_PROXY, and an authority to trust.
package testnet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// Net is a proxy that leads to no other machine. Its handler finds the host that was asked for in the request's Host.
type Net struct {
	authority *x509.Certificate
	key       *ecdsa.PrivateKey
	outer     net.Listener  // of the proxy
	inner     chan net.Conn // to the handler
	closed    chan struct{}
	close     sync.Once
	servers   []*http.Server
}

// Start starts a Net on loopback.
func Start(h http.Handler) (*Net, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	n := &Net{key: key, inner: make(chan net.Conn), closed: make(chan struct{})}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	if n.authority, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	if n.outer, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	serve := func(l net.Listener, h http.Handler) {
		server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		n.servers = append(n.servers, server)
		go func() { _ = server.Serve(l) }()
	}
	serve(n.outer, http.HandlerFunc(n.connect))
	serve(tunnels{n}, h)
	return n, nil
}

// Proxy is the value of $HTTPS_PROXY.
func (n *Net) Proxy() string { return "http://" + n.outer.Addr().String() }

// Authority is the certificate that clients have to trust, PEM.
func (n *Net) Authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: n.authority.Raw})
}

// Close ends all connections.
func (n *Net) Close() {
	n.close.Do(func() {
		close(n.closed)
		for _, s := range n.servers {
			_ = s.Close()
		}
	})
}

// connect takes a CONNECT request, and is the host that it names.
func (n *Net) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy takes CONNECT alone", http.StatusMethodNotAllowed)
		return
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		http.Error(w, "no port", http.StatusBadRequest)
		return
	}
	certificate, err := n.certificate(host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n")); err != nil {
		_ = conn.Close()
		return
	}
	select {
	case n.inner <- tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}}):
	case <-n.closed:
		_ = conn.Close()
	}
}

func (n *Net) certificate(host string) (*tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{host},
		NotBefore: n.authority.NotBefore, NotAfter: n.authority.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, n.authority, n.key.Public(), n.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: n.key}, nil
}

// tunnels is the listener of what comes through the proxy.
type tunnels struct{ *Net }

func (t tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.inner:
		return conn, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (tunnels) Close() error { return nil }

func (t tunnels) Addr() net.Addr { return t.outer.Addr() }
