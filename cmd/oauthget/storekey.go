package main

import (
	"maps"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
)

// storeKey names everything that changes the token. Scopes are a set (RFC 6749 §3.3: "their order does not matter").
func storeKey(p config.Profile) string {
	one := func(name, value string) store.Field { return store.Field{Name: name, Values: []string{value}} }
	return store.Key(
		one("profile", p.Name),
		one("account", p.Account),
		one("issuer", p.Issuer),
		one("authorization_endpoint", p.AuthorizationEndpoint),
		one("token_endpoint", p.TokenEndpoint),
		one("client_id", p.ClientID),
		one("grant", "authorization_code"),
		store.Field{Name: "scopes", Values: slices.Compact(slices.Sorted(slices.Values(p.Scopes)))},
		store.Field{Name: "resource", Values: p.Resource},
		store.Field{Name: "audience", Values: p.Audience},
		store.Field{Name: "authorization_parameters", Values: pairs(p.AuthorizationParameters)},
		store.Field{Name: "token_parameters", Values: pairs(p.TokenParameters)},
	)
}

func pairs(values url.Values) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			list = append(list, name, v)
		}
	}
	return list
}
