//go:build unix

package curl

import (
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// home returns a home directory with a .curlrc.
func home(t *testing.T, curlrc string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".curlrc"), []byte(curlrc), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExposedRequestReachesNoProxy(t *testing.T) {
	a, proxy := newAPI(t, ok), newAPI(t, ok)
	other := strings.TrimPrefix(proxy.URL, "http://")
	for name, env := range map[string]string{
		"for http": "http_proxy=" + proxy.URL, "for all": "ALL_PROXY=" + proxy.URL, "of another kind": "ALL_PROXY=socks5://" + other,
		"proxy in .curlrc":      "HOME=" + home(t, "proxy = "+proxy.URL),
		"connect-to in .curlrc": "HOME=" + home(t, "connect-to = ::"+other),
	} {
		if o := attemptIn(t, []string{env}, true, "-sS", "--max-time", "5", a.URL); o.stdout != "fine\n" || o.Status.Code != 0 {
			t.Errorf("%s: %+v", name, o)
		}
		proxy.expect(t)
		a.expect(t, "GET / Bearer canary-1")
	}
}

func TestRequestToWhoeverAnswersReachesNoProxy(t *testing.T) {
	a, proxy := newTLSAPI(t, ok), newAPI(t, ok)
	for _, env := range []string{"https_proxy=" + proxy.URL, "HOME=" + home(t, "proxy = "+proxy.URL)} {
		if o := attemptIn(t, []string{env}, true, "-sSk", a.URL); o.stdout != "fine\n" || o.Status.Code != 0 {
			t.Errorf("%s: %+v", env, o)
		}
		proxy.expect(t)
		a.expect(t, "GET / Bearer canary-1")
	}
}

func TestExposedRequestCannotBeDiverted(t *testing.T) {
	for line, want := range map[string]string{
		"-x http://p": "--proxy", "--proxy1.0 p": "--proxy1.0", "--preproxy p": "--preproxy", "--socks4 p": "--socks4", "--socks4a p": "--socks4a",
		"--socks5 p": "--socks5", "--socks5-hostname p": "--socks5-hostname", "--noproxy localhost": "--noproxy", "--noproxy *,x": "--noproxy",
		"--connect-to ::h:1": "--connect-to", "--resolve localhost:80:192.0.2.1": "--resolve", "--interface eth0": "--interface",
		"--noproxy *": "", "--unix-socket s": "", "-sS -d -x": "",
	} {
		args := append(strings.Fields(line), "http://localhost/")
		err := command(t, args...).checkExposed()
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want+" ") {
			t.Errorf("%s: %v", line, err)
		}
		if err := command(t, append(args[:len(args)-1:len(args)-1], "https://localhost/")...).checkExposed(); err != nil {
			t.Errorf("%s, over TLS: %v", line, err)
		}
		if err := command(t, append([]string{"-k", "https://localhost/"}, args[:len(args)-1]...)...).checkExposed(); (err != nil) != (want != "") {
			t.Errorf("%s, over TLS with anybody: %v", line, err)
		}
		if err := command(t, append([]string{"https://localhost/"}, args...)...).checkExposed(); (err != nil) != (want != "") {
			t.Errorf("%s, among others: %v", line, err)
		}
	}
}

func TestRequestOverTLSGoesThroughTheUsersProxy(t *testing.T) {
	proxy := newAPI(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	attemptIn(t, []string{"HOME=" + home(t, "proxy = "+proxy.URL)}, true, "-sS", "https://api.example.com/")
	proxy.expect(t, "CONNECT")
}

func TestCurlrcCannotExposeTheToken(t *testing.T) {
	other := newAPI(t, ok)
	var to string
	a := newTLSAPI(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	to = other.URL + "/port"
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	if err := os.WriteFile(trusted, block, 0o600); err != nil {
		t.Fatal(err)
	}
	rc := "cacert = " + trusted + "\nlocation-trusted\n"
	for _, shows := range []string{"verbose", "-v", "trace = -", "trace-ascii = -"} {
		o := attemptIn(t, []string{"HOME=" + home(t, rc+shows)}, true, "-sSL", a.URL)
		if o.stdout != "fine\n" || strings.Contains(o.stderr, "canary") {
			t.Errorf("%s: %+v", shows, o)
		}
		other.expect(t, "GET /port")
		a.expect(t, "GET / Bearer canary-1")
	}
	// They may be asked for.
	if o := attemptIn(t, []string{"HOME=" + home(t, rc)}, true, "-sSv", a.URL); !strings.Contains(o.stderr, "canary") {
		t.Errorf("with -v: %+v", o)
	}
	a.expect(t, "GET / Bearer canary-1")
}

func TestCurlrcCannotTurnOffVerification(t *testing.T) {
	a := newTLSAPI(t, ok)
	if o := attemptIn(t, []string{"HOME=" + home(t, "insecure")}, true, "-sS", a.URL); o.Status.Code != 60 {
		t.Errorf("%+v", o)
	}
	a.expect(t)
	if o := attemptIn(t, []string{"HOME=" + home(t, "insecure")}, true, "-sSk", a.URL); o.Status.Code != 0 {
		t.Errorf("with -k: %+v", o)
	}
}
