package config

import (
	"slices"
	"strings"
)

// Kind says what a key holds and so how it is written in TOML, in a flag and in the environment.
type Kind int

// The kinds. "Text" is a flag's value or that of an environment variable.
const (
	String  Kind = iota // a string
	Bool                // true or false
	List                // strings: repeated flags; in the environment separated by spaces
	Scopes              // as List, but each text may hold several, separated by spaces (RFC 6749 §3.3)
	Ports               // integers; in texts separated by commas or spaces
	Command             // a program and its arguments: one repeated flag each; in the environment separated by spaces
	Table               // parameters: repeated flags name=value; in the environment application/x-www-form-urlencoded
)

// want names the TOML form, for errors.
func (k Kind) want() string {
	switch k {
	case Bool:
		return "true or false"
	case List, Scopes:
		return "a string or an array of strings"
	case Ports:
		return "an array of integers"
	case Command:
		return "an array of strings, the program first"
	case Table:
		return "a table"
	default:
		return "a string"
	}
}

// Key is one key of a profile. The keys are data, so that flags, environment, file, display and documentation cannot
// drift apart.
type Key struct {
	Name  string // as it stands in the file
	Flag  string // without the dashes; empty where there is no flag
	Env   string
	Kind  Kind
	Usage string
	// Secret marks the key whose value is a secret itself. It has no flag: an argv is shown to every user of the machine.
	Secret bool

	check func(values []string) error // the form of the value alone; nil where anything will do
}

// Keys lists the keys of a profile in the order they are documented and shown in.
func Keys() []Key { return slices.Clone(keys) }

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
	{Name: keySecret, Env: "OAUTHGET_CLIENT_SECRET", Kind: String, Usage: "client secret", Secret: true},
	key("client_secret_file", String, "file whose first line is the client secret", checkText),
	key("client_secret_env", String, "environment variable that holds the client secret", checkText),
	key("client_secret_command", Command, "program that prints the client secret, and its arguments", checkCommand),
	key("client_secret_keychain", String, "keychain item that holds the client secret", checkText),
	key("token_endpoint_auth_method", String, "how the client authenticates: "+methodNone+", "+methodBasic+", "+methodPost, checkAuthMethod),
	scopesKey(),
	key("audience", List, "audience asked for", checkTexts),
	key("resource", List, "resource indicator", checkResource),
	key("redirect_uri", String, "redirect URI; without a port, any free one", checkRedirectURI),
	key("redirect_ports", Ports, "ports to try for the redirect URI, in order", checkPorts),
	key("listen_address", String, "address to listen on where the redirect URI's host is not it", checkListenAddress),
	key("authorization_parameters", Table, "extra parameter of the authorization request, name=value", nil),
	key("token_parameters", Table, "extra parameter of the token request, name=value", nil),
	key("pkce", Bool, "proof key for code exchange", nil),
	key(keyStore, String, "where tokens are kept: keychain, file, none", checkStore),
	key(keyIdentityFile, String, "age or SSH private key that opens the file store", checkText),
	key(keyPassphraseCommand, Command, "program that prints the file store's passphrase, and its arguments", checkCommand),
	key("account", String, "account to sign in as", checkText),
	key("browser", String, "command that opens a URL", checkText),
}

const (
	keySecret         = "client_secret"
	keyStore          = "store"
	keyDefaultProfile = "default_profile"
	keyProfiles       = "profiles"

	// Beside OAUTHGET_PASSPHRASE, which is no key: it is the passphrase itself.
	keyIdentityFile      = "identity_file"
	keyPassphraseCommand = "passphrase_command"
)

func key(name string, kind Kind, usage string, check func([]string) error) Key {
	return Key{
		Name: name, Flag: strings.ReplaceAll(name, "_", "-"), Env: "OAUTHGET_" + strings.ToUpper(name),
		Kind: kind, Usage: usage, check: check,
	}
}

// scopesKey is the one key whose flag bears another name: --scope orders:read reads as the request parameter does.
func scopesKey() Key {
	k := key("scopes", Scopes, "scope asked for", checkScopes)
	k.Flag = "scope"
	return k
}

// topKeys are the keys beside the profiles.
var topKeys = []Key{
	{Name: keyDefaultProfile, Kind: String, Usage: "the profile where none is named"},
	{Name: keyStore, Kind: String, Usage: "where tokens are kept, for profiles that do not say", check: checkStore},
	{Name: keyIdentityFile, Kind: String, Usage: "what opens the file store, for profiles that do not say", check: checkText},
	{Name: keyPassphraseCommand, Kind: Command, Usage: "what prints its passphrase, for profiles that do not say", check: checkCommand},
}

// FlagOf is the flag of the key named name, without its dashes; name itself where there is none.
func FlagOf(name string) string {
	if k := find(keys, []byte(name)); k != nil && k.Flag != "" {
		return k.Flag
	}
	return name
}

func find(in []Key, name []byte) *Key {
	for i := range in {
		if in[i].Name == string(name) {
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
	k = find(keys, []byte(name))
	if k == nil || isParameter != (k.Kind == Table) {
		return nil, ""
	}
	return k, parameter
}

// oneOf is the group of keys that a key belongs to, of which what is stronger replaces all: a profile's
// passphrase_command is not to lose to the identity_file of the whole file. It is empty where the key stands alone.
func oneOf(name string) []string {
	switch {
	case isSecretKey(name):
		return slices.DeleteFunc(names(keys), func(n string) bool { return !isSecretKey(n) })
	case name == keyIdentityFile || name == keyPassphraseCommand:
		return []string{keyIdentityFile, keyPassphraseCommand}
	}
	return nil
}

// isSecretKey reports whether name is one of the five ways to give the client secret, of which one may be used.
func isSecretKey(name string) bool {
	return name == keySecret || strings.HasPrefix(name, keySecret+"_")
}
