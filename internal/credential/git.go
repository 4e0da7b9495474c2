package credential

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
)

// git is the protocol of git's credential helpers.
func git() Protocol {
	return Protocol{
		Name:  "git",
		Short: "Act as a git credential helper",
		Long: `Speak the protocol of git's credential helpers (gitcredentials(7)). git runs it and appends the action.

get prints the token: as a Bearer credential if git (2.46) and the server take one, else as the password of --username.
erase, which git calls with a token that the server refused, makes the next get refresh it. store does nothing. A host that is
not in api_hosts gets no answer, and git asks its next helper. Without api_hosts only the profile's own servers are answered.
GIT_TERMINAL_PROMPT=0 means --no-input. A user name in the URL that is an account's (--account) means that account.

The empty helper in the example switches other helpers off, which would otherwise write the token to disk.`,
		Example: `  git config --global --replace-all credential.https://git.example.com.helper ''
  git config --global --add credential.https://git.example.com.helper '!oauthget credential git work'`,
		Actions:  []string{"get", "store", "erase"},
		UserFlag: "user name beside the token where git takes passwords only",
		User:     "oauth2",
		Ask:      askGit,
		GivesUp:  gitQuit,
	}
}

func askGit(ctx context.Context, in Input) (Question, error) {
	var q Question
	if text, ok := in.Env("GIT_TERMINAL_PROMPT"); ok {
		prompt, err := GitBool(text)
		if err != nil {
			return q, hint.Usagef("GIT_TERMINAL_PROMPT: %w", err)
		}
		q.NoInput = !prompt
	}
	r, err := ParseGit(ctx, in.Stdin)
	if err != nil {
		return q, &hint.UsageError{Err: err}
	}
	switch {
	case !r.HTTP(), in.Appended != "get" && in.Appended != "erase":
		// "If a helper does not support the requested operation …, it should silently ignore the request"
		// (gitcredentials(7)).
		q.Wish = Nothing
		return q, nil
	case in.Appended == "erase":
		q.Wish, q.Refused = Expire, r.Refused
	}
	if q.Server, err = r.URL(); err != nil {
		return q, &hint.UsageError{Err: err}
	}
	q.Username = r.Username
	q.Render = func(set token.Set, _ []string) (string, error) { return r.Answer(in.Username, set), nil }
	return q, nil
}

// gitQuit is the answer after a failed login: "If a helper outputs a quit attribute with a value of 1 or true, no further helpers
// will be consulted, nor will the user be prompted" (gitcredentials(7)).
const gitQuit = "quit=1\n"

// maxGitLine: "A line, including the trailing newline, may not exceed 65535 bytes" (git-credential(1)).
const maxGitLine = 65535

// maxRequest limits the size of a request, in bytes.
const maxRequest = 1 << 20

// GitRequest is git's description of a credential that it wants, has used, or wants erased.
type GitRequest struct {
	Protocol, Host, Path, Username string
	// Refused is the token that git was given before, in either form.
	Refused    token.Secret
	authType   bool // git accepts a credential with its scheme (since 2.46)
	challenged bool // the server has sent WWW-Authenticate
	bearer     bool // one of its challenges is Bearer
}

// ParseGit reads git's attributes up to an empty line or the end. Unknown ones are ignored, as in git-credential(1).
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

// set stores one attribute. "The key may contain any bytes except =, newline, or NUL. The value may contain any bytes
// except newline or NUL" (git-credential(1)). Some helpers took a carriage return in a host name for the end of a line, and
// gave one host the password of another (CVE-2024-50349, CVE-2024-52006).
func (q *GitRequest) set(attribute string, length int) error {
	key, value, ok := strings.Cut(attribute, "=")
	switch {
	case length > maxGitLine:
		return fmt.Errorf("a line is longer than %d bytes", maxGitLine)
	case !ok:
		return errors.New("a line is not an attribute: it has no =")
	case strings.ContainsAny(attribute, "\x00\r"):
		return errors.New("an attribute contains a NUL or a carriage return")
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
		// An empty value clears the list.
		q.authType = value != "" && (q.authType || value == "authtype")
	case "wwwauth[]": // the values of WWW-Authenticate
		q.challenged = value != ""
		q.bearer = q.challenged && (q.bearer || asksForBearer(value))
	}
	return nil
}

// asksForBearer reports whether Bearer is among the challenges of a field. Of one that cannot be read, the first counts.
func asksForBearer(field string) bool {
	list, err := challenge.Parse(field)
	if err != nil {
		scheme, _, _ := strings.Cut(field, " ")
		list = []challenge.Challenge{{Scheme: scheme}}
	}
	return slices.ContainsFunc(list, func(c challenge.Challenge) bool { return strings.EqualFold(c.Scheme, "Bearer") })
}

// GitBool reads a boolean as git does: true, yes, on or a number other than 0; false, no, off, nothing or 0.
func GitBool(text string) (bool, error) {
	switch text = strings.ToLower(text); text {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off", "":
		return false, nil
	}
	n, err := strconv.ParseInt(strings.TrimRight(text, "kmg"), 0, 32)
	if err != nil {
		return false, errors.New("want a boolean of git: true, false, or a number")
	}
	return n != 0, nil
}

// HTTP reports whether the request is about a server that speaks HTTP. Others take no token: git also asks for the passphrase of
// a client certificate (protocol=cert, without a host), and git-send-email for a mail server.
func (q GitRequest) HTTP() bool {
	return strings.EqualFold(q.Protocol, "https") || strings.EqualFold(q.Protocol, "http")
}

// URL returns the server of the request. It is an error if the host is anything but a name with or without a port.
func (q GitRequest) URL() (*url.URL, error) {
	u := &url.URL{Scheme: strings.ToLower(q.Protocol), Host: q.Host}
	if parsed, err := url.Parse("https://" + q.Host); err != nil || parsed.Host != q.Host || parsed.Hostname() == "" {
		return nil, errors.New("read git's request: it has no valid host")
	}
	return u, nil
}

// Answer returns the answer to git: the token with its scheme if git accepts one and the server does not ask for another. Otherwise
// the token is the password, for the user that git names, or for username.
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
