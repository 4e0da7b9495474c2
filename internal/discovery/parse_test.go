package discovery

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const issuer = "https://as.example"

// document is metadata of issuer with more members appended.
func document(more string) []byte { return []byte(`{"issuer":"` + issuer + `"` + more + `}`) }

func TestParseReadsEveryMember(t *testing.T) {
	doc := document(`,
		"token_endpoint":"https://as.example/token","device_authorization_endpoint":"https://other.example/device",
		"pushed_authorization_request_endpoint":"https://as.example/par","jwks_uri":"https://as.example/jwks",
		"mtls_endpoint_aliases":{"token_endpoint":"https://mtls.as.example/token","x_endpoint":"unread"},
		"code_challenge_methods_supported":["S256"],"require_pushed_authorization_requests":true,
		"authorization_response_iss_parameter_supported":true,"id_token_signing_alg_values_supported":["RS256","ES256"],
		"end_session_endpoint":null,"scopes_supported":null,"unknown":{"issuer":1},"":{"revocation_endpoint":"x"},"-":"x"`)
	got, err := parse(doc, issuer, "https://as.example/m")
	if err != nil {
		t.Fatal(err)
	}
	want := Metadata{
		Issuer: issuer,
		Endpoints: Endpoints{
			TokenEndpoint:                      "https://as.example/token",
			DeviceAuthorizationEndpoint:        "https://other.example/device",
			PushedAuthorizationRequestEndpoint: "https://as.example/par",
		},
		MTLSEndpointAliases:                        Endpoints{TokenEndpoint: "https://mtls.as.example/token"},
		JWKSURI:                                    "https://as.example/jwks",
		CodeChallengeMethodsSupported:              []string{"S256"},
		RequirePushedAuthorizationRequests:         true,
		AuthorizationResponseIssParameterSupported: true,
		IDTokenSigningAlgValuesSupported:           []string{"RS256", "ES256"},
		Source:                                     "https://as.example/m",
		Raw:                                        doc,
		Rejected:                                   map[string]string{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseNamesTheMemberThatIsWrong(t *testing.T) {
	for more, want := range map[string]string{
		`,"authorization_response_iss_parameter_supported":1`: "authorization_response_iss_parameter_supported is not true or false",
		`,"issuer":"https://evil.example"`:                    "same member twice",
		`,"\u0069ssuer":"https://evil.example"`:               "same member twice",
	} {
		_, err := parse(document(more), issuer, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: error %v, want %q", more, err, want)
		}
	}
	if _, err := parse([]byte(`{"issuer":["`+issuer+`"]}`), issuer, ""); err == nil || !strings.Contains(err.Error(), "issuer is not a string") {
		t.Error(err)
	}
}

// TestParseLeavesOutTheMemberThatIsWrong holds for each member that nothing is left of it, and that whoever needs it is told
// why.
func TestParseLeavesOutTheMemberThatIsWrong(t *testing.T) {
	for more, want := range map[string]string{
		`,"token_endpoint":5`:                                           "token_endpoint is not a string",
		`,"code_challenge_methods_supported":7`:                         "code_challenge_methods_supported is not an array of strings",
		`,"scopes_supported":["a",1]`:                                   "scopes_supported is not an array of strings",
		`,"require_pushed_authorization_requests":1`:                    "require_pushed_authorization_requests is not true or false",
		`,"mtls_endpoint_aliases":[]`:                                   "mtls_endpoint_aliases is not an object of URLs",
		`,"mtls_endpoint_aliases":{"token_endpoint":{}}`:                "mtls_endpoint_aliases is not an object of URLs",
		`,"token_endpoint":"http://as.example/token"`:                   `token_endpoint "http://as.example/token" is not https`,
		`,"authorization_endpoint":"javascript:alert(1)"`:               `authorization_endpoint "javascript:alert(1)" is not an absolute URL`,
		`,"authorization_endpoint":"/authorize"`:                        `authorization_endpoint "/authorize" is not an absolute URL`,
		`,"authorization_endpoint":"https://as.example/a#x"`:            `authorization_endpoint "https://as.example/a#x" has a fragment`,
		`,"token_endpoint":"https://as.example/#"`:                      `token_endpoint "https://as.example/#" has a fragment`,
		`,"revocation_endpoint":"https://u@as.example/"`:                `revocation_endpoint "…@as.example/" contains a user name`,
		`,"jwks_uri":"http://169.254.169.254/"`:                         `jwks_uri "http://169.254.169.254/" is not https`,
		`,"end_session_endpoint":"file:///etc/passwd"`:                  `end_session_endpoint "file:///etc/passwd" is not an absolute URL`,
		`,"mtls_endpoint_aliases":{"token_endpoint":"http:x"}`:          `mtls_endpoint_aliases token_endpoint "http:x" is not an absolute URL`,
		`,"token_endpoint":"https://` + strings.Repeat("a", 5000) + `"`: "is longer than 2048 bytes",
	} {
		m, err := parse(document(more), issuer, "")
		if err != nil || len(m.Rejected) != 1 {
			t.Errorf("%.80s: %v, rejected %v", more, err, m.Rejected)
			continue
		}
		for name := range m.Rejected {
			if err := m.Unusable(name); !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
				t.Errorf("%.80s: %v", more, err)
			}
		}
		m.Rejected, m.Raw = nil, nil
		if diff := cmp.Diff(Metadata{Issuer: issuer}, m); diff != "" {
			t.Errorf("%.80s: %s", more, diff)
		}
	}
}

func TestParseReadsAListOfOneAndATruthInWords(t *testing.T) {
	m, err := parse(document(`,"token_endpoint_auth_methods_supported":"client_secret_post","require_pushed_authorization_requests":"true"`), issuer, "")
	if err != nil || len(m.Rejected) != 0 || !slices.Equal(m.TokenEndpointAuthMethodsSupported, []string{"client_secret_post"}) || !m.RequirePushedAuthorizationRequests {
		t.Errorf("%v, %+v", err, m)
	}
}

func TestAliasThatCannotBeUsedIsNotGotRound(t *testing.T) {
	m, err := parse(document(`,"token_endpoint":"https://as.example/token","userinfo_endpoint":"https://as.example/me","authorization_endpoint":"https://as.example/a",
		"mtls_endpoint_aliases":{"token_endpoint":"http://as.example/","userinfo_endpoint":"https://mtls.example/me","authorization_endpoint":"https://mtls.example/a"}`), issuer, "")
	if err != nil || m.TokenEndpoint == "" || m.Unusable("token_endpoint") != nil {
		t.Fatalf("%v, %v", err, m.Rejected)
	}
	m = m.WithAliases()
	if m.TokenEndpoint != "" || m.UserinfoEndpoint != "https://mtls.example/me" || m.AuthorizationEndpoint != "https://as.example/a" {
		t.Errorf("%+v", m.Endpoints)
	}
	if err := m.Unusable("token_endpoint"); err == nil || !strings.Contains(err.Error(), `token_endpoint for mutual TLS "http://as.example/" is not https`) {
		t.Error(err)
	}
}

func TestParseMatchesNamesByCase(t *testing.T) {
	m, err := parse(document(`,"Issuer":"https://evil.example","TOKEN_ENDPOINT":"https://evil.example/token"`), issuer, "")
	if err != nil || m.Issuer != issuer || m.TokenEndpoint != "" {
		t.Errorf("issuer %q, token endpoint %q, error %v", m.Issuer, m.TokenEndpoint, err)
	}
	if _, err := parse([]byte(`{"Issuer":"`+issuer+`"}`), issuer, ""); !errors.Is(err, errNoIssuer) {
		t.Errorf("error %v, want that there is no issuer", err)
	}
}

func TestParseLetsHTTPPassOnLoopbackForAnIssuerThere(t *testing.T) {
	for _, host := range []string{"localhost:1", "127.0.0.1", "[::1]:8080"} {
		more := `,"token_endpoint":"http://` + host + `/token"`
		local := "http://" + host
		if _, err := parse([]byte(`{"issuer":"`+local+`"`+more+`}`), local, ""); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		for _, distant := range []string{issuer, "HTTPS://as.example"} {
			m, _ := parse([]byte(`{"issuer":"`+distant+`"`+more+`}`), distant, "")
			if err := m.Unusable("token_endpoint"); m.TokenEndpoint != "" || err == nil || !strings.Contains(err.Error(), "is not https, while the issuer is") {
				t.Errorf("%s sends us to %s: %v", distant, host, err)
			}
		}
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add(document(""))
	f.Add(document(`,"token_endpoint":"https://as.example/t","mtls_endpoint_aliases":{"token_endpoint":"http://[::1]/"}`))
	f.Add(document(`,"scopes_supported":[null],"jwks_uri":"https://\u202e/"`))
	f.Add([]byte(`{"issuer":"a","issuer":"b"}`))
	f.Add([]byte(strings.Repeat(`{"issuer":`, 100)))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parse(body, issuer, "https://as.example/m")
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b\u202e") {
				t.Errorf("error is not one plain line: %q", err)
			}
			return
		}
		if m.Issuer != issuer {
			t.Errorf("accepted the issuer %q", m.Issuer)
		}
		if !json.Valid(m.Raw) {
			t.Error("accepted what encoding/json does not take for JSON")
		}
		for _, e := range []string{m.TokenEndpoint, m.AuthorizationEndpoint, m.JWKSURI, m.MTLSEndpointAliases.TokenEndpoint} {
			if e != "" && checkURL(e) != nil {
				t.Errorf("accepted the URL %q", e)
			}
		}
	})
}
