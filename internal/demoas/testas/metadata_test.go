package testas

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas"
)

func TestMetadataNamesEndpointsThatAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		oidc := get(t, r.Issuer()+"/.well-known/openid-configuration")
		oauth := get(t, r.Issuer()+"/.well-known/oauth-authorization-server")
		if oidc.body != oauth.body || oidc.header.Get("Content-Type") != "application/json" {
			t.Error("the two documents differ or are not JSON")
		}
		metadata := oidc.json(t)
		if metadata["issuer"] != r.Issuer() || metadata["authorization_response_iss_parameter_supported"] != true {
			t.Errorf("metadata %v", metadata)
		}
		found := 0
		for name, value := range metadata {
			if address, _ := value.(string); strings.HasSuffix(name, "_endpoint") || name == "jwks_uri" {
				found++
				if a := get(t, address); a.status == http.StatusNotFound {
					t.Errorf("%s: %s is not there", name, address)
				}
			}
		}
		want := 5
		if metadata["introspection_endpoint"] != nil {
			want = 6
		}
		if found != want {
			t.Errorf("%d endpoints, want %d", found, want)
		}
	})
}

func TestAPILeadsToTheAuthorizationServer(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		challenge := get(t, r.APIURL()).header.Get("WWW-Authenticate")
		_, rest, _ := strings.Cut(challenge, `resource_metadata="`)
		address, _, _ := strings.Cut(rest, `"`)
		got := get(t, address).json(t)
		servers, _ := got["authorization_servers"].([]any)
		if got["resource"] != r.APIURL() || len(servers) != 1 || servers[0] != r.Issuer() {
			t.Errorf("resource metadata %v", got)
		}
	})
}

func TestIssuerMayHaveAPath(t *testing.T) {
	t.Parallel()
	server, err := New("https://as.example/tenant/1", Config{AutoApprove: true})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/.well-known/oauth-authorization-server/tenant/1":          http.StatusOK,
		"/tenant/1/.well-known/openid-configuration":                http.StatusOK,
		"/.well-known/oauth-protected-resource/tenant/1/api/orders": http.StatusOK,
		"/tenant/1/authorize?" + with().Encode():                    http.StatusSeeOther,
		"/tenant/1/":                                                http.StatusOK,
		"/.well-known/openid-configuration":                         http.StatusNotFound,
		"/tenant/1/.well-known/oauth-authorization-server":          http.StatusNotFound,
		"/.well-known/oauth-authorization-server":                   http.StatusNotFound,
		"/authorize?" + with().Encode():                             http.StatusNotFound,
	} {
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://as.example"+path, nil))
		if recorder.Code != want {
			t.Errorf("%s: status %d, want %d", path, recorder.Code, want)
		}
	}
}

func TestMetadataFaults(t *testing.T) {
	t.Parallel()
	r := start(t, Config{})
	address := r.Issuer() + "/.well-known/openid-configuration"
	r.SetFaults(Faults{WrongIssuerInMetadata: true})
	if got := get(t, address).json(t)["issuer"]; got == r.Issuer() {
		t.Error("the issuer is right")
	}
	r.SetFaults(Faults{MetadataStatus: http.StatusBadGateway})
	get(t, address).wantStatus(t, http.StatusBadGateway)
	r.SetFaults(Faults{MetadataHTML: true})
	if a := get(t, address); a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("status %d, type %q", a.status, a.header.Get("Content-Type"))
	}
	r.SetFaults(Faults{})
	get(t, address).json(t)
}
