package config

import (
	"slices"
	"strings"
)

// Key is one key of a profile. The keys are data, so that flags, environment, file, display and documentation cannot
// drift apart.
type Key struct {
	Name  string // as it stands in the file
	Kind  Kind
	Usage string
	// Secret marks the key whose value is a secret itself. It has no flag: an argv is shown to every user of the machine.
	Secret bool
	On     bool // a Bool that is true where nothing says otherwise
	// Values are what the key takes, or most likely takes, for completion; nil where there is no telling.
	Values func() []string
	// Personal marks what a person has for all of their clients: its variable is for every profile. All other variables
	// describe one client.
	Personal bool

	flag  string                      // where it is not the name with dashes: --scope a reads as the request parameter does
	only  bool                        // Values are all that the key takes
	check func(values []string) error // the form of the value alone; nil where anything will do
}

// Flag is the key's flag, without the dashes before it; empty where there is none.
func (k Key) Flag() string {
	switch {
	case k.Secret:
		return ""
	case k.flag != "":
		return k.flag
	}
	return strings.ReplaceAll(k.Name, "_", "-")
}

// Env is the key's environment variable.
func (k Key) Env() string { return "OAUTHGET_" + strings.ToUpper(k.Name) }

// Keys lists the keys of a profile in the order they are documented and shown in.
func Keys() []Key { return slices.Clone(keys) }

// keys are of constants and functions alone: the compiler lays them out, and no command makes them when it starts.
var keys = []Key{
	key("issuer", String, "issuer identifier; its metadata is fetched and must name the same issuer", checkIssuer),
	key("authorization_endpoint", String, "URL of the authorization endpoint", checkEndpoint),
	key("token_endpoint", String, "URL of the token endpoint", checkEndpoint),
	key("device_authorization_endpoint", String, "URL of the device authorization endpoint", checkEndpoint),
	key("pushed_authorization_request_endpoint", String, "URL of the pushed authorization request endpoint", checkEndpoint),
	key("revocation_endpoint", String, "URL of the revocation endpoint", checkEndpoint),
	key("introspection_endpoint", String, "URL of the introspection endpoint", checkEndpoint),
	key("userinfo_endpoint", String, "URL of the userinfo endpoint", checkEndpoint),
	key("registration_endpoint", String, "URL of the client registration endpoint", checkEndpoint),
	key("jwks_uri", String, "URL of the authorization server's keys", checkEndpoint),
	key("client_id", String, "client identifier", checkClientID),
	{Name: keySecret, Kind: String, Usage: "client secret", Secret: true},
	key("client_secret_file", String, "file whose first line is the client secret", checkText),
	key("client_secret_env", String, "environment variable that holds the client secret", checkText),
	key("client_secret_command", Command, "program that prints the client secret, and its arguments", checkCommand),
	key("client_secret_keychain", String, "keychain item that holds the client secret", checkText),
	oneOfThem("token_endpoint_auth_method", "how the client authenticates: a name of the registry, such as "+methodKeyJWT, AuthMethods),
	key("client_key_file", String, "private key of the client, PEM or JWK", checkText),
	key("client_key_id", String, "kid of the client's key", checkText),
	key("client_assertion_audience", String, "audience of client assertions where it is not the issuer", checkText),
	key("tls_certificate_file", String, "certificate of the client for mutual TLS, PEM", checkText),
	key("tls_key_file", String, "private key of that certificate, PEM", checkText),
	key("tls_ca_file", String, "certificate authority trusted beside the system's, PEM", checkText),
	oneOfThem("grant", "grant: authorization_code, device_code, client_credentials, jwt_bearer, token_exchange", Grants),
	{Name: "scopes", flag: "scope", Kind: Scopes, Usage: "scope asked for", check: checkScopes},
	key("audience", List, "audience asked for", checkTexts),
	key("resource", List, "resource indicator", checkResource),
	key("authorization_details", String, "authorization details, a JSON array", checkDetails),
	such(key("prompt", String, "whether the server asks the person again: login, consent, select_account, none", checkPrompt), prompts),
	key("login_hint", String, "whom the server may offer to sign in", checkText),
	key("max_age", Integer, "seconds since the person last signed in, at most", checkSeconds),
	key("acr_values", String, "authentication context classes asked for, in order", checkText),
	key("claims", String, "claims asked for, a JSON object", checkClaims),
	key("ui_locales", String, "languages of the server's pages, in order", checkText),
	oneOfThem("id_token_signed_response_alg", "algorithm that the ID Token must be signed with", idTokenAlgorithms),
	key("assertion_file", String, "file with the assertion of the grant jwt_bearer; - for stdin", checkText),
	key("assertion_env", String, "environment variable with it", checkText),
	key("assertion_command", Command, "program that prints it, and its arguments", checkCommand),
	key("assertion_subject", String, "sub of an assertion signed by the client's key", checkText),
	key("assertion_audience", String, "aud of an assertion signed by the client's key, where it is not the issuer", checkText),
	key("subject_token_file", String, "file with the subject token of the grant token_exchange; - for stdin", checkText),
	key("subject_token_env", String, "environment variable with it", checkText),
	key("subject_token_command", Command, "program that prints it, and its arguments", checkCommand),
	key("subject_token_profile", String, "profile whose token it is", checkText),
	such(key("subject_token_type", String, "type of the subject token, such as access_token", checkTokenType), tokenTypes),
	key("actor_token_file", String, "file with the actor token of the grant token_exchange; - for stdin", checkText),
	key("actor_token_env", String, "environment variable with it", checkText),
	key("actor_token_command", Command, "program that prints it, and its arguments", checkCommand),
	key("actor_token_profile", String, "profile whose token it is", checkText),
	such(key(keyActorType, String, "type of the actor token", checkTokenType), tokenTypes),
	such(key("requested_token_type", String, "type of the token asked for", checkTokenType), tokenTypes),
	key("redirect_uri", String, "redirect URI; without a port, any free one", checkRedirectURI),
	key("redirect_ports", Ports, "ports to try for the redirect URI, in order", checkPorts),
	key("listen_address", String, "address to listen on where the redirect URI's host is not it", checkListenAddress),
	oneOfThem("response_mode", "how the response comes back: query, form_post, query.jwt, form_post.jwt, jwt", ResponseModes),
	key("authorization_parameters", Table, "extra parameter of the authorization request, name=value", nil),
	key("token_parameters", Table, "extra parameter of the token request, name=value", nil),
	key("token_headers", Table, "extra header field of the token request, name=value", nil),
	{Name: "pkce", Kind: Bool, Usage: "proof key for code exchange", On: true},
	key("require_pushed_authorization_requests", Bool, "no authorization request but a pushed one", nil),
	oneOfThem("request_object_signing_alg", "algorithm that the authorization request is signed with", signingAlgorithms),
	key("dpop", Bool, "tokens bound to a key by DPoP", nil),
	key("dpop_allow_bearer", Bool, "a Bearer token will do where DPoP was asked for", nil),
	oneOfThem("security_profile", "a security profile to hold to: "+FAPI2, SecurityProfiles),
	key("api_hosts", List, "host that may be sent the access token", checkHosts),
	personal(oneOfThem(keyStore, "where tokens are kept: keychain, file, none", Stores)),
	personal(key(keyIdentityFile, String, "age or SSH private key that opens the file store", checkText)),
	personal(key(keyPassphraseCommand, Command, "program that prints the file store's passphrase, and its arguments", checkCommand)),
	key("account", String, "account to sign in as", checkText),
	personal(key("browser", String, "command that opens a URL", checkText)),
}

const (
	keySecret         = "client_secret"
	keyAssertion      = "assertion"
	keySubjectToken   = "subject_token"
	keyActorToken     = "actor_token"
	keyActorType      = "actor_token_type"
	keyStore          = "store"
	keyDefaultProfile = "default_profile"
	keyProfiles       = "profiles"

	// Beside OAUTHGET_PASSPHRASE, which is no key: it is the passphrase itself.
	keyIdentityFile      = "identity_file"
	keyPassphraseCommand = "passphrase_command"
)

func key(name string, kind Kind, usage string, check func([]string) error) Key {
	return Key{Name: name, Kind: kind, Usage: usage, check: check}
}

// oneOfThem is a key that takes one of a few values.
func oneOfThem(name, usage string, values func() []string) Key {
	return Key{Name: name, Kind: String, Usage: usage, Values: values, only: true}
}

// such is k with values that it most likely has.
func such(k Key, values func() []string) Key {
	k.Values = values
	return k
}

func personal(k Key) Key {
	k.Personal = true
	return k
}

// topKeys are the keys beside the profiles.
var topKeys = []Key{
	{Name: keyDefaultProfile, Kind: String, Usage: "the profile where none is named"},
	{Name: keyStore, Kind: String, Usage: "where tokens are kept, for profiles that do not say", Values: Stores, only: true},
	{Name: keyIdentityFile, Kind: String, Usage: "what opens the file store, for profiles that do not say", check: checkText},
	{Name: keyPassphraseCommand, Kind: Command, Usage: "what prints its passphrase, for profiles that do not say", check: checkCommand},
}

// FlagOf is the flag of the key named name, without its dashes; name itself where there is none.
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

// lookUp finds a profile's key by the name of a setting: a parameter's is TABLE.PARAMETER.
func lookUp(name string) (k *Key, parameter string) {
	name, parameter, isParameter := strings.Cut(name, ".")
	k = find(keys, name)
	if k == nil || isParameter != (k.Kind == Table) {
		return nil, ""
	}
	return k, parameter
}

// oneOf is the group of keys that a key belongs to, of which what is stronger replaces all: a profile's
// passphrase_command is not to lose to the identity_file of the whole file. It is empty where the key stands alone.
func oneOf(name string) []string {
	switch {
	case secretGroup(name) != "":
		return slices.DeleteFunc(names(keys), func(n string) bool { return secretGroup(n) != secretGroup(name) })
	case name == keyIdentityFile || name == keyPassphraseCommand:
		return []string{keyIdentityFile, keyPassphraseCommand}
	}
	return nil
}

// The groups of keys of which one gives a secret, by what their names begin with.
var secretGroups = []string{keySecret, keyAssertion, keySubjectToken, keyActorToken}

// secretGroup is the group that a key belongs to; empty for none.
func secretGroup(name string) string {
	for _, group := range secretGroups {
		rest, ok := strings.CutPrefix(name, group)
		if ok && slices.Contains([]string{"", "_file", "_env", "_command", "_keychain", "_profile"}, rest) {
			return group
		}
	}
	return ""
}
