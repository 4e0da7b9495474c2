package demoas

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
)

// detail is one of authorization_details (RFC 9396 §2).
type detail map[string]any

func (a *authorizationRequest) readDetails(form url.Values, on Features) *oauthError {
	details, e := readDetails(form.Get("authorization_details"), on.AuthorizationDetailsTypes)
	a.details = details
	return e
}

// readDetails returns nil where there are none, or where no types are on: then the parameter is as unknown as any other.
func readDetails(text string, types []string) ([]detail, *oauthError) {
	if text == "" || len(types) == 0 {
		return nil, nil
	}
	var details []detail
	if json.Unmarshal([]byte(text), &details) != nil || details == nil {
		return nil, &oauthError{"invalid_authorization_details", "authorization_details is not an array of objects."}
	}
	for _, d := range details {
		// RFC 9396 §5: "The AS MUST refuse to process any unknown authorization details type".
		if kind, ok := d["type"].(string); !ok || !slices.Contains(types, kind) {
			return nil, &oauthError{"invalid_authorization_details", "The type of an authorization detail is not known."}
		}
	}
	return details, nil
}

// detailsFor are those that this token is for: a token request may ask for some of what was granted (RFC 9396 §6).
func (s *Server) detailsFor(q tokenRequest, granted []detail) ([]detail, *oauthError) {
	asked, e := readDetails(q.form.Get("authorization_details"), s.config.AuthorizationDetailsTypes)
	if e != nil || asked == nil {
		return granted, e
	}
	for _, d := range asked {
		if !slices.ContainsFunc(granted, func(g detail) bool { return reflect.DeepEqual(g, d) }) {
			return nil, &oauthError{"invalid_authorization_details", "An authorization detail was not granted."}
		}
	}
	return asked, nil
}

// tellDetails puts into the token response what was granted (RFC 9396 §7).
func tellDetails(response map[string]any, granted []detail, f Faults) {
	switch {
	case f.OmitAuthorizationDetails:
	case f.GrantedAuthorizationDetails != nil:
		response["authorization_details"] = f.GrantedAuthorizationDetails
	case len(granted) > 0:
		response["authorization_details"] = granted
	}
}
