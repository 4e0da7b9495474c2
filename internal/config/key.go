package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/form"
)

// Key is one key of a profile. Flags, variables, the reading and editing of the file, checks, `profile show` and the test of
// the documentation all follow from it: a new key is a field of Profile, a row in keys, among its
// group, and a row in docs/reference.md. One that is sent in a request needs more: docs/internals/design.md.
type Key struct {
	Name  string // as it stands in the file
	Kind  Kind
	Usage string
	// Default is the value if the key is not set; empty for none. A Bool without one is false.
	Default string
	// Values are the only values, or suggestions for completion if the key has a check.
	Values []string
	// Secret marks the key whose value is a secret itself. It has no flag: every user of the machine can see an argv.
	Secret bool
	// Personal marks a key that is about the person rather than a client. Its variable applies to every profile; all others
	// apply to the one that a command names.
	Personal bool
	// ChangesToken marks a key on which the token depends: tokens obtained with different values are stored apart.
	ChangesToken bool

	flag   string                                      // if it is not the name with dashes
	group  string                                      // keys of a group exclude each other: a stronger origin replaces all of them
	hidden bool                                        // Show does not show the values: some servers expect secrets there
	check  func(values []string) error                 // one of package form; nil for the check of the kind
	table  func(table string, given url.Values) *Error // the same for a Table; may be nil
	field  func(*Profile) any                          // where the value is in a Profile
}

// Flag is the key's flag without leading dashes, or empty.
func (k Key) Flag() string {
	switch {
	case k.Secret:
		return ""
	case k.flag != "":
		return k.flag
	}
	return strings.ReplaceAll(k.Name, "_", "-")
}

// MayHoldSecrets reports whether the key's values must not be shown: some servers expect secrets there.
func (k Key) MayHoldSecrets() bool { return k.Secret || k.hidden }

// Env is the key's environment variable.
func (k Key) Env() string { return "OAUTHGET_" + strings.ToUpper(k.Name) }

// Keys lists the keys of a profile in the order of `profile show`.
func Keys() []Key { return slices.Clone(keys) }

// keys holds constants and functions only, so that the compiler can lay it out and it costs nothing at start.
var keys = []Key{
	{Name: keyPreset, Usage: "built-in provider, whose endpoints and quirks are used", field: func(p *Profile) any { return &p.Preset }},
	{Name: keyPresetVariables, Kind: Table, Usage: "what the preset asks for, name=value", field: func(p *Profile) any { return &p.PresetVariables }},
	{Name: "url", Usage: "URL of the API, which says what is not given here: issuer, client, resource and scopes", check: form.API, ChangesToken: true, field: func(p *Profile) any { return &p.URL }},
	{Name: "issuer", Usage: "issuer identifier; its metadata is fetched and must name the same issuer", check: form.Issuer, ChangesToken: true, field: func(p *Profile) any { return &p.Issuer }},
	{Name: "metadata_url", Usage: "URL of the metadata, if it is not at the issuer", check: form.Endpoint, ChangesToken: true, field: func(p *Profile) any { return &p.MetadataURL }},
	{Name: "authorization_endpoint", Usage: "URL of the authorization endpoint", check: form.Endpoint, ChangesToken: true, field: func(p *Profile) any { return &p.AuthorizationEndpoint }},
	{Name: "token_endpoint", Usage: "URL of the token endpoint", check: form.Endpoint, ChangesToken: true, field: func(p *Profile) any { return &p.TokenEndpoint }},
	{Name: "device_authorization_endpoint", Usage: "URL of the device authorization endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.DeviceAuthorizationEndpoint }},
	{Name: "pushed_authorization_request_endpoint", Usage: "URL of the pushed authorization request endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.PushedAuthorizationRequestEndpoint }},
	{Name: "revocation_endpoint", Usage: "URL of the revocation endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.RevocationEndpoint }},
	{Name: "introspection_endpoint", Usage: "URL of the introspection endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.IntrospectionEndpoint }},
	{Name: "userinfo_endpoint", Usage: "URL of the userinfo endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.UserinfoEndpoint }},
	{Name: "registration_endpoint", Usage: "URL of the client registration endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.RegistrationEndpoint }},
	{Name: "jwks_uri", Usage: "URL of the authorization server's keys", check: form.Endpoint, field: func(p *Profile) any { return &p.JWKSURI }},
	{Name: "client_id", Usage: "client identifier", check: form.ClientID, ChangesToken: true, field: func(p *Profile) any { return &p.ClientID }},
	{Name: "client_id_metadata_document", Usage: "URL of the document that is the client identifier, if the server supports it", check: form.ClientIDDocument, ChangesToken: true, field: func(p *Profile) any { return &p.ClientIDMetadataDocument }},
	{Name: "client_secret", Usage: "client secret", Secret: true, group: groupSecret, field: func(p *Profile) any { return &p.ClientSecret }},
	{Name: "client_secret_file", Kind: Path, Usage: "file whose first line is the client secret", group: groupSecret, field: func(p *Profile) any { return &p.ClientSecret }},
	{Name: "client_secret_env", Usage: "environment variable that holds the client secret", group: groupSecret, field: func(p *Profile) any { return &p.ClientSecret }},
	{Name: "client_secret_command", Kind: Command, Usage: "program that prints the client secret, and its arguments", group: groupSecret, field: func(p *Profile) any { return &p.ClientSecret }},
	{Name: "client_secret_keychain", Usage: "keychain item that holds the client secret", group: groupSecret, field: func(p *Profile) any { return &p.ClientSecret }},
	{Name: "token_endpoint_auth_method", Usage: "how the client authenticates: a name of the registry, such as private_key_jwt", Values: clientauth.Methods(), field: func(p *Profile) any { return &p.TokenEndpointAuthMethod }},
	{Name: "client_secret_basic_encoding", Usage: "of client_id and secret in client_secret_basic: form, raw", Values: []string{"form", "raw"}, field: func(p *Profile) any { return &p.ClientSecretBasicEncoding }},
	{Name: "client_key_file", Kind: Path, Usage: "private key of the client, PEM or JWK", field: func(p *Profile) any { return &p.ClientKey.File }},
	{Name: "client_key_id", Usage: "kid of the client's key", field: func(p *Profile) any { return &p.ClientKey.ID }},
	{Name: "client_assertion_audience", Usage: "audience of client assertions, if not the issuer", field: func(p *Profile) any { return &p.ClientKey.AssertionAudience }},
	{Name: "tls_certificate_file", Kind: Path, Usage: "certificate of the client for mutual TLS, PEM", ChangesToken: true, field: func(p *Profile) any { return &p.TLS.CertificateFile }},
	{Name: "tls_key_file", Kind: Path, Usage: "private key of that certificate, PEM", field: func(p *Profile) any { return &p.TLS.KeyFile }},
	{Name: "tls_ca_file", Kind: Path, Usage: "certificate authority trusted in addition to the system's, PEM", field: func(p *Profile) any { return &p.TLS.CAFile }},
	{Name: "grant", Usage: "grant: authorization_code, device_code, client_credentials, jwt_bearer, token_exchange", Default: GrantAuthorizationCode, Values: []string{GrantAuthorizationCode, GrantDeviceCode, GrantClientCredentials, GrantJWTBearer, GrantTokenExchange}, ChangesToken: true, field: func(p *Profile) any { return &p.Grant }},
	{Name: "scopes", Kind: Scopes, flag: "scope", Usage: "scope asked for", check: form.Scopes, ChangesToken: true, field: func(p *Profile) any { return &p.Scopes }},
	{Name: "audience", Kind: List, Usage: "audience asked for", ChangesToken: true, field: func(p *Profile) any { return &p.Audience }},
	{Name: "resource", Kind: List, Usage: "resource indicator", check: form.Resource, ChangesToken: true, field: func(p *Profile) any { return &p.Resource }},
	{Name: "send_resource", Kind: Bool, Usage: "the API's resource goes into requests", Default: "true", ChangesToken: true, field: func(p *Profile) any { return &p.SendResource }},
	{Name: "authorization_details", Kind: JSON, Usage: "authorization details, a JSON array", check: form.Details, ChangesToken: true, field: func(p *Profile) any { return &p.AuthorizationDetails }},
	{Name: "prompt", Usage: "what the server asks the person: login, consent, select_account, none", Values: []string{"login", "consent", "select_account", "none"}, check: form.Prompt, field: func(p *Profile) any { return &p.OpenID.Prompt }},
	{Name: "login_hint", Usage: "account that the server may suggest", ChangesToken: true, field: func(p *Profile) any { return &p.OpenID.LoginHint }},
	{Name: "max_age", Kind: Integer, Usage: "seconds since the person last signed in, at most", check: form.Seconds, field: func(p *Profile) any { return &p.OpenID.MaxAge }},
	{Name: "acr_values", Usage: "authentication context classes asked for, in order", ChangesToken: true, field: func(p *Profile) any { return &p.OpenID.ACRValues }},
	{Name: "nonce", Kind: Bool, Usage: "the ID Token has to repeat a nonce", Default: "true", field: func(p *Profile) any { return &p.OpenID.Nonce }},
	{Name: "claims", Kind: JSON, Usage: "claims asked for, a JSON object", check: form.Claims, ChangesToken: true, field: func(p *Profile) any { return &p.OpenID.Claims }},
	{Name: "ui_locales", Usage: "languages of the server's pages, in order", field: func(p *Profile) any { return &p.OpenID.UILocales }},
	{Name: "id_token_signed_response_alg", Usage: "algorithm that the ID Token must be signed with", Values: idTokenAlgorithms, field: func(p *Profile) any { return &p.OpenID.IDTokenSignedResponseAlg }},
	{Name: "assertion_file", Kind: Path, Usage: "file with the assertion of the grant jwt_bearer; - for stdin", group: groupAssertion, ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Source }},
	{Name: "assertion_env", Usage: "environment variable that holds the assertion", group: groupAssertion, ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Source }},
	{Name: "assertion_command", Kind: Command, Usage: "program that prints the assertion, and its arguments", group: groupAssertion, ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Source }},
	{Name: "assertion_profile", Usage: "profile whose token is the assertion", group: groupAssertion, ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Source }},
	{Name: "assertion_github_actions", Usage: "audience of the job's identity token of GitHub Actions, which is the assertion", group: groupAssertion, ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Source }},
	{Name: "assertion_subject", Usage: "sub of an assertion signed by the client's key", ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Subject }},
	{Name: "assertion_audience", Usage: "aud of an assertion signed by the client's key, if not the issuer", ChangesToken: true, field: func(p *Profile) any { return &p.Assertion.Audience }},
	{Name: "subject_token_file", Kind: Path, Usage: "file with the subject token of the grant token_exchange; - for stdin", group: groupSubjectToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Subject }},
	{Name: "subject_token_env", Usage: "environment variable that holds the subject token", group: groupSubjectToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Subject }},
	{Name: "subject_token_command", Kind: Command, Usage: "program that prints the subject token, and its arguments", group: groupSubjectToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Subject }},
	{Name: "subject_token_profile", Usage: "profile whose token is the subject token", group: groupSubjectToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Subject }},
	{Name: keySubjectGitHub, Usage: "audience of the job's identity token of GitHub Actions, which is the subject token", group: groupSubjectToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Subject }},
	{Name: keySubjectType, Usage: "type of the subject token, such as access_token", Values: form.TokenTypes, check: form.TokenType, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.SubjectType }},
	{Name: "actor_token_file", Kind: Path, Usage: "file with the actor token of the grant token_exchange; - for stdin", group: groupActorToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Actor }},
	{Name: "actor_token_env", Usage: "environment variable that holds the actor token", group: groupActorToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Actor }},
	{Name: "actor_token_command", Kind: Command, Usage: "program that prints the actor token, and its arguments", group: groupActorToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Actor }},
	{Name: "actor_token_profile", Usage: "profile whose token is the actor token", group: groupActorToken, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.Actor }},
	{Name: "actor_token_type", Usage: "type of the actor token", Values: form.TokenTypes, check: form.TokenType, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.ActorType }},
	{Name: "requested_token_type", Usage: "type of the token asked for", Values: form.TokenTypes, check: form.TokenType, ChangesToken: true, field: func(p *Profile) any { return &p.Exchange.RequestedType }},
	{Name: "redirect_uri", Usage: "redirect URI; without a port, any free one", Default: DefaultRedirectURI, check: form.RedirectURI, field: func(p *Profile) any { return &p.RedirectURI }},
	{Name: "redirect_ports", Kind: Ports, Usage: "ports to try for the redirect URI, in order", field: func(p *Profile) any { return &p.RedirectPorts }},
	{Name: "redirect_certificate_file", Kind: Path, Usage: "certificate of an https redirect URI, PEM", field: func(p *Profile) any { return &p.RedirectTLS.CertificateFile }},
	{Name: "redirect_key_file", Kind: Path, Usage: "private key of that certificate, PEM", field: func(p *Profile) any { return &p.RedirectTLS.KeyFile }},
	{Name: "offer_device_code", Kind: Bool, Usage: "offer the device grant beside the redirect, if no browser can be opened here", Default: "true", field: func(p *Profile) any { return &p.OfferDeviceCode }},
	{Name: "listen_address", Usage: "address to listen on, if not the redirect URI's host", check: form.ListenAddress, field: func(p *Profile) any { return &p.ListenAddress }},
	{Name: "response_mode", Usage: "how the response is returned: query, form_post, query.jwt, form_post.jwt, jwt", Default: "query", Values: []string{"query", "form_post", "query.jwt", "form_post.jwt", "jwt"}, field: func(p *Profile) any { return &p.ResponseMode }},
	{Name: "authorization_parameters", Kind: Table, Usage: "extra parameter of the authorization request, name=value", table: checkParameters, ChangesToken: true, field: func(p *Profile) any { return &p.AuthorizationParameters }},
	{Name: "token_parameters", Kind: Table, Usage: "extra parameter of the token request, name=value", table: checkParameters, hidden: true, ChangesToken: true, field: func(p *Profile) any { return &p.TokenParameters }},
	{Name: "token_headers", Kind: Table, Usage: "extra header field of the token request, name=value", table: checkHeaders, hidden: true, ChangesToken: true, field: func(p *Profile) any { return &p.TokenHeaders }},
	{Name: "scope_delimiter", Usage: "what separates scopes, if not a space", check: form.Delimiter, ChangesToken: true, field: func(p *Profile) any { return &p.ScopeDelimiter }},
	{Name: "scope_parameter", Usage: "parameter that asks for scopes, if not scope", check: form.ScopeParameter, ChangesToken: true, field: func(p *Profile) any { return &p.ScopeParameter }},
	{Name: "client_id_parameter", Usage: "parameter that names the client, if not client_id", check: form.ClientIDParameter, field: func(p *Profile) any { return &p.ClientIDParameter }},
	{Name: "token_request_format", Usage: "body of token requests: form, json", Values: []string{"form", "json"}, field: func(p *Profile) any { return &p.TokenRequestFormat }},
	{Name: "token_response", Kind: Table, Usage: "where a member of the token response is, name=JSON-POINTER", table: checkPointers, ChangesToken: true, field: func(p *Profile) any { return &p.TokenResponse }},
	{Name: "accepted_token_types", Kind: List, Usage: "token type that means Bearer", check: form.BearerTypes, field: func(p *Profile) any { return &p.AcceptedTokenTypes }},
	{Name: "refresh_endpoint", Usage: "URL for refresh requests, if not the token endpoint", check: form.Endpoint, field: func(p *Profile) any { return &p.RefreshEndpoint }},
	{Name: "refresh_parameters", Kind: Table, Usage: "extra parameter of refresh requests, name=value", table: checkRefreshParameters, hidden: true, ChangesToken: true, field: func(p *Profile) any { return &p.RefreshParameters }},
	{Name: "keep_members", Kind: List, Usage: "member of the token response to keep", check: checkKept, ChangesToken: true, field: func(p *Profile) any { return &p.KeepMembers }},
	{Name: "keep_callback_parameters", Kind: List, Usage: "parameter of the authorization response to keep", check: checkKept, ChangesToken: true, field: func(p *Profile) any { return &p.KeepCallbackParameters }},
	{Name: "default_expires_in", Kind: Lifetime, Usage: "lifetime of tokens that come without one or with 0: seconds, or never", Values: []string{Never}, check: form.Lifetime, ChangesToken: true, field: func(p *Profile) any { return &p.DefaultExpiresIn }},
	{Name: "pkce", Kind: Bool, Usage: "proof key for code exchange", Default: "true", field: func(p *Profile) any { return &p.PKCE }},
	{Name: "require_pushed_authorization_requests", Kind: Bool, Usage: "push the authorization request", field: func(p *Profile) any { return &p.RequirePAR }},
	{Name: "request_object_signing_alg", Usage: "algorithm that the authorization request is signed with", Values: signingAlgorithms, field: func(p *Profile) any { return &p.RequestObjectSigningAlg }},
	{Name: "dpop", Kind: Bool, Usage: "tokens bound to a key by DPoP", ChangesToken: true, field: func(p *Profile) any { return &p.DPoP }},
	{Name: "dpop_allow_bearer", Kind: Bool, Usage: "accept a Bearer token in place of a DPoP token", ChangesToken: true, field: func(p *Profile) any { return &p.DPoPAllowBearer }},
	{Name: "security_profile", Usage: "a security profile to follow: " + FAPI2, Values: []string{FAPI2}, ChangesToken: true, field: func(p *Profile) any { return &p.SecurityProfile }},
	{Name: "api_hosts", Kind: List, Usage: "host to which the access token may be sent", check: form.Hosts, field: func(p *Profile) any { return &p.APIHosts }},
	{Name: "store", Usage: "where tokens are kept: keychain, file, none", Default: StoreKeychain, Values: stores, Personal: true, field: func(p *Profile) any { return &p.Store }},
	{Name: "identity_file", Kind: Path, Usage: "age or SSH private key that opens the file store", group: groupOpener, Personal: true, field: func(p *Profile) any { return &p.IdentityFile }},
	{Name: "passphrase_command", Kind: Command, Usage: "program that prints the file store's passphrase, and its arguments", group: groupOpener, Personal: true, field: func(p *Profile) any { return &p.PassphraseCommand }},
	{Name: "account", Usage: "account to sign in as", ChangesToken: true, field: func(p *Profile) any { return &p.Account }},
	{Name: "browser", Usage: "command that opens a URL", Personal: true, field: func(p *Profile) any { return &p.Browser }},
}

// topKeys are the keys outside of profiles.
var topKeys = []Key{
	{Name: keyDefaultProfile, Usage: "the profile to use if none is named"},
	{Name: "client_id_metadata_document", Usage: "the same for all profiles", check: form.ClientIDDocument},
	{Name: "store", Usage: "where tokens are kept, for profiles without a store", Values: stores},
	{Name: "identity_file", Kind: Path, Usage: "private key that opens the file store, for profiles without one"},
	{Name: keyPassphraseCommand, Kind: Command, Usage: "program that prints the passphrase of the file store, for profiles without one"},
}

// Keys and groups that code refers to.
const (
	keySecret            = "client_secret"
	keySubjectType       = "subject_token_type"
	keySubjectGitHub     = "subject_token_github_actions"
	keyActorType         = "actor_token_type"
	keyPassphraseCommand = "passphrase_command"
	keyDefaultProfile    = "default_profile"
	keyProfiles          = "profiles"
	keyPreset            = "preset"
	keyPresetVariables   = "preset_variables"

	groupSecret       = "client secret"
	groupAssertion    = "assertion"
	groupSubjectToken = "subject token"
	groupActorToken   = "actor token"
	groupOpener       = "opener of the file store"
)

// Values of keys.
var (
	stores = []string{StoreKeychain, StoreFile, StoreNone}
	// signingAlgorithms are for request objects. "none" is no signature, and a client secret is a weak key.
	signingAlgorithms = []string{"PS256", "ES256", "EdDSA", "RS256", "PS384", "PS512", "RS384", "RS512", "ES384", "ES512"}
	// idTokenAlgorithms are for ID Tokens (RFC 7518 §3.1, RFC 8037 §3.1).
	idTokenAlgorithms = []string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512",
	}
)

// FlagOf is the flag of the key named name, or name itself if it has none.
func FlagOf(name string) string {
	if k := find(keys, name); k != nil && !k.Secret {
		return k.Flag()
	}
	return name
}

func find(in []Key, name string) *Key {
	for i := range in {
		if in[i].Name == name {
			return &in[i]
		}
	}
	return nil
}

func names(of []Key) []string {
	out := make([]string, len(of))
	for i, k := range of {
		out[i] = k.Name
	}
	return out
}

// lookUp finds the key of a setting. The setting of a parameter is named TABLE.PARAMETER.
func lookUp(name string) (k *Key, parameter string) {
	name, parameter, isParameter := strings.Cut(name, ".")
	k = find(keys, name)
	if k == nil || isParameter != (k.Kind == Table) {
		return nil, ""
	}
	return k, parameter
}
