package confidential

import (
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

func proxyOf(t *testing.T, text string) (*url.URL, error) {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return Proxy(&http.Request{URL: u})
}

func TestAddressOfAProxyThatCannotBeReadIsAnError(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://proxy:3128": true, "https://u:p@proxy": true, "socks5://proxy:1080": true, "socks5h://[::1]:1080": true,
		"proxy:3128": true, "proxy": true, "u:p@proxy:3128": true, "proxy:3128/": true, "": true,
		"http://proxy:canary": false, "http://canary%zz": false, "http://[::1": false, "http:/proxy:3128": false,
		"http://u:canary p@proxy": false, "ftp://canary": false, "http://": false, ":3128": false, "a b": false,
	} {
		t.Setenv("HTTPS_PROXY", address)
		_, err := proxyOf(t, "https://api.example/x")
		e, is := errors.AsType[*ProxyError](err)
		if ok != (err == nil) || !ok && (!is || e.Variable != "HTTPS_PROXY" || strings.Contains(err.Error(), "canary")) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestBrokenAddressOfAProxyThatIsNotUsedIsNoError(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names of variables have no case on Windows: this one is $HTTPS_PROXY")
	}
	t.Setenv("https_proxy", "http://[::1")
	t.Setenv("NO_PROXY", "a.example, .b.example,*.C.example,10.0.0.0/8 ,")
	for text, exempt := range map[string]bool{
		"https://a.example": true, "https://x.a.example": true, "https://x.b.example": true, "https://x.c.EXAMPLE/p": true,
		"https://10.1.2.3": true, "https://127.0.0.1": true, "https://localhost": true, "http://x.example": true,
		"https://xa.example": false, "https://x.example": false, "https://11.1.2.3": false,
	} {
		if _, err := proxyOf(t, text); exempt != (err == nil) || !exempt && !strings.Contains(err.Error(), "$https_proxy ") {
			t.Errorf("%s: %v", text, err)
		}
	}
	t.Setenv("NO_PROXY", "*")
	if _, err := proxyOf(t, "https://x.example"); err != nil {
		t.Error(err)
	}
}
