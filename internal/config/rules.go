package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/form"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/similar"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// resolution is the state of Resolve.
type resolution struct {
	getenv   func(string) string
	file     *File
	name     string
	head     head
	settings settings
	preset   *provider.Preset // nil if there is none
	presets  settings         // what it says
}

// check checks each value by itself, in the order of the keys, and then the rules between them.
func (r resolution) check() error {
	for _, k := range keys {
		if s, ok := r.settings[k.Name]; ok && k.Kind != Table {
			if e := checkSetting(&k, s.values); e != nil {
				return r.at(k.Name, e)
			}
		}
		if k.table != nil {
			if e := k.table(k.Name, r.settings.parameters(k.Name)); e != nil {
				return r.at(e.Key, e)
			}
		}
	}
	for _, rule := range []func() error{r.checkServer, r.checkClient, r.checkSecrets, r.checkMethod, r.checkGrant, r.checkRedirect, r.checkTables, r.checkOpenID, r.checkPreset} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

// checkSetting checks a value by itself. An empty string counts as not set.
func checkSetting(k *Key, values []string) *Error {
	if k.Secret || k.Kind.isText() && values[0] == "" {
		return nil
	}
	check := k.check
	switch {
	case check == nil && k.Values != nil:
		check = k.checkKnown
	case check == nil:
		check = kinds[k.Kind].check
	}
	err := check(values)
	if err == nil {
		return nil
	}
	e := wrong(k.Name, "%w", err)
	if unknown, ok := errors.AsType[*form.UnknownError](err); ok {
		e.Suggestion = first(similar.To(unknown.Value, unknown.Known))
	}
	return e
}

// checkKnown refuses all but the key's Values.
func (k *Key) checkKnown(values []string) error {
	if !slices.Contains(k.Values, values[0]) {
		return &form.UnknownError{Value: values[0], Known: k.Values}
	}
	return nil
}

func (r resolution) checkServer() error {
	s, needed := r.settings, EndpointKeys(r.settings.text("grant"))
	switch hasURL := s.text("metadata_url") != ""; {
	case hasURL && s.text("issuer") == "":
		return r.at("metadata_url", wrong("metadata_url", "issuer is missing, which the metadata must name").advise("set issuer to the member issuer of the metadata"))
	case issuer.Several(s.text("issuer")) && !hasURL && needsMetadata(s.text):
		return r.at("issuer", wrong("issuer", "an issuer with %s is not where its metadata is", issuer.Tenant).advise("set metadata_url too"))
	case s.text("issuer") != "" || s.text("url") != "" || !slices.ContainsFunc(needed, func(key string) bool { return s.text(key) == "" }):
		return nil
	}
	e := r.missing("issuer", "issuer is missing, or "+strings.Join(needed, " and "))
	return e.advise(`set issuer = "https://…"; oauthget reads the endpoints from its metadata`)
}

func (r resolution) checkClient() error {
	if r.settings.client() || r.settings.text("url") != "" { // an API's server registers clients
		return nil
	}
	e := r.missing("client_id", "client_id is missing")
	if r.preset != nil {
		return e.advise("register a client, and set client_id: oauthget profile presets %s says where", r.preset.Name)
	}
	return e.advise(`set client_id to what the authorization server calls this client`)
}

// checkSecrets refuses two keys of a group.
func (r resolution) checkSecrets() error {
	for _, group := range []string{groupSecret, groupAssertion, groupSubjectToken, groupActorToken} {
		if given := r.given(group); len(given) > 1 {
			return r.at(given[1], wrong(given[1], "%s is set too, and only one %s can be", given[0], group))
		}
	}
	return nil
}

// given lists the keys of a group that have a value.
func (r resolution) given(group string) []string {
	var given []string
	for _, k := range keys {
		if k.group == group && r.settings.text(k.Name) != "" {
			given = append(given, k.Name)
		}
	}
	return given
}

// checkMethod refuses an authentication method without the credentials it needs.
func (r resolution) checkMethod() error {
	const key = "token_endpoint_auth_method"
	method, given := clientauth.Method(r.settings.text(key)), r.given(groupSecret)
	refuse := func(advice, format string, args ...any) error {
		return r.at(key, wrong(key, format, args...).advise("%s", advice))
	}
	switch {
	case method == clientauth.None && len(given) > 0:
		return refuse("remove one of the two", "%q sends no secret, but %s is set", method, given[0])
	case r.settings.text("client_secret_basic_encoding") == "raw" && strings.Contains(r.settings.text("client_id"), ":"):
		return r.at("client_secret_basic_encoding", wrong("client_secret_basic_encoding", "raw has no room for the colon in client_id (RFC 7617 §2)").advise("remove it"))
	case method == clientauth.Basic && r.settings[keySecret].values != nil: // an empty one is sent, as some servers want it
	case strings.HasPrefix(string(method), "client_secret_") && len(given) == 0:
		return refuse("set client_secret_file, client_secret_env, client_secret_command or client_secret_keychain", "%q needs a client secret", method)
	case method == clientauth.PrivateKeyJWT && r.settings.text("client_key_file") == "":
		return refuse("set client_key_file to a private key, PEM or JWK", "%q needs the client's private key", method)
	case (method == clientauth.TLS || method == clientauth.SelfSignedTLS) && r.settings.text("tls_certificate_file") == "":
		return refuse("set tls_certificate_file and tls_key_file", "%q needs the client's certificate", method)
	}
	return r.checkPair("tls_certificate_file", "tls_key_file")
}

// checkPair refuses one of two keys without the other.
func (r resolution) checkPair(a, b string) error {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if r.settings.text(pair[0]) != "" && r.settings.text(pair[1]) == "" {
			return r.at(pair[0], wrong(pair[0], "%s is missing", pair[1]).advise("set %s too, or remove %s", pair[1], pair[0]))
		}
	}
	return nil
}

// checkGrant refuses a grant without the tokens or credentials it needs.
func (r resolution) checkGrant() error {
	switch grant := r.settings.text("grant"); {
	case grant == GrantJWTBearer && len(r.given(groupAssertion)) == 0 && r.settings.text("client_key_file") == "":
		return r.at("grant", wrong("grant", "%q needs an assertion", grant).
			advise("set assertion_file, assertion_env, assertion_command, assertion_profile or assertion_github_actions, or client_key_file to sign one with"))
	case grant == GrantTokenExchange && len(r.given(groupSubjectToken)) == 0:
		return r.at("grant", wrong("grant", "%q needs a subject token", grant).
			advise("set subject_token_file, subject_token_env, subject_token_command, subject_token_profile or subject_token_github_actions"))
	case grant == GrantTokenExchange && r.settings.text("subject_token_file") == stdin && r.settings.text("actor_token_file") == stdin:
		return r.at("actor_token_file", wrong("actor_token_file", "standard input is already the subject token").
			advise("give one of the two tokens in another way"))
	// Of actor_token_type: "This is REQUIRED when the actor_token parameter is present in the request but MUST NOT be
	// included otherwise." RFC 8693 §2.1
	case grant == GrantTokenExchange && r.settings.text(keyActorType) != "" && len(r.given(groupActorToken)) == 0:
		return r.at(keyActorType, wrong(keyActorType, "there is no actor token").
			advise("set actor_token_file, actor_token_env, actor_token_command or actor_token_profile, or remove actor_token_type"))
	case grant == GrantClientCredentials && !r.confidential():
		return r.at("grant", wrong("grant", "%q needs a client that authenticates, and the profile has no credentials (RFC 6749 §4.4)", grant).
			advise("set client_secret_file, client_secret_env, client_secret_command, client_secret_keychain, client_key_file or tls_certificate_file"))
	}
	return nil
}

// confidential reports whether the client can authenticate. RFC 6749 §4.4: "The client credentials grant type MUST only be
// used by confidential clients." A profile that sets the method "none" is allowed: its client may authenticate to a gateway,
// for example by token_headers.
func (r resolution) confidential() bool {
	return clientauth.Method(r.settings.text("token_endpoint_auth_method")) == clientauth.None || len(r.given(groupSecret)) > 0 ||
		r.settings.text("client_key_file") != "" || r.settings.text("tls_certificate_file") != ""
}

// readable refuses a literal secret in a file that others can read.
func (r resolution) readable() error {
	literal := r.settings[keySecret]
	if r.settings.text(keySecret) == "" || literal.origin.Kind != FromFile || !r.file.readableByOthers() {
		return nil
	}
	e := wrong(keySecret, "other users of this machine can read the file (mode %04o)", r.file.mode.Perm())
	return r.at(keySecret, e.advise("chmod 600 %s", shell.Word(r.file.Path)))
}

func (r resolution) checkRedirect() error {
	raw := r.settings.text("redirect_uri")
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return r.at("redirect_uri", wrong("redirect_uri", "not a URL")) // not reached: see form.RedirectURI
	}
	const certificate = "redirect_certificate_file"
	if err := r.checkPair(certificate, "redirect_key_file"); err != nil {
		return err
	}
	certified, listens := r.settings.text(certificate) != "", r.settings.text("listen_address") != ""
	switch loopback := confidential.Loopback(u.Hostname()); {
	case certified && u.Scheme != "https":
		return r.at(certificate, wrong(certificate, "redirect_uri is not an https one").
			advise("set redirect_uri = \"https://localhost:8400/callback\", or remove %s and redirect_key_file", certificate))
	case u.Scheme == "https" && loopback && !certified && !listens:
		return r.at("redirect_uri", wrong("redirect_uri", "an https one needs a certificate").
			advise("set %s and redirect_key_file, as mkcert writes them, or listen_address with a proxy in front", certificate))
	case !loopback && !listens:
		e := wrong("redirect_uri", "%s is not this machine's loopback interface, and listen_address does not say where to listen", Printable(u.Scheme+"://"+u.Host))
		return r.at("redirect_uri", e.advise(`use http://127.0.0.1/callback, or set listen_address`))
	}
	// RFC 9700 §2.6: "Authorization responses MUST NOT be transmitted over unencrypted network connections." With https, a
	// reverse proxy in front of listen_address may have the certificate.
	if !confidential.URL(u) {
		e := wrong("redirect_uri", "%s would send the authorization code in the clear (RFC 9700 §2.6)", Printable(u.Scheme+"://"+u.Host))
		return r.at("redirect_uri", e.advise("use https, with a proxy in front of listen_address, or http://127.0.0.1"))
	}
	if u.Port() != "" && len(r.settings["redirect_ports"].values) > 0 {
		return r.at("redirect_ports", wrong("redirect_ports", "redirect_uri names port %s itself", u.Port()).
			advise("remove the port from redirect_uri, or redirect_ports"))
	}
	return nil
}

// checkOpenID checks the parameters of an authentication request (OpenID Connect Core §3.1.2.1) together.
func (r resolution) checkOpenID() error {
	// RFC 9700 §2.1.1 requires one of the two: they bind the code to this login.
	if r.settings.text("nonce") == "false" && r.settings.text("pkce") == "false" {
		return r.at("nonce", wrong("nonce", "pkce is false too, and one of the two must bind the code to the login (RFC 9700 §2.1.1)").
			advise("remove pkce = false or nonce = false"))
	}
	const key = "id_token_signed_response_alg"
	if signing.IsSymmetric(r.settings.text(key)) && len(r.given(groupSecret)) == 0 {
		return r.at(key, wrong(key, "%s needs a client secret, and there is none", r.settings.text(key)).
			advise("set client_secret_file, client_secret_env, client_secret_command or client_secret_keychain, or an algorithm such as RS256"))
	}
	return nil
}

// at adds the place of a key's value to an error.
func (r resolution) at(key string, e *Error) *Error {
	s, ok := r.settings[key]
	if !ok && strings.HasPrefix(key, keyPresetVariables) || ok && s.origin.Kind == FromPreset {
		s, ok = r.settings[keyPreset]
	}
	if !ok {
		return e
	}
	if s.origin.Kind == FromFile {
		e.Path, e.Line, e.Column = r.file.Path, s.line, s.column
	}
	return sourced(s.origin, e)
}

// missing returns an error with the place of the profile.
func (r resolution) missing(key, message string) *Error {
	if r.name == "" {
		return &Error{Key: key, Err: errors.New(message)}
	}
	return &Error{
		Path: r.file.Path, Line: r.head.line, Column: r.head.column,
		Key: key, Err: fmt.Errorf("profile %s: %s", untrusted.Quote(r.name), message),
	}
}
