package main

import (
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
	"net/http/httptest"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// https HOST [CONFIG] starts the server of "server" as https://HOST, which no name server knows: the way there is a proxy, and
// its certificate is trusted through $SSL_CERT_FILE. The proxy leads to nothing else.
func cmdHTTPS(ts *testscript.TestScript, neg bool, args []string) {
	host, config := args[0], readConfig(ts, args[1:])
	server, err := testas.New("https://"+host, config)
	ts.Check(err)
	certificate := certificateFor(ts, host)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	ts.Check(err)
	address := listener.Addr().String()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != host+":443" {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		tunnel(w, address)
	}))
	ts.Defer(proxy.Close)
	use(ts, &testas.Running{Server: server, Listening: demoas.Serve(context.Background(), listener, server)})
	roots := ts.MkAbs("roots.pem")
	ts.Check(os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o600))
	ts.Setenv("SSL_CERT_FILE", roots)
	ts.Setenv("HTTPS_PROXY", proxy.URL)
}

// tunnel joins the connection of a CONNECT with one to address.
func tunnel(w http.ResponseWriter, address string) {
	back, err := net.Dial("tcp", address)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer back.Close()
	w.WriteHeader(http.StatusOK)
	front, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer front.Close()
	go func() {
		_, _ = io.Copy(back, buffered)
		_ = back.Close()
	}()
	_, _ = io.Copy(front, back)
}

// certificateFor makes a certificate for host that signs itself.
func certificateFor(ts *testscript.TestScript, host string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
