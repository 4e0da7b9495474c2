package discovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/untrusted"
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
	m := Metadata{Source: source, Raw: body, Rejected: map[string]string{}}
	if err := m.decode(members); err != nil {
		return Metadata{}, err
	}
	// "The "issuer" value returned MUST be identical to the authorization server's issuer identifier value into which
	// the well-known URI string was inserted to create the URL used to retrieve the metadata. If these values are not
	// identical, the data contained in the response MUST NOT be used." RFC 8414 §3.3. No normalisation: two servers
	// whose issuers differ in a slash could pass for one another.
	if m.Issuer != issuer {
		return Metadata{}, &IssuerMismatchError{Source: source, Want: issuer, Got: m.Issuer}
	}
	m.checkURLs(strings.HasPrefix(strings.ToLower(issuer), "https:"))
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

// strict are the members on which a decision about trust depends. One of the wrong type makes the document unusable.
var strict = []string{"issuer", "authorization_response_iss_parameter_supported"}

// decode fills the fields of m from the members that their tags name, one at a time, so that one of the wrong type can be
// named. It is left out, since most members are never used.
func (m *Metadata) decode(members map[string]json.RawMessage) error {
	v := reflect.ValueOf(m).Elem()
	for _, field := range reflect.VisibleFields(v.Type()) {
		name := field.Tag.Get("json")
		raw, ok := members[name]
		if !ok || name == "" || name == "-" {
			continue
		}
		into := v.FieldByIndex(field.Index)
		if decodeMember(raw, into) {
			continue
		}
		into.SetZero()
		reason := "is not " + wanted(field.Type)
		if slices.Contains(strict, name) {
			return fmt.Errorf("with metadata whose %s %s", name, reason)
		}
		m.Rejected[name] = reason
	}
	return nil
}

// decodeMember reports whether raw is of the field's type. Some servers send a string for a list of one, or for true.
func decodeMember(raw json.RawMessage, field reflect.Value) bool {
	if josejson.Unmarshal(raw, field.Addr().Interface()) == nil {
		return true
	}
	var text string
	if josejson.Unmarshal(raw, &text) != nil {
		return false
	}
	switch field.Kind() {
	case reflect.Slice:
		field.Set(reflect.ValueOf(strings.Fields(text)))
		return true
	case reflect.Bool:
		field.SetBool(text == "true")
		return text == "true" || text == "false"
	}
	return false
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

// checkURLs takes out of m every URL that nothing may be sent to, whether it is used or not: metadata is used long after it
// was read. If distant, the issuer is not on loopback, and neither may its endpoints be: it cannot know what listens there.
func (m *Metadata) checkURLs(distant bool) {
	m.checkURL("jwks_uri", &m.JWKSURI, distant)
	for prefix, endpoints := range map[string]*Endpoints{"": &m.Endpoints, aliasPrefix: &m.MTLSEndpointAliases} {
		v := reflect.ValueOf(endpoints).Elem()
		for i := range v.NumField() {
			m.checkURL(prefix+v.Type().Field(i).Tag.Get("json"), v.Field(i).Addr().Interface().(*string), distant)
		}
	}
}

// aliasPrefix comes before the name of an endpoint for mutual TLS.
const aliasPrefix = "mtls_endpoint_aliases "

func (m *Metadata) checkURL(name string, value *string, distant bool) {
	if *value == "" {
		return
	}
	err := checkURL(*value)
	if u, parseErr := url.Parse(*value); err == nil && distant && (parseErr != nil || u.Scheme != "https") {
		err = errors.New("is not https, while the issuer is")
	}
	if err != nil {
		m.Rejected[name] = quoteURL(*value) + " " + err.Error()
		*value = ""
	}
}

// Unusable returns an *untrusted.Error with a *MemberError in it if the document has a member called name that was left
// out.
func (m Metadata) Unusable(name string) error {
	reason, ok := m.Rejected[name]
	if !ok {
		return nil
	}
	return &untrusted.Error{Op: "read metadata", Err: &MemberError{name, reason}}
}

// WithAliases returns m with its endpoints for mutual TLS in place of the others.
//
// RFC 8705 §5: "An OAuth client intending to do mutual TLS (for OAuth client authentication and/or to acquire or use
// certificate-bound tokens) when making a request directly to the authorization server MUST use the alias URL of the
// endpoint within the "mtls_endpoint_aliases", when present, in preference to the endpoint URL of the same name at the top
// level of metadata." The authorization endpoint stays: the browser, which opens it, has no such certificate.
func (m Metadata) WithAliases() Metadata {
	m.Rejected = maps.Clone(m.Rejected)
	endpoints, aliases := reflect.ValueOf(&m.Endpoints).Elem(), reflect.ValueOf(m.MTLSEndpointAliases)
	for i := range endpoints.NumField() {
		name := endpoints.Type().Field(i).Tag.Get("json")
		reason, rejected := m.Rejected[aliasPrefix+name]
		switch {
		case name == "authorization_endpoint":
		case rejected:
			endpoints.Field(i).SetString("")
			m.Rejected[name] = "for mutual TLS " + reason
		case aliases.Field(i).String() != "":
			endpoints.Field(i).SetString(aliases.Field(i).String())
		}
	}
	return m
}
