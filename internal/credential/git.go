package credential

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/token"
)

// maxGitLine: "A line, including the trailing newline, may not exceed 65535 bytes" (git-credential(1)).
const maxGitLine = 65535

// maxRequest bounds what a program asks, in bytes.
const maxRequest = 1 << 20

// GitRequest is what git tells of the credential that it wants, has used, or wants forgotten.
type GitRequest struct {
	Protocol, Host, Path, Username string
	// Refused is the token among them: what git was given before, in either form.
	Refused    token.Secret
	authType   bool // git takes a credential with a scheme of its own, which it does since 2.46
	challenged bool // the server has said which schemes it takes
	bearer     bool // Bearer is among them
}

// ParseGit reads git's attributes to the blank line, or the end. Attributes that it does not know are passed over, as
// git-credential(1) has it.
func ParseGit(ctx context.Context, r io.Reader) (GitRequest, error) {
	data, err := bounded.ReadContext(ctx, r, maxRequest)
	if err != nil {
		return GitRequest{}, fmt.Errorf("read git's request: %w", err)
	}
	var q GitRequest
	for line := range bytes.Lines(data) {
		attribute := strings.TrimSuffix(string(line), "\n")
		if attribute == "" {
			break
		}
		if err := q.set(attribute, len(line)); err != nil {
			return GitRequest{}, fmt.Errorf("read git's request: %w", err)
		}
	}
	return q, nil
}

// set takes one attribute. "The key may contain any bytes except =, newline, or NUL. The value may contain any bytes
// except newline or NUL" (git-credential(1)); a carriage return in a host name is what some helpers took for a line's
// end, and gave one host the password of another (CVE-2024-50349, CVE-2024-52006).
func (q *GitRequest) set(attribute string, length int) error {
	key, value, ok := strings.Cut(attribute, "=")
	switch {
	case length > maxGitLine:
		return fmt.Errorf("a line is longer than %d bytes", maxGitLine)
	case !ok:
		return errors.New("a line is no attribute: it has no =")
	case strings.ContainsAny(attribute, "\x00\r"):
		return errors.New("an attribute has a NUL or a carriage return in it")
	}
	switch key {
	case "protocol":
		q.Protocol = value
	case "host":
		q.Host = value
	case "path":
		q.Path = value
	case "username":
		q.Username = value
	case "password", "credential":
		q.Refused = token.NewSecret(value)
	case "capability[]":
		// An empty value clears a list: what was said before it does not count.
		q.authType = value != "" && (q.authType || value == "authtype")
	case "wwwauth[]": // the values of WWW-Authenticate
		scheme, _, _ := strings.Cut(value, " ")
		q.challenged = value != ""
		q.bearer = q.challenged && (q.bearer || strings.EqualFold(scheme, "Bearer"))
	}
	return nil
}

// URL is the server that the request is about. A host with anything but a name and a port in it is an error.
func (q GitRequest) URL() (*url.URL, error) {
	u := &url.URL{Scheme: strings.ToLower(q.Protocol), Host: q.Host}
	if parsed, err := url.Parse("https://" + q.Host); err != nil || parsed.Host != q.Host || parsed.Hostname() == "" {
		return nil, errors.New("read git's request: its host is none")
	}
	return u, nil
}

// Answer is what git gets to read: the token with its scheme where git takes one and the server does not ask for another,
// else as a password: for the user that git names, or for username.
func (q GitRequest) Answer(username string, set token.Set) string {
	var lines []string
	if q.authType && (q.bearer || !q.challenged) {
		lines = []string{"capability[]=authtype", "authtype=" + set.Type(), "credential=" + set.AccessToken.Reveal(), "ephemeral=1"}
	} else {
		lines = []string{"username=" + cmp.Or(q.Username, username), "password=" + set.AccessToken.Reveal()}
	}
	if !set.Expiry.IsZero() {
		lines = append(lines, "password_expiry_utc="+strconv.FormatInt(set.Expiry.Unix(), 10))
	}
	return strings.Join(lines, "\n") + "\n"
}
