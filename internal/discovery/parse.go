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

// What an answer of status 200 was instead of metadata, in words that go on from "ADDRESS answered". After these another
// place may still have it.
var (
	errHTML     = errors.New("with an HTML page") // a proxy, a captive portal, a web application with a page for every path
	errNotJSON  = errors.New("with something that is not a JSON object")
	errNoIssuer = errors.New("with JSON that names no issuer")
)

// parse reads and checks the metadata of issuer that came from source.
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
	// identical, the data contained in the response MUST NOT be used." RFC 8414 §3.3. Identical is meant: no
	// normalisation, or two servers that differ in a slash could pass for one another.
	if m.Issuer != issuer {
		return Metadata{}, &IssuerMismatchError{Source: source, Want: issuer, Got: m.Issuer}
	}
	if err := m.checkURLs(strings.HasPrefix(strings.ToLower(issuer), "https:")); err != nil {
		return Metadata{}, err
	}
	return m, nil
}

// object decodes the top level of a JSON object. It uses go-jose's fork of encoding/json because that one refuses a
// member that occurs twice and matches names by case: with the standard one, which of two issuers counts would depend
// on the reader (RFC 8259 §4).
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

// decode fills the fields of m from the members their tags name. One member at a time, so that the error can name the
// one that is of the wrong type.
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

// wanted is what a member of type t should have been, in JSON's words.
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

// checkURLs refuses a document with a URL that nothing may be sent to. All are checked, not only those of the flow at
// hand: metadata is used long after it was read. Only an issuer on loopback has endpoints there: a distant one cannot know
// who listens on a port of this machine.
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
