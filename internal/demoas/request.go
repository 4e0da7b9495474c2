package demoas

import (
	"fmt"
	"net/url"
)

// refusal is what is told to the person, since it cannot be told to the client.
type refusal struct{ message, detail string }

// requested finds out what is asked for: the parameters themselves, a request object that holds them, or the name of a
// request that was pushed.
//
// With an oauthError the request is good enough to send that error to the client.
func (s *Server) requested(form url.Values) (authorizationRequest, *refusal, *oauthError) {
	if s.config.PAR && isPushed(form) {
		req, no := s.pushed.take(form.Get("request_uri"), form.Get("client_id"))
		return req, no, nil
	}
	req, no, e := s.understand(form)
	if no == nil && e == nil && s.config.RequirePAR {
		e = &oauthError{"invalid_request", "Authorization requests have to be pushed."}
	}
	return req, no, e
}

// understand reads a request that is not pushed, or is just being pushed.
func (s *Server) understand(form url.Values) (authorizationRequest, *refusal, *oauthError) {
	inner, e := s.unwrapped(form)
	if e != nil {
		req, no := s.identify(form)
		return req, no, e
	}
	req, no := s.identify(inner)
	if no != nil {
		return req, no, nil
	}
	return req, nil, req.read(inner, s.config.Features)
}

// identify finds the client and where it wants the answer, or says what is wrong with them.
//
// RFC 6749 §4.1.2.1: "If the request fails due to a missing, invalid, or mismatching redirection URI, or if the client
// identifier is missing or invalid, the authorization server SHOULD inform the resource owner of the error and MUST NOT
// automatically redirect the user-agent to the invalid redirection URI."
func (s *Server) identify(form url.Values) (authorizationRequest, *refusal) {
	client, known := s.clients.client(form.Get("client_id"))
	if !known || len(form["client_id"]) != 1 {
		return authorizationRequest{}, &refusal{
			"The program that sent you here is not registered with this server.", "client_id: " + form.Get("client_id"),
		}
	}
	presented := form.Get("redirect_uri")
	uri, matches := client.redirectURI(presented)
	if !matches || len(form["redirect_uri"]) != 1 {
		return authorizationRequest{}, &refusal{
			fmt.Sprintf("%s asked to have you sent back to an address that is not registered for it.", client.displayName()),
			"redirect_uri: " + presented,
		}
	}
	return authorizationRequest{
		client: client, redirectURI: uri, presentedURI: presented, state: form.Get("state"), maxAge: -1,
	}, nil
}
