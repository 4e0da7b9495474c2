package flow

import (
	"net/url"

	"github.com/oauthget/oauthget/internal/config"
)

// openIDParameters are those of an authentication request (OpenID Connect Core §3.1.2.1) beside scope and nonce, as far
// as the profile asks for them.
func openIDParameters(o config.OpenID) url.Values {
	params := url.Values{}
	return params
}
