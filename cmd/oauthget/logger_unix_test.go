//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// talkative is a server that sends more than its answers: after each, on the idle connection, what it was sent. The
// transports of package net/http write the beginning of such bytes to the standard logger.
func talkative(t *testing.T, answers map[string][]string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	serve := func(conn net.Conn) {
		defer conn.Close()
		for r := bufio.NewReader(conn); ; {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			echo, _ := io.ReadAll(req.Body)
			echo = fmt.Appendf(echo, " %s canary-echo", req.Header.Get("Authorization"))
			list := answers[req.URL.Path]
			body := list[0]
			if len(list) > 1 {
				answers[req.URL.Path] = list[1:]
			}
			status := http.StatusOK
			if strings.Contains(body, `"error"`) {
				status = http.StatusBadRequest
			}
			fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s%s", status, len(body), body, echo)
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn) // one after the other: the answers have an order
		}
	}()
	return "http://" + l.Addr().String()
}

// program returns the command that runs oauthget with args, and what it writes on stderr.
func program(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"oauthget"}, args...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin", "GORACE=atexit_sleep_ms=0", "CLIENT_SECRET=canary-secret"}
	cmd.Stderr = &stderr
	return cmd, &stderr
}

func wantNoLog(t *testing.T, stderr string) {
	t.Helper()
	for _, sign := range []string{canary, "Unsolicited", "http2"} {
		if strings.Contains(stderr, sign) {
			t.Errorf("%q is on stderr:\n%s", sign, stderr)
		}
	}
}

func TestNothingOfAnAnswerIsLogged(t *testing.T) {
	const success = `{"access_token":"canary-access","token_type":"Bearer"}`
	t.Run("token endpoint", func(t *testing.T) {
		as := talkative(t, map[string][]string{
			"/device": {`{"device_code":"canary-device","user_code":"AB-CD","verification_uri":"http://127.0.0.1/x","interval":1}`},
			"/token":  {`{"error":"authorization_pending"}`, success},
		})
		cmd, stderr := program(t, "token", "--grant", "device_code", "--device-authorization-endpoint", as+"/device",
			"--token-endpoint", as+"/token", "--client-id", "c", "--client-secret-env", "CLIENT_SECRET", "--store", "none")
		if out, err := cmd.Output(); err != nil || !strings.HasPrefix(string(out), canary) {
			t.Errorf("%v, %q, %s", err, out, stderr)
		}
		wantNoLog(t, stderr.String())
	})
	t.Run("PAR", func(t *testing.T) {
		as := talkative(t, map[string][]string{"/par": {`{"request_uri":"urn:x:1","expires_in":60}`}})
		cmd, stderr := program(t, "token", "--pushed-authorization-request-endpoint", as+"/par",
			"--authorization-endpoint", as+"/authorize", "--token-endpoint", as+"/token", "--client-id", "c",
			"--client-secret-env", "CLIENT_SECRET", "--store", "none", "--browser", "true", "--timeout", "1s")
		_ = cmd.Run() // nobody opens the address
		wantNoLog(t, stderr.String())
		if !strings.Contains(stderr.String(), "request_uri=urn") {
			t.Errorf("nothing was pushed: %s", stderr)
		}
	})
	t.Run("proxy", func(t *testing.T) {
		as := talkative(t, map[string][]string{"/token": {success}})
		api := talkative(t, map[string][]string{"/a": {`{}`}})
		cmd, stderr := program(t, "proxy", "--grant", "client_credentials", "--token-endpoint", as+"/token", "--client-id", "c",
			"--client-secret-env", "CLIENT_SECRET", "--store", "none", "--upstream", api, "--listen", "127.0.0.1:0")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		address, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			resp, err := http.Get(strings.TrimRight(address, "/\n") + "/a")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("status %d", resp.StatusCode)
			}
		}
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		wantNoLog(t, stderr.String())
	})
	t.Run("http2debug", func(t *testing.T) {
		as := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != 2 {
				t.Errorf("%s", r.Proto)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, success)
		}))
		as.EnableHTTP2 = true
		as.StartTLS()
		defer as.Close()
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: as.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd, stderr := program(t, "token", "--grant", "client_credentials", "--token-endpoint", as.URL, "--tls-ca-file", ca,
			"--client-id", "c", "--client-secret-env", "CLIENT_SECRET", "--store", "none")
		cmd.Env = append(cmd.Env, "GODEBUG=http2debug=2")
		if out, err := cmd.Output(); err != nil || !strings.HasPrefix(string(out), canary) {
			t.Errorf("%v, %q, %s", err, out, stderr)
		}
		wantNoLog(t, stderr.String())
	})
}
