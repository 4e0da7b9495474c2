package testas

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/oauthget/oauthget/internal/demoas"
)

// unwrapped returns the parameters of a request: those of its request object if it has one (RFC 9101).
func (s *Server) unwrapped(form url.Values) (url.Values, *demoas.Error) {
	text := form.Get("request")
	switch {
	case !s.config.RequestObjects:
		return form, nil
	// RFC 9101 §10.5: that is what require_signed_request_object announces.
	case text == "" && s.config.RequireSignedRequest:
		return nil, failure("invalid_request", "Authorization requests must be signed.")
	case text == "":
		return form, nil
	}
	client, known := s.client(form.Get("client_id"))
	if !known {
		return nil, failure("invalid_request_object", "The client is not known.")
	}
	var members map[string]any
	claims, err := signedBy(text, client.JWKS, &members)
	if err == nil {
		err = s.checkRequestObject(claims, members, client)
	}
	if err != nil {
		return nil, failure("invalid_request_object", "The request object is refused: "+err.Error()+".")
	}
	// RFC 9101 §6.3: "The authorization server MUST only use the parameters in the Request Object, even if the same parameter
	// is provided in the query parameter."
	return parameters(members)
}

func (s *Server) checkRequestObject(claims jwt.Claims, members map[string]any, client Client) error {
	switch {
	// RFC 9101 §6.3: "The client ID values in the client_id request parameter and in the Request Object client_id claim MUST be
	// identical."
	case members["client_id"] != client.ID:
		return errors.New("client_id is not that of the request")
	// RFC 9101 §4: "request and request_uri parameters MUST NOT be included in Request Objects."
	case members["request"] != nil || members["request_uri"] != nil:
		return errors.New("it holds another request")
	case claims.Issuer != client.ID:
		return errors.New("iss is not the client")
	case !claims.Audience.Contains(s.Issuer()):
		return errors.New("aud is not the issuer")
	case claims.ValidateWithLeeway(jwt.Expected{Time: s.config.Now()}, clockLeeway) != nil:
		return errors.New("it has expired, or is not valid yet")
	}
	return nil
}

// parameters returns the members as request parameters. RFC 9101 §4 has strings as strings and numbers as numbers. An object
// or an array is JSON in a form, but for the parameters that a form repeats.
func parameters(members map[string]any) (url.Values, *demoas.Error) {
	form := url.Values{}
	for name, value := range members {
		switch value := value.(type) {
		case string:
			form.Set(name, value)
		case []any:
			if name == "resource" || name == "audience" {
				for _, one := range value {
					form.Add(name, fmt.Sprint(one))
				}
				continue
			}
			setJSON(form, name, value)
		default:
			setJSON(form, name, value)
		}
	}
	if len(form) == 0 {
		return nil, failure("invalid_request_object", "The request object is empty.")
	}
	return form, nil
}

// setJSON cannot fail: value comes from JSON.
func setJSON(form url.Values, name string, value any) {
	if text, err := json.Marshal(value); err == nil {
		form.Set(name, string(text))
	}
}
