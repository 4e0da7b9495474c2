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

	// maxURL bounds a URL, in bytes: it is shown to a person and opened by a browser, some of which took no more than
	// 2083.
	maxURL = 2048
)

// checkIssuer reports why issuer cannot be an issuer identifier: "a URL that uses the "https" scheme and has no query
// or fragment components" (RFC 8414 §2). http is accepted on loopback.
func checkIssuer(issuer string) error {
	if err := checkURL(issuer); err != nil {
		return fmt.Errorf("issuer %s %w", quoteURL(issuer), err)
	}
	if strings.Contains(issuer, "?") {
		return fmt.Errorf("issuer %s has a query, which an issuer must not have (RFC 8414 §2)", untrusted.Quote(issuer))
	}
	if before, _, ok := strings.Cut(issuer, "/.well-known/"); ok {
		return fmt.Errorf("issuer %s is the URL of its metadata: the issuer may be %s",
			untrusted.Quote(issuer), untrusted.Quote(before))
	}
	return nil
}

// checkURL reports why nothing may be sent to the URL s. The error continues the name of what s is.
func checkURL(s string) error {
	if len(s) > maxURL {
		return fmt.Errorf("is longer than %d bytes", maxURL)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("is not an absolute URL")
	case u.User != nil:
		return errors.New("contains a user name")
	// "The endpoint URI MUST NOT include a fragment component." RFC 6749 §3.1, and §3.2 in the same words.
	case strings.Contains(s, "#"):
		return errors.New("has a fragment")
	case !confidential.URL(u):
		return errors.New("is not https")
	}
	return nil
}

// quoteURL quotes s without anything before an @: a URL with a user name often has a password too.
func quoteURL(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = "…" + s[i:]
	}
	return untrusted.Quote(s)
}

// places returns the URLs where the metadata of issuer may be, in the order in which they are tried. Without a path
// there are two. OpenID's comes first: most servers have it, and those that have both say more there (ID Token
// algorithms, userinfo). RFC 8414's is next. The third is for servers that append where RFC 8414 inserts. The last is
// OpenID's document where RFC 8414 §5 would look first; hardly any server has it there, and OpenID Connect Discovery §4
// requires the first.
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

// insertedFirst returns the same places in the order of RFC 8414 §5: where the path is inserted, OAuth's document and then
// OpenID's, and then where it is appended.
func insertedFirst(issuer string) []string {
	p := places(issuer)
	if len(p) == 2 {
		return []string{p[1], p[0]}
	}
	return []string{p[1], p[3], p[0], p[2]}
}
