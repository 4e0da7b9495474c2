package walkthrough

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/trace"
)

// Brief returns a step without what few people look for in it: most of the metadata, and the header fields of what everybody may
// fetch. It says what is left out.
func Brief(s Step) Step {
	if s.Exchange == nil || s.Title != titleMetadata && s.Title != titleKeys {
		return s
	}
	e := *s.Exchange
	e.Request.Header = nil
	e.Response.Header = slices.DeleteFunc(slices.Clone(e.Response.Header), func(f trace.Field) bool {
		return !slices.Contains([]string{"Content-Type", "Location", "Retry-After"}, f.Name)
	})
	if s.Title == titleMetadata {
		body := &e.Response.Body
		all := len(body.Fields)
		body.Fields = slices.DeleteFunc(slices.Clone(body.Fields), func(f trace.Field) bool { return !matters(f.Name) })
		if left := all - len(body.Fields); left > 0 && left < all {
			body.Fields = append(body.Fields, trace.Field{Name: "…", Value: fmt.Sprintf("%d more members: add -v", left)})
		}
	}
	s.Exchange = &e
	return s
}

// matters reports whether a login depends on a member of the metadata.
func matters(member string) bool {
	switch member {
	case "issuer", "jwks_uri", "code_challenge_methods_supported", "scopes_supported", "token_endpoint_auth_methods_supported",
		"grant_types_supported", "authorization_response_iss_parameter_supported", "require_pushed_authorization_requests",
		"error", "error_description":
		return true
	}
	return strings.HasSuffix(member, "_endpoint")
}
