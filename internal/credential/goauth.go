package credential

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/token"
)

// golang is GOAUTH of the go command ("go help goauth").
func golang() Protocol {
	return Protocol{
		Name:  "go",
		Short: "Act as a GOAUTH command of go",
		Long: `Speak the protocol of GOAUTH commands (go help goauth), which go 1.24 and later runs for https URLs.

go runs it once before its first request: it gets the stored token for the hosts in api_hosts, refreshed if it has expired, and
nobody is asked. After a 401 of one of these hosts go runs it again and appends the URL: the token is refreshed, or obtained by a
login. Without api_hosts only the profile's own servers are answered. --username sends the token as a password (Basic).

go hides what is said on stderr unless it runs with -x: log in before (oauthget login).`,
		Example: `  go env -w GOAUTH='oauthget credential go work'
  GOPRIVATE=modules.example.com go mod download`,
		URL:      true,
		UserFlag: "user name to send the token with, as a password (default: as a Bearer token)",
		Ask:      askGo,
	}
}

func askGo(ctx context.Context, in Input) (Question, error) {
	if in.Appended == "" {
		return Question{NoInput: true, Render: func(set token.Set, hosts []string) (string, error) {
			return goAnswer(hosts, in.Username, set), nil
		}}, nil
	}
	u, err := url.Parse(in.Appended)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return Question{}, errors.New("read go's request: its URL is not an https one with a host")
	}
	server := &url.URL{Scheme: "https", Host: u.Host}
	data, err := bounded.ReadContext(ctx, in.Stdin, maxRequest)
	if err != nil {
		return Question{}, fmt.Errorf("read go's request: %w", err)
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		return Question{}, errors.New("read go's request: standard input has no head of an HTTP response")
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		// go asks after a 404 too, which it gets for each path that might be a module.
		return Question{Wish: Nothing}, nil
	}
	return Question{
		Server: server, RefusedAt: answeredAt(response.Header, in.Now),
		Render: func(set token.Set, _ []string) (string, error) {
			return goAnswer([]string{server.Host}, in.Username, set), nil
		},
	}, nil
}

// maxSkew is how far the clock of a server may be off for its time to be of use.
const maxSkew = time.Minute

// answeredAt returns when a server sent an answer. Of several commands that go runs at once, one refreshes the token, and the
// others take that one: it is newer than the answer that they are about.
func answeredAt(h http.Header, now time.Time) time.Time {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || now.Sub(date).Abs() > maxSkew {
		return now
	}
	return date
}

// goAnswer returns the header for the hosts: "CredentialSet = URLLine { URLLine } BlankLine { HeaderLine } BlankLine".
func goAnswer(hosts []string, username string, set token.Set) string {
	if len(hosts) == 0 {
		return ""
	}
	value := set.Type() + " " + set.AccessToken.Reveal()
	if username != "" {
		value = "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+set.AccessToken.Reveal()))
	}
	var b strings.Builder
	for _, host := range hosts {
		b.WriteString("https://" + host + "\n")
	}
	b.WriteString("\nAuthorization: " + value + "\n\n")
	return b.String()
}
