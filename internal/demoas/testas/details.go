package testas

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"

	"github.com/oauthget/oauthget/internal/demoas"
)

// detail is one of authorization_details (RFC 9396 §2).
type detail map[string]any

// readDetails returns nil if there are none, or if no types are on.
func readDetails(form url.Values, types []string) ([]detail, *demoas.Error) {
	text := form.Get("authorization_details")
	if text == "" || len(types) == 0 {
		return nil, nil
	}
	var details []detail
	if json.Unmarshal([]byte(text), &details) != nil || details == nil {
		return nil, failure("invalid_authorization_details", "authorization_details is not an array of objects.")
	}
	for _, d := range details {
		// RFC 9396 §5: "The AS MUST refuse to process any unknown authorization details type".
		if kind, ok := d["type"].(string); !ok || !slices.Contains(types, kind) {
			return nil, failure("invalid_authorization_details", "The type of an authorization detail is unknown.")
		}
	}
	return details, nil
}

// detailsFor returns the details of one token: a token request may ask for some of those granted (RFC 9396 §6).
func (s *Server) detailsFor(form url.Values, granted []detail) ([]detail, *demoas.Error) {
	asked, e := readDetails(form, s.config.AuthorizationDetailsTypes)
	if e != nil || asked == nil {
		return granted, e
	}
	for _, d := range asked {
		if !slices.ContainsFunc(granted, func(g detail) bool { return reflect.DeepEqual(g, d) }) {
			return nil, failure("invalid_authorization_details", "An authorization detail was not granted.")
		}
	}
	return asked, nil
}

// tellDetails adds to the token response what was granted (RFC 9396 §7).
func tellDetails(response map[string]any, granted []detail, f Faults) {
	switch {
	case f.OmitAuthorizationDetails:
	case f.GrantedAuthorizationDetails != nil:
		response["authorization_details"] = f.GrantedAuthorizationDetails
	case len(granted) > 0:
		response["authorization_details"] = granted
	}
}
