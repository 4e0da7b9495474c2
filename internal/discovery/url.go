package discovery

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	openIDConfiguration = "/.well-known/openid-configuration"       // OpenID Connect Discovery §4
	oauthServer         = "/.well-known/oauth-authorization-server" // RFC 8414 §3

	// maxURL bounds a URL, in bytes: a person is shown it and a browser has to open it. Some never took more than 2083.
	maxURL = 2048
)

// checkIssuer reports why issuer cannot be an issuer identifier: "a URL that uses the "https" scheme and has no query
// or fragment components" (RFC 8414 §2). http is let pass on loopback, where nobody else is on the line.
func checkIssuer(issuer string) error {
	if err := checkURL(issuer); err != nil {
		return fmt.Errorf("issuer %s %w", quoteURL(issuer), err)
	}
	if strings.Contains(issuer, "?") {
		return fmt.Errorf("issuer %s has a query, which an issuer must not have (RFC 8414 §2)", untrusted.Quote(issuer))
	}
	if before, _, ok := strings.Cut(issuer, "/.well-known/"); ok {
		return fmt.Errorf("issuer %s is where metadata is published: the issuer may be %s",
			untrusted.Quote(issuer), untrusted.Quote(before))
	}
	return nil
}

// checkURL reports why nothing may be sent to the URL s. Its errors read on from the name of what s is.
func checkURL(s string) error {
	if len(s) > maxURL {
		return fmt.Errorf("is longer than %d bytes", maxURL)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("is not an absolute URL")
	case u.User != nil:
		return errors.New("bears a user name")
	// "The endpoint URI MUST NOT include a fragment component." RFC 6749 §3.1, and §3.2 in the same words.
	case strings.Contains(s, "#"):
		return errors.New("has a fragment")
	case !confidential.URL(u):
		return errors.New("is not https")
	}
	return nil
}

// quoteURL is s for a person, without what stands before an @: a URL that bears a user name often bears a password.
func quoteURL(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = "…" + s[i:]
	}
	return untrusted.Quote(s)
}

// places returns the URLs where the metadata of issuer may be, in the order they are asked; without a path there are
// only two. OpenID's comes first: by far the most servers have it, and one that has both says more there (ID Token
// algorithms, userinfo). RFC 8414's own is next. The third is what servers do that read RFC 8414 as if it appended. The
// last is OpenID's document where RFC 8414 §5 would seek it before all others; hardly a server has it there, while
// OpenID Connect Discovery §4 makes the first place a MUST.
func places(issuer string) []string {
	// "If the Issuer value contains a path component, any terminating / MUST be removed before appending
	// /.well-known/openid-configuration." OpenID Connect Discovery §4.1, and in nearly the same words RFC 8414 §3.1.
	base := strings.TrimSuffix(issuer, "/")
	_, rest, _ := strings.Cut(base, "://")
	_, path, hasPath := strings.Cut(rest, "/")
	if !hasPath {
		return []string{base + openIDConfiguration, base + oauthServer}
	}
	path = "/" + path
	host := strings.TrimSuffix(base, path)
	return []string{base + openIDConfiguration, host + oauthServer + path, base + oauthServer, host + openIDConfiguration + path}
}
