package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"strings"
	"testing"
	"time"
)

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func TestEventsArriveWhenTheyAreSent(t *testing.T) {
	next := make(chan string)
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		for event := range next {
			fmt.Fprintf(w, "data: %s\n\n", event)
			_ = http.NewResponseController(w).Flush()
		}
	})
	r := start(t, up.URL, nil)
	resp, err := plain().Do(request(t, "GET", r.base+"/events", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	for _, event := range []string{"1", "2", "3"} {
		next <- event // and no further before it has arrived
		if line, err := lines.ReadString('\n'); line != "data: "+event+"\n" {
			t.Fatal(line, err)
		}
		_, _ = lines.ReadString('\n')
	}
	close(next)
}

func TestWebSocketsAreTunnelled(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || r.Header.Get("Sec-Websocket-Key") != "key" {
			w.WriteHeader(426)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		_, _ = io.Copy(conn, buffered)
	})
	r := start(t, up.URL, nil)
	conn := dial(t, r.addr)
	fmt.Fprintf(conn, "GET /%s/socket HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: key\r\n\r\n", prefix, r.addr, r.addr)
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != 101 {
		t.Fatal(resp, err)
	}
	for _, message := range []string{"ping", strings.Repeat("x", 100_000)} {
		go io.WriteString(conn, message)
		echo := make([]byte, len(message))
		if _, err := io.ReadFull(in, echo); err != nil || string(echo) != message {
			t.Fatal(err)
		}
	}
	if up.tokens()[0] != first {
		t.Error(up.tokens())
	}
	if err := r.stop(); err != nil { // a tunnel keeps nothing from ending
		t.Error(err)
	}
	if _, err := in.ReadByte(); err == nil {
		t.Error("the tunnel outlives the proxy")
	}
}

func TestTunnelsOfOtherProtocolsAreNotOpened(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("Upgrade")) })
	r := start(t, up.URL, nil)
	req := request(t, "GET", r.base+"/", nil, "Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "HTTP2-Settings", "x")
	if got := r.do(t, req); got.status != 200 || got.body != "" || up.requests()[0].Header.Get("Http2-Settings") != "" {
		t.Error(got)
	}
}

// grpcLike answers as gRPC servers do: what it reads is sent back at once, and the outcome is in the trailers.
func grpcLike(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor != 2 || r.Header.Get("Te") != "trailers" || r.Header.Get("Authorization") != first {
		w.WriteHeader(http.StatusHTTPVersionNotSupported)
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	w.WriteHeader(200)
	buf := make([]byte, 4)
	for {
		_ = http.NewResponseController(w).Flush()
		if _, err := io.ReadFull(r.Body, buf); err != nil {
			break
		}
		_, _ = w.Write(bytes.ToUpper(buf))
	}
	w.Header().Set("Grpc-Status", "0")
	w.Header().Set(http.TrailerPrefix+"Grpc-Message", "late")
}

func TestCallsLikeGRPCGoBothWaysAtOnce(t *testing.T) {
	for name, serve := range map[string]func(*httptest.Server) *tls.Config{
		"over TLS": func(s *httptest.Server) *tls.Config {
			s.EnableHTTP2 = true
			s.StartTLS()
			pool := x509.NewCertPool()
			pool.AddCert(s.Certificate())
			return &tls.Config{RootCAs: pool}
		},
		"in clear": func(s *httptest.Server) *tls.Config {
			s.Config.Protocols = new(http.Protocols)
			s.Config.Protocols.SetUnencryptedHTTP2(true)
			s.Start()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			up := httptest.NewUnstartedServer(http.HandlerFunc(grpcLike))
			config := serve(up)
			t.Cleanup(up.Close)
			r := start(t, up.URL, func(o *Options) { o.TLS = config })
			protocols := new(http.Protocols)
			protocols.SetUnencryptedHTTP2(true)
			client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
			defer client.CloseIdleConnections()
			body, out := io.Pipe()
			resp, err := client.Do(request(t, "POST", r.base+"/orders.Orders/Watch", body, "Content-Type", "application/grpc", "Te", "trailers"))
			if err != nil || resp.StatusCode != 200 {
				t.Fatal(resp, err)
			}
			defer resp.Body.Close()
			for _, message := range []string{"ping", "pong"} {
				_, _ = io.WriteString(out, message)
				echo := make([]byte, 4)
				if _, err := io.ReadFull(resp.Body, echo); err != nil || string(echo) != strings.ToUpper(message) {
					t.Fatal(string(echo), err)
				}
			}
			out.Close()
			if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
				t.Error(rest, err)
			}
			if resp.Trailer.Get("Grpc-Status") != "0" || resp.Trailer.Get("Grpc-Message") != "late" {
				t.Error(resp.Trailer)
			}
		})
	}
}

func TestUpstreamsCertificateIsVerified(t *testing.T) {
	up := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }))
	up.Config.ErrorLog = log.New(io.Discard, "", 0)
	up.StartTLS()
	defer up.Close()
	r := start(t, up.URL, nil)
	if got := r.get(t, "/"); got.status != 502 || !strings.Contains(got.body, "authority is not trusted") {
		t.Error(got)
	}
}

// zeros is a body without end that counts what was taken.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLargeBodiesTakeLittleMemory(t *testing.T) {
	const size = 100 << 20
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Read", fmt.Sprint(n))
		_, _ = io.CopyN(w, zeros{}, size)
	})
	r := start(t, up.URL, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := plain().Do(request(t, "PUT", r.base+"/image", io.LimitReader(zeros{}, size)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	runtime.ReadMemStats(&after)
	if n != size || err != nil || resp.Header.Get("X-Read") != fmt.Sprint(size) {
		t.Errorf("%d bytes there, %d back, %v", size, n, err)
	}
	// All that was allocated, freed or not, of both servers and the client.
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > size/20 {
		t.Errorf("%d MiB were allocated", allocated>>20)
	}
}

func TestCallerThatLeavesEndsTheRequestAndSaysNothing(t *testing.T) {
	entered, ended := make(chan struct{}), make(chan struct{})
	up := newWitness(t, func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		close(ended)
	})
	r := start(t, up.URL, nil)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-entered
		leave()
	}()
	if _, err := plain().Do(request(t, "GET", r.base+"/", nil).WithContext(ctx)); err == nil {
		t.Error("there was an answer")
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the upstream goes on")
	}
}

func TestEndLetsRequestsFinishAndCutsStreams(t *testing.T) {
	entered := make(chan struct{}, 2)
	finish := make(chan struct{})
	up := newWitness(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		entered <- struct{}{}
		if r.URL.Path == "/stream" {
			<-r.Context().Done()
			return
		}
		<-finish
		fmt.Fprint(w, "done")
	})
	r := start(t, up.URL, nil)
	bodies := map[string]chan string{"/answer": make(chan string, 1), "/stream": make(chan string, 1)}
	for path, got := range bodies {
		resp, err := plain().Do(request(t, "GET", r.base+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			got <- fmt.Sprint(string(body), err != nil)
		}()
	}
	<-entered
	<-entered
	stopped := make(chan error, 1)
	began := time.Now()
	go func() { stopped <- r.stop() }()
	for { // no new ones
		conn, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		conn.Close()
	}
	close(finish)
	if got := <-bodies["/answer"]; got != "donefalse" {
		t.Errorf("the answer was cut: %s", got)
	}
	if err := <-stopped; err != nil || time.Since(began) > graceTime+2*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	if got := <-bodies["/stream"]; got != "true" {
		t.Errorf("the stream ended as if it was whole: %s", got)
	}
}

func TestEarlyHintsArePassedOn(t *testing.T) {
	up := newWitness(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
	})
	r := start(t, up.URL, nil)
	hints := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(status int, h textproto.MIMEHeader) error {
		if status == http.StatusEarlyHints && h.Get("Link") != "" {
			hints++
		}
		return nil
	}})
	if got := r.do(t, request(t, "GET", r.base+"/x", nil).WithContext(ctx)); got.status != http.StatusTeapot || hints != 1 {
		t.Errorf("%v, and %d hints", got, hints)
	}
	_ = r.stop()
	if len(r.log) != 1 || r.log[0].Status != http.StatusTeapot {
		t.Error(r.log)
	}
}
