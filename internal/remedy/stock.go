package remedy

import "strings"

// stock are sentences that servers send with an error code whatever the cause: those of RFC 6749 §4.1.2.1 and §5.2, RFC
// 8628 §3.5, RFC 8707 §2, and those that libraries for servers made of them. They list possible causes, so no word of them
// may be taken for the cause.
var stock = []string{
	"The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed",
	"The request is missing a required parameter, includes an unsupported parameter value (other than grant type), repeats a parameter, includes multiple credentials, utilizes more than one mechanism for authenticating the client, or is otherwise malformed",
	"The request is missing a required parameter, includes an unsupported parameter value, repeats a parameter, or is otherwise malformed",
	"The request is missing a required parameter, includes an invalid parameter value, or is otherwise malformed",
	"The request is missing a required parameter, includes an unsupported parameter or parameter value, or is otherwise malformed",
	"Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)",
	"Client authentication failed due to unknown client, no client authentication included by the client, or unsupported authentication method",
	"Client authentication failed",
	"The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client",
	"The provided access grant is invalid, expired, or revoked",
	"The user credentials were incorrect",
	"The authenticated client is not authorized to use this authorization grant type",
	"The client is not authorized to request an authorization code using this method",
	"The client is not authorized to request a token using this method",
	"The authorization grant type is not supported by the authorization server",
	"The authorization server does not support obtaining an authorization code using this method",
	"The authorization server does not support obtaining a token using this method",
	"The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner",
	"The requested scope is invalid, unknown, or malformed",
	"The resource owner or authorization server denied the request",
	"The resource owner denied the request",
	"The requested resource is invalid, missing, unknown, or malformed",
	"The authorization server encountered an unexpected condition that prevented it from fulfilling the request",
	"The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server",
	"Check that all required parameters have been provided",
}

// minStock is the length from which the beginning of a stock sentence, which was cut, is recognised.
const minStock = 40

// informative returns description in lower case, without stock sentences and the punctuation in which they differ.
func informative(description string) string {
	left := plain(description)
	for _, sentence := range stock {
		sentence = plain(sentence)
		left = strings.ReplaceAll(left, sentence, "")
		if begun, cut := strings.CutSuffix(left, "…"); cut {
			// Server texts are cut at a length: see package untrusted.
			start := sentence[:min(minStock, len(sentence))]
			if i := strings.Index(begun, start); i >= 0 && strings.HasPrefix(sentence, begun[i:]) {
				left = begun[:i]
			}
		}
	}
	return left
}

func plain(text string) string {
	text = strings.NewReplacer(",", "", ".", "", "(", "", ")", "").Replace(strings.ToLower(text))
	return strings.Join(strings.Fields(text), " ")
}
