// Package output renders a token set as `-o FORMAT` prints it on stdout.
//
// A format is one row of a map. The package obtains nothing and prints nothing. What a format has to tell the user is in
// Format.Warning.
package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Format is one way to print a token set.
type Format struct {
	// Render returns the output, with its final newline.
	Render func(set token.Set, now time.Time) (string, error)
	// Signed reports whether the output is for one API request, which [Format.For] sets.
	Signed bool
	// Bare reports whether the output is the access token alone, for programs that know how to use it.
	Bare bool
	// Assigns reports whether the output is an assignment for a shell, which [Format.In] sets.
	Assigns bool
	// IDToken reports whether the ID Token has to be live instead of the access token.
	IDToken bool
	// Warning is shown on stderr each time the format is used. Most have none.
	Warning string
	// Help is one line for `--help`.
	Help string

	request request // that a signed format is for
	// sasl returns the message of a SASL mechanism, for the user that [Format.As] sets; nil for all other formats. namesUser reports
	// that there is none without a user.
	sasl      func(user string, access token.Secret) string
	namesUser bool
}

const templatePrefix = "template="

// formats is a function so that nothing is built in a run that prints a plain token.
func formats() map[string]Format {
	return map[string]Format{
		"token":           {Render: accessToken, Bare: true, Help: "the access token"},
		"header":          {Render: checked(header), Help: "an HTTP header: Authorization: Bearer …"},
		"json":            {Render: asJSON, Help: "the token response's members (RFC 6749 §5.1) and expires_at"},
		"env":             {Render: checked(env("sh")), Assigns: true, Help: "a shell's assignment of OAUTHGET_ACCESS_TOKEN, for eval; see --shell"},
		"curl":            {Render: checked(curl), Help: "a curl config, for curl -K -"},
		"dpop":            {Signed: true, Help: "the two HTTP headers of the request to --url, signed (RFC 9449)"},
		"exec-credential": {Render: checked(execCredential), Help: "an ExecCredential of " + credential.ExecV1},
		"id_token":        {Render: idToken, IDToken: true, Help: "the ID Token"},
		"oauthbearer":     {sasl: oauthbearer, Render: initialResponse(oauthbearer, ""), Help: "the initial response of SASL OAUTHBEARER, for mail servers (RFC 7628)"},
		"xoauth2":         {sasl: xoauth2, namesUser: true, Help: "the same of XOAUTH2, as Google's and Microsoft's mail servers take it, for --user"},
		"query": {
			Render: checked(query), Help: "access_token=…, for a URL's query (RFC 6750 §2.3)",
			Warning: "a token in a URL is kept by browser histories, proxies and server logs (RFC 6750 §5.3); prefer a header",
		},
	}
}

// Names returns the names of the formats, for `--help` and completion.
func Names() []string {
	return append(slices.Sorted(maps.Keys(formats())), templatePrefix+"GO-TEMPLATE")
}

// Help returns the help text of the flag.
func Help() string {
	var b strings.Builder
	all := formats()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "  %-22s %s\n", name, all[name].Help)
	}
	fmt.Fprintf(&b, "  %-22s %s\n", templatePrefix+"GO-TEMPLATE", "a Go template (text/template) over the members of json, such as {{.access_token}}")
	return b.String()
}

// Parse returns the format called name. An unknown one fails before any request is sent.
func Parse(name string) (Format, error) {
	if text, ok := strings.CutPrefix(name, templatePrefix); ok {
		render, err := parseTemplate(text)
		return Format{Render: render}, err
	}
	if f, ok := formats()[name]; ok {
		return f, nil
	}
	return Format{}, fmt.Errorf("unknown output format %q: one of %s", name, strings.Join(Names(), ", "))
}

func accessToken(s token.Set, _ time.Time) (string, error) { return s.AccessToken.Reveal() + "\n", nil }

// Header returns the value of the Authorization header for s (RFC 6750 §2.1).
func Header(s token.Set) string { return s.Type() + " " + s.AccessToken.Reveal() }

// checked wraps the formats that present the token as an access token.
func checked(render func(token.Set, time.Time) (string, error)) func(token.Set, time.Time) (string, error) {
	return func(s token.Set, now time.Time) (string, error) {
		if err := s.CheckAccessToken(); err != nil {
			return "", err
		}
		return render(s, now)
	}
}

func header(s token.Set, _ time.Time) (string, error) {
	return "Authorization: " + Header(s) + "\n", nil
}

// In returns f for the shell called name. If name is empty, it is the shell that the system, goos, most likely has.
func (f Format) In(name, goos string) (Format, error) {
	switch {
	case !f.Assigns && name != "":
		return f, errors.New("--shell is for -o env")
	case !f.Assigns:
		return f, nil
	case name == "":
		name = shell.Default(goos)
	}
	if _, err := shell.Assignment(name, "", ""); err != nil {
		return f, err
	}
	f.Render = checked(env(name))
	return f, nil
}

func env(name string) func(token.Set, time.Time) (string, error) {
	return func(s token.Set, _ time.Time) (string, error) {
		return shell.Assignment(name, "OAUTHGET_ACCESS_TOKEN", s.AccessToken.Reveal())
	}
}

// curl renders a config for `curl -K -`.
func curl(s token.Set, _ time.Time) (string, error) {
	return CurlOption("header", "Authorization: "+Header(s)), nil
}

// CurlOption returns one line of a curl config. value must not contain a line break. In double quotes a backslash is an escape.
func CurlOption(name, value string) string {
	return name + ` = "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + "\"\n"
}

func execCredential(s token.Set, _ time.Time) (string, error) {
	return credential.ExecCredential(credential.ExecV1, s.AccessToken, s.Expiry)
}

func query(s token.Set, _ time.Time) (string, error) {
	return url.Values{"access_token": {s.AccessToken.Reveal()}}.Encode() + "\n", nil
}

func idToken(s token.Set, _ time.Time) (string, error) {
	if s.IDToken.Empty() {
		return "", token.ErrNoIDToken
	}
	return s.IDToken.Reveal() + "\n", nil
}

func asJSON(s token.Set, now time.Time) (string, error) {
	m := members(s, now)
	if details, ok := m["authorization_details"].(string); ok {
		m["authorization_details"] = json.RawMessage(details)
	}
	data, err := json.MarshalIndent(m, "", "  ")
	return string(data) + "\n", err
}

// kept returns what the profile keeps of answers. Numbers stay as they were sent.
func kept(s token.Set) map[string]any {
	var m map[string]any
	if !s.Kept.Empty() {
		d := json.NewDecoder(strings.NewReader(s.Kept.Reveal()))
		d.UseNumber()
		_ = d.Decode(&m) // this program wrote it
	}
	return m
}

// members returns the members of the response by their names in RFC 6749 §5.1. expires_in counts from now. expires_at is added, in
// RFC 3339 and UTC.
func members(s token.Set, now time.Time) map[string]any {
	m := map[string]any{"access_token": s.AccessToken.Reveal(), "token_type": s.Type()}
	if !s.Expiry.IsZero() {
		m["expires_at"] = s.Expiry.UTC().Format(time.RFC3339)
		m["expires_in"] = max(0, int64(s.Expiry.Sub(now).Round(time.Second)/time.Second))
	}
	for name, secret := range map[string]token.Secret{"refresh_token": s.RefreshToken, "id_token": s.IDToken} {
		if !secret.Empty() {
			m[name] = secret.Reveal()
		}
	}
	if s.IssuedType != "" {
		m["issued_token_type"] = s.IssuedType
	}
	if len(s.Scopes) > 0 {
		m["scope"] = strings.Join(s.Scopes, " ")
	}
	maps.Copy(m, kept(s))
	if s.AuthorizationDetails != "" {
		// This is its text, for a template; JSON has the array. The server wrote it, and stdout may be a terminal.
		m["authorization_details"] = string(untrusted.EscapeJSON([]byte(s.AuthorizationDetails)))
	}
	return m
}
