package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxDetails bounds the granted authorization_details, in bytes: they are stored with the token.
const maxDetails = 64 << 10

// checkDetails refuses a type of authorization details that the server's metadata does not list (RFC 9396 §10). The
// server would too: "the AS MUST refuse to process any unknown authorization details type" (§5).
func (c *Client) checkDetails() error {
	listed := c.Server.AuthorizationDetailsTypesSupported
	for _, kind := range DetailTypes(c.Profile.AuthorizationDetails) {
		if !supports(listed, kind) {
			return unsupported("authorization_details", kind, listed)
		}
	}
	return nil
}

// DetailTypes returns the distinct types in a JSON array of authorization details, in order.
func DetailTypes(details string) []string {
	var list []struct {
		Type string `json:"type"`
	}
	if json.Unmarshal([]byte(details), &list) != nil {
		return nil
	}
	var types []string
	for _, d := range list {
		if d.Type != "" && !slices.Contains(types, d.Type) {
			types = append(types, d.Type)
		}
	}
	return types
}

// grantedDetails returns "the authorization_details as granted by the resource owner and assigned to the respective
// access token" (RFC 9396 §7), as compact JSON; empty if the answer has none.
func grantedDetails(answer *tokenReply) (string, error) {
	member := answer.Extra("authorization_details")
	if member == nil {
		return "", nil
	}
	list, ok := member.([]any)
	if !ok {
		return "", errors.New("they are not an array")
	}
	for _, element := range list {
		if object, ok := element.(map[string]any); !ok || object["type"] == nil {
			return "", errors.New("they are not an array of objects that have a type")
		}
	}
	text, err := json.Marshal(list)
	if err != nil || len(text) > maxDetails {
		return "", fmt.Errorf("they are longer than %d bytes", maxDetails)
	}
	return string(untrusted.MaskJSON(text, answer.secrets...)), nil
}

// addDetails adds the granted authorization details to set, and warns if they are not those requested. Unreadable ones
// are left out: the token is good without them.
func (c *Client) addDetails(set *token.Set, answer *tokenReply) {
	asked := c.Profile.AuthorizationDetails
	granted, err := grantedDetails(answer)
	set.AuthorizationDetails = granted
	switch {
	case err != nil:
		c.warn(fmt.Sprintf("the authorization_details of the answer are ignored: %v", err))
	case asked == "" || sameDetails(asked, granted):
	case granted == "":
		c.warn("the server does not say which authorization_details it granted (RFC 9396 §7)")
	default:
		c.warn(fmt.Sprintf("the server granted other authorization_details than requested: requested %s, granted %s",
			untrusted.Quote(asked), untrusted.Quote(granted)))
	}
}

// sameDetails compares two arrays of authorization details as sets of JSON values.
func sameDetails(a, b string) bool { return slices.Equal(canonicalDetails(a), canonicalDetails(b)) }

// canonicalDetails returns the elements of a JSON array, each in a canonical form, sorted.
func canonicalDetails(details string) []string {
	var list []any
	if json.Unmarshal([]byte(details), &list) != nil {
		return nil
	}
	texts := make([]string, len(list))
	for i, element := range list {
		text, _ := json.Marshal(element) // it was just decoded
		texts[i] = string(text)
	}
	slices.Sort(texts)
	return texts
}
