package untrusted

import (
	"errors"
	"net/http"

	"github.com/oauthget/oauthget/internal/origin"
)

// ErrLeftOrigin is returned for a redirect to another origin by a client of [WithinOrigin].
var ErrLeftOrigin = errors.New("it redirects to another origin")

// WithinOrigin returns a copy of client that follows redirects within the origin of the request alone. Its error for another one
// is an *Error, inside the *url.Error that [http.Client] makes.
func WithinOrigin(client *http.Client) *http.Client {
	within := *client
	within.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		switch {
		case !origin.Same(next.URL, via[0].URL):
			return &Error{Op: "follow the redirect of " + Text(via[0].URL.String()), Err: ErrLeftOrigin}
		case client.CheckRedirect != nil:
			return client.CheckRedirect(next, via)
		}
		return nil
	}
	return &within
}
