package session

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/store"
)

// storeKey is made of everything that changes the token. Scopes are a set (RFC 6749 §3.3: "their order does not matter").
func storeKey(p config.Profile) string {
	one := func(name, value string) store.Field { return store.Field{Name: name, Values: []string{value}} }
	fields := []store.Field{
		one("profile", p.Name),
		one("account", p.Account),
		one("issuer", p.Issuer),
		one("authorization_endpoint", p.AuthorizationEndpoint),
		one("token_endpoint", p.TokenEndpoint),
		one("client_id", p.ClientID),
		one("grant", p.Grant),
		{Name: "scopes", Values: slices.Compact(slices.Sorted(slices.Values(p.Scopes)))},
		{Name: "resource", Values: p.Resource},
		{Name: "audience", Values: p.Audience},
		{Name: "authorization_parameters", Values: pairs(p.AuthorizationParameters)},
		{Name: "token_parameters", Values: pairs(p.TokenParameters)},
	}
	// What came later changes no key of a profile that has none of it: its tokens are to be found again.
	for _, f := range []store.Field{
		{Name: "authorization_details", Values: texts(p.AuthorizationDetails)},
		{Name: "assertion", Values: append(secretOf(p.Assertion.Source), texts(p.Assertion.Subject, p.Assertion.Audience)...)},
		{Name: "subject_token", Values: append(secretOf(p.Exchange.Subject), texts(p.Exchange.SubjectType)...)},
		{Name: "actor_token", Values: append(secretOf(p.Exchange.Actor), texts(p.Exchange.ActorType)...)},
		{Name: "requested_token_type", Values: texts(p.Exchange.RequestedType)},
		{Name: "openid", Values: texts(p.OpenID.ACRValues, p.OpenID.Claims)},
		{Name: "login_hint", Values: texts(p.OpenID.LoginHint)},
		{Name: "dpop", Values: truths(p.DPoP, p.DPoPAllowBearer)},
		{Name: "tls_certificate_file", Values: texts(p.TLS.CertificateFile)},
		{Name: "security_profile", Values: texts(p.SecurityProfile)},
	} {
		if len(f.Values) > 0 {
			fields = append(fields, f)
		}
	}
	return store.Key(append(fields, newerFields(p)...)...)
}

// newerFields has a field for each key of the profile that changes the token and is not in storeKey by hand. Its value is
// left out where it is the default. Fields are sorted, so that the order of [config.Keys] does not matter.
func newerFields(p config.Profile) []store.Field {
	var fields []store.Field
	for _, k := range config.Keys() {
		if values := k.Of(p); k.ChangesToken && !slices.Contains(older, k.Name) && len(values) > 0 {
			fields = append(fields, store.Field{Name: k.Name, Values: values})
		}
	}
	slices.SortFunc(fields, func(a, b store.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// older are the keys that are in storeKey by hand. The list is not to grow.
var older = []string{
	"account", "issuer", "authorization_endpoint", "token_endpoint", "client_id", "grant", "scopes", "resource", "audience",
	"authorization_parameters", "token_parameters", "authorization_details", "assertion_file", "assertion_env",
	"assertion_command", "assertion_subject", "assertion_audience", "subject_token_file", "subject_token_env",
	"subject_token_command", "subject_token_profile", "subject_token_type", "actor_token_file", "actor_token_env",
	"actor_token_command", "actor_token_profile", "actor_token_type", "requested_token_type", "acr_values", "claims",
	"login_hint", "dpop", "dpop_allow_bearer", "tls_certificate_file", "security_profile",
}

// texts is nil where all of them are empty.
func texts(values ...string) []string {
	if strings.Join(values, "") == "" {
		return nil
	}
	return values
}

func truths(values ...bool) []string {
	if !slices.Contains(values, true) {
		return nil
	}
	var list []string
	for _, v := range values {
		list = append(list, strconv.FormatBool(v))
	}
	return list
}

// secretOf names where a secret comes from.
func secretOf(s config.SecretSource) []string {
	if s.Empty() {
		return nil
	}
	return []string{s.Key, s.Source()}
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
