package output

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
)

// As returns f for the user that --user names, whose mailbox it is. It must be empty for a format without a user.
func (f Format) As(user string) (Format, error) {
	switch {
	case f.sasl == nil && user != "":
		return f, errors.New("--user is for -o xoauth2 and -o oauthbearer")
	case f.sasl == nil:
		return f, nil
	case f.namesUser && user == "":
		return f, errors.New("-o xoauth2 names the user: give the address of the mailbox with --user")
	case strings.ContainsFunc(user, unicode.IsControl) || !utf8.ValidString(user):
		return f, errors.New("--user contains a control character, or is not UTF-8")
	}
	f.Render = initialResponse(f.sasl, user)
	return f, nil
}

// initialResponse renders what a client sends with AUTHENTICATE (IMAP) or AUTH (SMTP, POP), in base64 and in one line.
func initialResponse(message func(user string, access token.Secret) string, user string) func(token.Set, time.Time) (string, error) {
	return checked(func(s token.Set, _ time.Time) (string, error) {
		if dpop.Bound(s) {
			return "", dpop.ErrBound
		}
		return base64.StdEncoding.EncodeToString([]byte(message(user, s.AccessToken))) + "\n", nil
	})
}

// xoauth2 is "base64("user=" {User} "^Aauth=Bearer " {Access Token} "^A^A")" (developers.google.com/workspace/gmail/imap/xoauth2-protocol).
// Microsoft's servers take it too.
func xoauth2(user string, access token.Secret) string {
	return "user=" + user + "\x01auth=Bearer " + access.Reveal() + "\x01\x01"
}

// oauthbearer is the client's response of RFC 7628 §3.1: "gs2-header kvsep *kvpair kvsep". In the header, "The server replaces […]
// "=2C" (comma) and "=3D"" (RFC 5801 §4). Of the pairs, auth alone is required.
func oauthbearer(user string, access token.Secret) string {
	header := "n,,"
	if user != "" {
		header = "n,a=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) + ","
	}
	return header + "\x01auth=Bearer " + access.Reveal() + "\x01\x01"
}
