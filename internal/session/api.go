package session

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/form"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/store"
)

// api is the API that a session is for, if it was opened by a URL.
type api struct {
	url *url.URL // that was given, without query and fragment
	// resource is what tokens are asked for and kept by: the url until the API has said more.
	resource string
	known    bool                // tokens for it have been stored before
	found    *resource.Found     // what it says of itself; nil until asked
	metadata *discovery.Metadata // of its authorization server; nil until fetched
}

// OpenAPIError reports an API that answers without a token and says nothing about tokens.
type OpenAPIError struct{ URL string }

func (e *OpenAPIError) Error() string {
	return "the API at " + e.URL + " answers without a token, and publishes no metadata about one"
}

// IsURL reports whether a command's NAME is the URL of an API.
func IsURL(name string) bool { return strings.Contains(name, "://") }

// ParseAPI parses the URL of an API that is in the place of a profile's name. The error of one that no token may be sent to is a
// *config.Error, and does not repeat what may be a password.
func ParseAPI(address string) (*url.URL, error) {
	err := form.API([]string{address})
	u, invalid := url.Parse(address)
	if err == nil {
		return u, invalid
	}
	e := &config.Error{Key: "url", Err: fmt.Errorf("the API's URL: %w", err), Advice: "give an absolute URL, such as https://api.example.com/v1"}
	if invalid == nil && u.User == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		better := plainURL(u)
		better.Scheme = "https"
		e.Advice = "use " + better.String()
	}
	return nil, e
}

// openURL opens the session for the API at address: with the profile whose url or api_hosts fits, else with what the API
// says of itself.
func openURL(o Options, file *config.File, address string, flags map[string][]string) (*Session, error) {
	target, err := ParseAPI(address)
	if err != nil {
		return nil, err
	}
	name, err := config.ForAPI(config.Input{File: file, LookupEnv: o.LookupEnv, Commands: o.Commands}, target)
	if err != nil {
		return nil, err
	}
	if name == "" {
		flags = maps.Clone(flags)
		if flags == nil {
			flags = map[string][]string{}
		}
		flags["url"] = []string{plainURL(target).String()}
	}
	return Open(o, file, name, flags)
}

// plainURL returns u without query and fragment.
func plainURL(u *url.URL) *url.URL {
	plain := *u
	plain.RawQuery, plain.ForceQuery, plain.Fragment, plain.RawFragment = "", false, "", ""
	return &plain
}

// forAPI makes s the session of the profile's API, if the profile has one.
func (s *Session) forAPI() {
	if s.Profile.URL == "" {
		return
	}
	u, err := url.Parse(s.Profile.URL)
	if err != nil { // it was checked
		return
	}
	s.api = &api{url: plainURL(u), resource: s.Profile.URL}
	s.recall()
}

// recall takes issuer and client from the record of an earlier login for the API, if there is one. A token is kept by
// resource and serves every URL below it.
func (s *Session) recall() {
	records, _ := store.Records{StateDir: s.stateDir}.All() // those that cannot be read are not for this call to report
	var last store.Record
	for _, r := range records {
		p := s.Profile
		if p.Name == "" {
			p.URL = r.API
		}
		if r.API != "" && r.Store == s.Profile.Store && origin.Covers(r.API, s.api.url) && storeKey(p) == r.Key && len(r.API) > len(last.API) {
			last = r
		}
	}
	if last.Key == "" {
		return
	}
	s.Key, s.api.known = last.Key, true
	s.setResource(last.API)
	s.Profile.Issuer = cmp.Or(s.Profile.Issuer, last.Issuer)
	s.Profile.TokenEndpoint = cmp.Or(s.Profile.TokenEndpoint, last.TokenEndpoint)
	s.Profile.ClientID = cmp.Or(s.Profile.ClientID, last.ClientID)
}

// setResource has tokens asked for and kept for resource.
func (s *Session) setResource(resource string) {
	s.api.resource = resource
	if s.Profile.SendResource && len(s.Profile.Resource) == 0 {
		s.Profile.Resource = []string{resource}
	}
}

// Address is the URL of the session's API, without query; empty if it is for no API.
func (s *Session) Address() string {
	if s.api == nil {
		return ""
	}
	return s.api.url.String()
}

// API is the resource that the session's tokens are for; empty if it is for no API.
func (s *Session) API() string {
	if s.api == nil {
		return ""
	}
	return s.api.resource
}

// Refuses returns why the access token must not be sent to u; empty if it may. A token for an API goes to it and to no other,
// any other token to the hosts of the profile.
func (s *Session) Refuses(u *url.URL) string {
	switch {
	case s.api != nil && !origin.Covers(s.api.resource, u):
		return fmt.Sprintf("the token is for %s and what is below it", s.api.resource)
	case s.api == nil && !s.Profile.MaySend(u):
		return u.Host + " is not in the profile's api_hosts"
	}
	return ""
}

// find asks an API that is not known yet what it says of itself, where the key of its tokens depends on that.
func (s *Session) find(ctx context.Context) error {
	if s.api == nil || s.api.known || s.api.found != nil || s.Profile.Name != "" || s.options.NoInput && s.Profile.NeedsPerson() {
		return nil
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	p := s.Profile
	p.URL, p.Resource = s.api.resource, nil
	if !s.Profile.SendResource || !slices.Equal(s.Profile.Resource, []string{s.api.resource}) {
		p.Resource = s.Profile.Resource
	}
	s.Key = storeKey(p)
	return nil
}
