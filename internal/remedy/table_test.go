package remedy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// TestEveryRowIsFoundByWhatServersSay holds each row to an answer in the words of a server that sends it. A row that
// another one hides is found by none.
func TestEveryRowIsFoundByWhatServersSay(t *testing.T) {
	// The descriptions are those of the servers named in the tables, shortened.
	said := map[string][2]string{}
	for _, r := range entra() {
		number := strings.TrimSuffix(strings.ToUpper(r.in), ":")
		said[r.in] = [2]string{"invalid_request", number + ": Something was wrong. Trace ID: 1-2 Correlation ID: 3"}
		if strings.Contains(r.in, " ") {
			said[r.in] = [2]string{"invalid_request", number + ". Trace ID: 1-2"}
		}
	}
	for _, r := range described() {
		said[r.code+r.in] = [2]string{r.code, map[string]string{
			"redirect_uri":     "Invalid parameter: redirect_uri",
			"redirect uri":     "The redirect URI in the request does not match",
			"redirecturi":      "Invalid redirectUri",
			"code_challenge":   "Missing parameter: code_challenge_method",
			"pkce":             "PKCE verification failed: Invalid code",
			"resource":         "resource indicator is missing, or unknown",
			"audience":         "Unknown audience: https://api.example",
			"code_verifier":    "Failed to verify code_verifier",
			"invalid_rapt":     "reauth related error (invalid_rapt)",
			"not found":        "Client not found.",
			"unknown client":   "Unknown client or client not enabled",
			"client_assertion": "client_assertion verification failed",
			"assertion":        "Client assertion was not accepted",
			"certificate":      "client certificate was not provided",
			"secret":           "Invalid client secret",
			"missing":          "Client credentials missing or malformed",
			"client_secret":    "client_secret is missing.",
			"client_id":        "Missing required parameter: client_id",
			"credentials":      "Invalid client or Invalid client credentials",
			"different scope":  "a grant exists with different scope",
			"scope":            "The requested scope exceeds what was granted.",
			"not assigned":     "User is not assigned to the client application.",

			"missing valid authorization header": "Missing valid authorization header",

			"refresh": "Client not allowed refresh tokens",
			"device":  "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant",
			"admin":   "Your administrator has configured the application to block users",
		}[r.in]}
	}
	for _, r := range append(coded(), granted()...) {
		said[r.code] = [2]string{r.code, ""}
	}
	for _, r := range table() {
		key := r.code + r.in
		grants := r.grants
		if len(grants) == 0 {
			grants = []string{"", config.GrantAuthorizationCode}
		}
		for _, grant := range grants {
			got, ok := lookUp(&flow.ServerError{Grant: grant, Code: said[key][0], Description: said[key][1], Status: r.status})
			if !ok || got.text != r.text || !slices.Equal(got.keys, r.keys) {
				t.Errorf("%s %s %q: %+v, want %+v", grant, said[key][0], said[key][1], got, r.advice)
			}
		}
	}
}

func TestAdviceNamesKeysAndPlaceholdersThatExist(t *testing.T) {
	var names, grants []string
	for _, k := range config.Keys() {
		names = append(names, k.Name)
		if k.Name == "grant" {
			grants = k.Values
		}
	}
	brace := regexp.MustCompile(`\{([^}]*)\}`)
	for _, r := range table() {
		for _, grant := range r.grants {
			if grant != "" && !slices.Contains(grants, grant) {
				t.Errorf("%s%s: there is no grant %s", r.code, r.in, grant)
			}
		}
		for _, key := range r.keys {
			if !slices.Contains(names, key) {
				t.Errorf("%s%s: there is no key %s", r.code, r.in, key)
			}
		}
		for _, m := range brace.FindAllStringSubmatch(r.text, -1) {
			if !slices.Contains(placeholders, m[1]) {
				t.Errorf("%s%s: nothing stands for %s", r.code, r.in, m[0])
			}
		}
		if r.in != strings.ToLower(r.in) || r.text == "" || strings.HasSuffix(r.text, ".") {
			t.Errorf("%s%s: not in the form of the others", r.code, r.in)
		}
	}
}

func TestUnknownErrorHasNoAdvice(t *testing.T) {
	for _, code := range []string{"", "made_up", "invalid_request"} {
		if got, ok := lookUp(&flow.ServerError{Code: code, Description: "AADSTS1: whatever"}); ok {
			t.Errorf("%q: %+v", code, got)
		}
	}
}

// TestStockSentenceSaysNoMoreThanItsCode holds every sentence, whole and cut, to the advice on its code alone.
func TestStockSentenceSaysNoMoreThanItsCode(t *testing.T) {
	for _, sentence := range stock {
		for _, said := range []string{sentence + ".", strings.ReplaceAll(sentence, ",", ""), untrusted.Text(strings.Repeat("x", 150) + " " + sentence), untrusted.Text(sentence + ". " + strings.Repeat("x", 200))} {
			for _, code := range []string{"invalid_client", "invalid_request", "invalid_grant", "unauthorized_client", "access_denied"} {
				bare, bareOK := lookUp(&flow.ServerError{Code: code})
				if got, ok := lookUp(&flow.ServerError{Code: code, Description: said}); ok != bareOK || got.text != bare.text {
					t.Errorf("%s %q: %q", code, said, got.text)
				}
			}
		}
	}
	// What a server adds to it counts.
	const hinted = "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method). The client secret does not match."
	if got, _ := lookUp(&flow.ServerError{Code: "invalid_client", Description: hinted}); got.text != "{secret}" {
		t.Errorf("%q", got.text)
	}
}
