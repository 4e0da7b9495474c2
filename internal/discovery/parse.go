package discovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"
)

// What an answer with status 200 was instead of metadata. The texts continue "ADDRESS answered". The next place is
// tried.
var (
	errHTML     = errors.New("with an HTML page") // a proxy, a captive portal, a web application that answers every path
	errNotJSON  = errors.New("without a JSON object")
	errNoIssuer = errors.New("with JSON that has no issuer")
)

// parse reads and checks the metadata of issuer, which came from source.
func parse(body []byte, issuer, source string) (Metadata, error) {
	members, err := object(body)
	if err != nil {
		return Metadata{}, err
	}
	if _, ok := members["issuer"]; !ok {
		return Metadata{}, errNoIssuer
	}
	m := Metadata{Source: source, Raw: body}
	if err := decode(members, &m); err != nil {
		return Metadata{}, err
	}
	// "The "issuer" value returned MUST be identical to the authorization server's issuer identifier value into which
	// the well-known URI string was inserted to create the URL used to retrieve the metadata. If these values are not
	// identical, the data contained in the response MUST NOT be used." RFC 8414 §3.3. No normalisation: two servers
	// whose issuers differ in a slash could pass for one another.
	if m.Issuer != issuer {
		return Metadata{}, &IssuerMismatchError{Source: source, Want: issuer, Got: m.Issuer}
	}
	if err := m.checkURLs(strings.HasPrefix(strings.ToLower(issuer), "https:")); err != nil {
		return Metadata{}, err
	}
	return m, nil
}

// object decodes the top level of a JSON object. It uses go-jose's fork of encoding/json, which refuses duplicate
// members and matches names exactly: with encoding/json, another reader might see another issuer (RFC 8259 §4).
func object(body []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := josejson.Unmarshal(body, &members); err != nil {
		if strings.Contains(err.Error(), "duplicate key") {
			return nil, errors.New("with JSON that has the same member twice")
		}
		return nil, errNotJSON
	}
	if members == nil {
		return nil, errNotJSON
	}
	return members, nil
}

// decode fills the fields of m from the members that their tags name, one at a time, so that an error can name the
// member.
func decode(members map[string]json.RawMessage, m *Metadata) error {
	v := reflect.ValueOf(m).Elem()
	for _, field := range reflect.VisibleFields(v.Type()) {
		name := field.Tag.Get("json")
		raw, ok := members[name]
		if !ok || name == "" || name == "-" {
			continue
		}
		if err := josejson.Unmarshal(raw, v.FieldByIndex(field.Index).Addr().Interface()); err != nil {
			return fmt.Errorf("with metadata whose %s is not %s", name, wanted(field.Type))
		}
	}
	return nil
}

// wanted describes the JSON that a member of type t must have.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array of strings"
	default:
		return "an object of URLs"
	}
}

// checkURLs refuses a document with a URL that nothing may be sent to. It checks all of them: metadata is used long
// after it was read. If distant, the issuer is not on loopback, and neither may its endpoints be: it cannot know what
// listens there.
func (m *Metadata) checkURLs(distant bool) error {
	if err := checkEndpoint("jwks_uri", m.JWKSURI, distant); err != nil {
		return err
	}
	if err := m.Endpoints.check("", distant); err != nil {
		return err
	}
	return m.MTLSEndpointAliases.check("mtls_endpoint_aliases ", distant)
}

func (e *Endpoints) check(prefix string, distant bool) error {
	v := reflect.ValueOf(e).Elem()
	for i := range v.NumField() {
		if err := checkEndpoint(prefix+v.Type().Field(i).Tag.Get("json"), v.Field(i).String(), distant); err != nil {
			return err
		}
	}
	return nil
}

func checkEndpoint(name, value string, distant bool) error {
	if value == "" {
		return nil
	}
	err := checkURL(value)
	if u, parseErr := url.Parse(value); err == nil && distant && (parseErr != nil || u.Scheme != "https") {
		err = errors.New("is not https, while the issuer is")
	}
	if err != nil {
		return fmt.Errorf("with metadata whose %s %s %w", name, quoteURL(value), err)
	}
	return nil
}
