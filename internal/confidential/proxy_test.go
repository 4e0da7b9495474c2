package confidential

import (
	"net/http"
	"net/url"
	"testing"
)

func TestWhatIsForThisMachineGoesThroughNoProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "http://proxy.example:3128")
	}
	t.Setenv("NO_PROXY", "")
	for s, proxied := range map[string]bool{
		"https://api.example": true, "http://api.example": true,
		"http://localhost:3000": false, "http://LOCALHOST:3000": false, "https://LocalHost": false,
		"http://127.0.0.1:3000": false, "http://[::1]:3000": false, "http://[::1%25lo]:3000": false,
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := Proxy(&http.Request{URL: u})
		if err != nil || (proxy != nil) != proxied {
			t.Errorf("%s: through %v, %v", s, proxy, err)
		}
	}
}
