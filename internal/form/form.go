// Package form checks whether a text has the form that a key of a profile demands. A check judges one value by itself. Its
// error continues the key's name; of a URL it shows only scheme and host, because users put passwords into the rest.
package form

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/parameter"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Issuer checks an issuer identifier (RFC 8414 §2).
func Issuer(values []string) error {
	u, err := serverURL(values[0])
	if err != nil {
		return err
	}
	// "The authorization server's issuer identifier, which is a URL that uses the "https" scheme and has no query or
	// fragment components." RFC 8414 §2
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(values[0], "#") {
		return errors.New("an issuer identifier has no query and no fragment")
	}
	if !issuer.Valid(values[0]) {
		return fmt.Errorf("%s is a whole segment of the path", issuer.Tenant)
	}
	return nil
}

// Endpoint checks the URL of an endpoint or a document, to which secrets may be sent.
func Endpoint(values []string) error {
	if _, err := serverURL(values[0]); err != nil {
		return err
	}
	// "The endpoint URI MUST NOT include a fragment component." RFC 6749 §3.1
	if strings.Contains(values[0], "#") {
		return errors.New("an endpoint's URL has no fragment")
	}
	return nil
}

// API checks the URL of an API, to which tokens are sent.
func API(values []string) error {
	if _, err := serverURL(values[0]); err != nil {
		return err
	}
	if strings.Contains(values[0], "#") {
		return errors.New("an API's URL has no fragment")
	}
	return nil
}

// ClientIDDocument: "The client identifier URL MUST have an "https" scheme, MUST contain a path component, MUST NOT contain
// single-dot or double-dot path segments, MUST NOT contain a fragment component and MUST NOT contain a username or password."
// OAuth Client ID Metadata Document §2
func ClientIDDocument(values []string) error {
	u, err := absoluteURL(values[0])
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" || u.Path == "" || u.Path == "/" || strings.Contains(values[0], "#"):
		return errors.New("want an https URL with a path and without a fragment")
	case slices.ContainsFunc(strings.Split(u.Path, "/"), func(segment string) bool { return segment == "." || segment == ".." }):
		return errors.New("the path has a segment of dots")
	}
	return nil
}

// serverURL parses a URL to which secrets are sent.
func serverURL(raw string) (*url.URL, error) {
	u, err := absoluteURL(raw)
	if err != nil {
		return nil, err
	}
	switch {
	case confidential.URL(u):
	case u.Scheme == "http":
		return nil, fmt.Errorf("http is only allowed for this machine (127.0.0.1, [::1], localhost); use https://%s", untrusted.Text(u.Host))
	default:
		return nil, fmt.Errorf("want https://, not %s", untrusted.Text(u.Scheme))
	}
	return u, nil
}

func absoluteURL(raw string) (*url.URL, error) {
	if err := Text([]string{raw}); err != nil {
		return nil, err
	}
	u, err := url.Parse(raw)
	if err != nil || strings.ContainsFunc(raw, unicode.IsSpace) {
		return nil, errors.New("not a URL") // url.Error would show all of it
	}
	switch {
	case u.Scheme == "":
		return nil, errors.New("not an absolute URL: want https://HOST/…")
	case u.User != nil:
		return nil, errors.New("the URL must not contain a user name or password")
	case u.Hostname() == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return nil, errors.New("the URL has no host")
	}
	if port := u.Port(); port != "" {
		if err := Ports([]string{port}); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// RedirectURI checks a redirect URI of a native app.
func RedirectURI(values []string) error {
	// "The endpoint URI MUST NOT include a fragment component." RFC 6749 §3.1.2
	if strings.Contains(values[0], "#") {
		return errors.New("a redirect URI has no fragment")
	}
	u, err := absoluteURL(values[0])
	if err != nil {
		return err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the private-use scheme %s: is for installed apps; use http://127.0.0.1/", untrusted.Text(u.Scheme))
	}
	return nil
}

// Ports checks port numbers.
func Ports(values []string) error {
	for _, v := range values {
		if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 65535 {
			return errors.New("a port is a number from 1 to 65535")
		}
	}
	return nil
}

// ListenAddress checks HOST, HOST:PORT and :PORT.
func ListenAddress(values []string) error {
	host := values[0]
	if h, port, err := net.SplitHostPort(host); err == nil {
		if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
			return errors.New("the port is a number from 0 to 65535")
		}
		host = h
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && host != "" && host != "localhost" {
		return errors.New("want an IP address or localhost, and a port if any: 0.0.0.0:8400")
	}
	return nil
}

// ClientID checks a client identifier.
func ClientID(values []string) error {
	// "client-id = *VSCHAR", "VSCHAR = %x20-7E" RFC 6749 Appendix A
	if v := values[0]; v != "" && !ascii.All(v, ascii.IsVSCHAR) {
		return errors.New("a client identifier consists of printable ASCII characters")
	}
	return nil
}

// Scopes checks scopes, one a value.
func Scopes(values []string) error {
	for _, v := range values {
		// "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )" RFC 6749 §3.3
		switch {
		case v == "":
			return errors.New("a scope cannot be empty")
		case strings.Contains(v, " "):
			return errors.New(`a scope has no spaces: write ["a", "b"], or "a b" for all of them`)
		case !ascii.All(v, ascii.IsNQCHAR):
			return fmt.Errorf(`%s contains a character that is not allowed in a scope (RFC 6749 §3.3)`, untrusted.Quote(v))
		}
	}
	return nil
}

// Resource checks resource indicators.
func Resource(values []string) error {
	for _, v := range values {
		// "Its value MUST be an absolute URI, as specified by Section 4.3 of [RFC3986]. The URI MUST NOT include a fragment
		// component." RFC 8707 §2
		u, err := url.Parse(v)
		if err != nil || !u.IsAbs() || strings.Contains(v, "#") || Text([]string{v}) != nil {
			return errors.New("a resource indicator is an absolute URI without a fragment")
		}
	}
	return nil
}

// UnknownError is returned for a value that is not one of the known ones.
type UnknownError struct {
	Value string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s is not one of %s", untrusted.Quote(e.Value), strings.Join(e.Known, ", "))
}

// Seconds checks a number of seconds.
func Seconds(values []string) error {
	if n, err := strconv.ParseInt(values[0], 10, 32); err != nil || n < 0 {
		return errors.New("want a number of seconds, 0 or more")
	}
	return nil
}

// Lifetime checks a number of seconds, or [Never].
func Lifetime(values []string) error {
	if n, err := strconv.ParseInt(values[0], 10, 32); values[0] != Never && (err != nil || n == 0 || Seconds(values) != nil) {
		return errors.New(`want a number of seconds, or "never"`)
	}
	return nil
}

// Details checks authorization details.
func Details(values []string) error {
	// "The request parameter authorization_details contains, in JSON notation, an array of objects." RFC 9396 §2
	var details []map[string]any
	if json.Unmarshal([]byte(values[0]), &details) != nil || len(details) == 0 {
		return errors.New("want a JSON array of objects")
	}
	for _, d := range details {
		// "type: An identifier for the authorization details type as a string. … This field is REQUIRED." RFC 9396 §2
		if kind, _ := d["type"].(string); kind == "" {
			return errors.New("each object needs a type")
		}
	}
	return nil
}

// Never is the lifetime of what does not expire.
const Never = "never"

// TokenTypes are the last parts of the URNs in RFC 8693 §3, and of that of an identity assertion authorization grant.
var TokenTypes = []string{"access_token", "refresh_token", "id_token", "saml1", "saml2", "jwt", "id-jag"}

// TokenType allows URIs, and the last part of those in RFC 8693 §3.
func TokenType(values []string) error {
	if !strings.Contains(values[0], ":") && !slices.Contains(TokenTypes, values[0]) {
		return &UnknownError{values[0], TokenTypes}
	}
	return Text(values)
}

// Bool checks true or false.
func Bool(values []string) error {
	if values[0] != "true" && values[0] != "false" {
		return errors.New("want true or false")
	}
	return nil
}

// Command checks a program and its arguments.
func Command(values []string) error {
	if len(values) == 0 || values[0] == "" {
		return errors.New("the program's name is missing")
	}
	return nil
}

// Text refuses control characters.
func Text(values []string) error {
	if strings.ContainsFunc(values[0], unicode.IsControl) {
		return errors.New("it contains a control character")
	}
	return nil
}

// Texts refuses empty texts too.
func Texts(values []string) error {
	for _, v := range values {
		if v == "" {
			return errors.New("an empty string is not allowed")
		}
		if err := Text([]string{v}); err != nil {
			return err
		}
	}
	return nil
}

// Hosts refuses anything but HOST and HOST:PORT: an entry that never matches would look like a protection.
func Hosts(values []string) error {
	if err := Texts(values); err != nil {
		return err
	}
	for _, v := range values {
		u, err := url.Parse("https://" + v)
		if err != nil || u.Host != v || u.Hostname() == "" || strings.HasSuffix(v, ":") || strings.Contains(v, "*") {
			return fmt.Errorf("want a host, or host:port, such as api.example.com")
		}
	}
	return nil
}

// Delimiter checks what separates scopes.
func Delimiter(values []string) error {
	if strings.ContainsFunc(values[0], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsControl(r) }) {
		return errors.New(`want punctuation or a space, such as ","`)
	}
	return nil
}

// ScopeParameter refuses a parameter that requests have anyway.
func ScopeParameter(values []string) error {
	if parameter.Reserved(values[0]) && values[0] != "scope" {
		return errors.New("oauthget sets it itself")
	}
	return Text(values)
}

// ClientIDParameter refuses a parameter that requests have anyway.
func ClientIDParameter(values []string) error {
	if parameter.Reserved(values[0]) && values[0] != "client_id" {
		return errors.New("oauthget sets it itself")
	}
	return Text(values)
}

// BearerTypes refuses token types that are known to mean something else.
func BearerTypes(values []string) error {
	if slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, "DPoP") || strings.EqualFold(v, "N_A") }) {
		return errors.New("DPoP and N_A do not mean Bearer")
	}
	return Texts(values)
}
