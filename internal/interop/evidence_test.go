//go:build interop && linux

package interop

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the provider must have seen of a row, so that a row cannot pass by a weaker way. The marks are taken from the requests
// (testdata/interop/oidc-provider/record.mjs).

// endpoints are those to which the client or the browser sends requests.
var endpoints = []string{"/auth", "/device/auth", "/request", "/token", "/token/introspection", "/token/revocation"}

// again are the errors after which a request is always repeated.
var again = []string{"use_dpop_nonce", "authorization_pending"}

// evidence returns what was requested and how, in one line.
func (r request) evidence() string {
	marks := []string{r.GrantType, r.Authentication, r.Proof}
	if r.Status >= http.StatusBadRequest {
		marks = append(marks, r.Error)
	}
	return line(r.Method+" "+r.Path, append(marks, r.Asked...)...)
}

// evidence returns the requests to the endpoints since the last call, without those that are always repeated. One revocation
// counts as much as two: of the refresh token and of the access token.
func (m *matrix) evidence(t *testing.T, r row) []string {
	t.Helper()
	var seen []string
	for _, req := range m.requestsOf(t, r.name) {
		line := req.evidence()
		switch {
		case !slices.Contains(endpoints, req.Path), slices.Contains(again, req.Error):
		case req.Path == "/token/revocation" && slices.Contains(seen, line):
		default:
			seen = append(seen, line)
		}
	}
	return seen
}

func (m *matrix) expectEvidence(t *testing.T, r row, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, m.evidence(t, r)); diff != "" {
		t.Errorf("what the server has seen (-want +got):\n%s", diff)
	}
}

// authentication returns the method by its registered name.
func (r row) authentication() string {
	if r.method == "" {
		return "none"
	}
	return r.method
}

// how returns the mark of each request to the provider.
func (r row) how() string {
	switch r.method {
	case "client_secret_jwt":
		return "client_secret_jwt:HS256"
	case "private_key_jwt":
		return "private_key_jwt:" + r.alg
	}
	return r.authentication()
}

// line returns a line of evidence. Empty marks are left out.
func line(request string, marks ...string) string {
	return strings.Join(slices.DeleteFunc(append([]string{request}, marks...), func(s string) bool { return s == "" }), " ")
}

// ask returns the evidence of the authorization request.
func (r row) ask() []string {
	asked := slices.Concat(r.request(), []string{"pkce:S256"}, r.bound(), r.asked)
	if !r.secure {
		return []string{line("GET /auth", asked...)}
	}
	return []string{line("POST /request", append([]string{r.how()}, asked...)...), "GET /auth request_uri"}
}

// bound is the mark of a code that is bound to the DPoP key (RFC 9449 §10).
func (r row) bound() []string {
	if r.proof == "" {
		return nil
	}
	return []string{"dpop_jkt"}
}

// request is the mark of a signed request object.
func (r row) request() []string {
	if alg, ok := r.client["request_object_signing_alg"].(string); ok {
		return []string{"request:" + alg}
	}
	return nil
}

// redeem returns the evidence of a token request of that grant.
func (r row) redeem(grant string) string { return line("POST /token", grant, r.how(), r.proof) }
