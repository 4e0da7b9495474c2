//go:build interop && linux

package interop

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// These are what the provider must have seen of a row. A row cannot pass by a weaker way than its own: the marks come
// off the wire (testdata/interop/oidc-provider/record.mjs).

// endpoints are those whose requests the client makes, or has the browser make.
var endpoints = []string{"/auth", "/device/auth", "/request", "/token", "/token/introspection", "/token/revocation"}

// again are the errors after which a request is repeated as a matter of course.
var again = []string{"use_dpop_nonce", "authorization_pending"}

// evidence tells in one line what was asked and by which means.
func (r request) evidence() string {
	marks := []string{r.GrantType, r.Authentication, r.Proof}
	if r.Status >= http.StatusBadRequest {
		marks = append(marks, r.Error)
	}
	return line(r.Method+" "+r.Path, append(marks, r.Asked...)...)
}

// evidence is what was requested of the endpoints since the last look, but for what was refused as a matter of course.
// One revocation is as good as two: of the refresh token, and of the access token.
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

// authentication is the method in the words of the registry.
func (r row) authentication() string {
	if r.method == "" {
		return "none"
	}
	return r.method
}

// how is the mark that each request to the provider bears.
func (r row) how() string {
	switch r.method {
	case "client_secret_jwt":
		return "client_secret_jwt:HS256"
	case "private_key_jwt":
		return "private_key_jwt:" + r.alg
	}
	return r.authentication()
}

// line is a line of evidence: empty marks are none.
func line(request string, marks ...string) string {
	return strings.Join(slices.DeleteFunc(append([]string{request}, marks...), func(s string) bool { return s == "" }), " ")
}

// ask is the authorization request, as it must have been made.
func (r row) ask() []string {
	asked := slices.Concat(r.request(), []string{"pkce:S256"}, r.bound(), r.asked)
	if !r.secure {
		return []string{line("GET /auth", asked...)}
	}
	return []string{line("POST /request", append([]string{r.how()}, asked...)...), "GET /auth request_uri"}
}

// bound is the mark of a code that only the holder of the DPoP key may redeem (RFC 9449 §10).
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

// redeem is a token request of that grant.
func (r row) redeem(grant string) string { return line("POST /token", grant, r.how(), r.proof) }
