package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatCannotWorkIsRefusedBeforeAnyNetwork gives keys in TOML; issuer and client_id are there where the test does
// not set them.
func TestWhatCannotWorkIsRefusedBeforeAnyNetwork(t *testing.T) {
	for _, test := range []struct{ keys, want string }{
		{`issuer = "http://as.example"`, `issuer: http is only allowed for this machine (127.0.0.1, [::1], localhost); use https://as.example`},
		{`issuer = "http://127.0.0.1.as.example"`, `issuer: http is only allowed for this machine (127.0.0.1, [::1], localhost); use https://127.0.0.1.as.example`},
		{`issuer = "as.example"`, `issuer: not an absolute URL: want https://HOST/…`},
		{`issuer = "ftp://as.example"`, `issuer: want https://, not ftp`},
		{`issuer = "https://"`, `issuer: the URL has no host`},
		{`issuer = "https://:443"`, `issuer: the URL has no host`},
		{`issuer = "https://as.example:0"`, `issuer: a port is a number from 1 to 65535`},
		{`issuer = "https://as.example/?a"`, `issuer: an issuer identifier has no query and no fragment`},
		{`issuer = "https://as.example/?"`, `issuer: an issuer identifier has no query and no fragment`},
		{`issuer = "https://as.example/#"`, `issuer: an issuer identifier has no query and no fragment`},
		{`issuer = "https://u:hunter2@as.example"`, `issuer: the URL must not contain a user name or password`},
		{`issuer = "https://as.example/ "`, `issuer: not a URL`},
		{`issuer = "https://as.example/\n"`, `issuer: it contains a control character`},
		{`issuer = ""`, "profile \"w\": issuer is missing, or authorization_endpoint and token_endpoint\nset issuer = \"https://…\"; oauthget reads the endpoints from its metadata"},
		{`issuer = "https://as.example/{tenantid}"`, "issuer: an issuer with {tenantid} is not where its metadata is\nset metadata_url too"},
		{`issuer = "https://as.example/a{tenantid}"`, `issuer: {tenantid} is a whole segment of the path`},
		{"issuer = \"\"\nmetadata_url = 'https://as.example/m'", "metadata_url: issuer is missing, which the metadata must name\nset issuer to the member issuer of the metadata"},
		{`token_endpoint = "http://as.example/token"`, `token_endpoint: http is only allowed for this machine (127.0.0.1, [::1], localhost); use https://as.example`},
		{`token_endpoint = "https://as.example/token#x"`, `token_endpoint: an endpoint's URL has no fragment`},
		{`client_id = ""`, "profile \"w\": client_id is missing\nset client_id to what the authorization server calls this client"},
		{`client_id = "ä"`, `client_id: a client identifier consists of printable ASCII characters`},
		{`scopes = ["a b"]`, `scopes: a scope has no spaces: write ["a", "b"], or "a b" for all of them`},
		{`scopes = [""]`, `scopes: a scope cannot be empty`},
		{`scopes = ['a\b']`, `scopes: "a\b" contains a character that is not allowed in a scope (RFC 6749 §3.3)`},
		{`scopes = ['a"b']`, `scopes: "a'b" contains a character that is not allowed in a scope (RFC 6749 §3.3)`},
		{`scopes = "é"`, `scopes: "é" contains a character that is not allowed in a scope (RFC 6749 §3.3)`},
		{`audience = [""]`, `audience: an empty string is not allowed`},
		{`resource = "api"`, `resource: a resource indicator is an absolute URI without a fragment`},
		{`resource = "https://api.example/#a"`, `resource: a resource indicator is an absolute URI without a fragment`},
		{`token_endpoint_auth_method = "client_secret_bsic"`, "token_endpoint_auth_method: \"client_secret_bsic\" is not one of none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, self_signed_tls_client_auth\ndid you mean \"client_secret_basic\"?"},
		{`token_endpoint_auth_method = "client_secret_post"`, "token_endpoint_auth_method: \"client_secret_post\" needs a client secret\nset client_secret_file, client_secret_env, client_secret_command or client_secret_keychain"},
		{"token_endpoint_auth_method = \"none\"\nclient_secret_env = \"X\"", "token_endpoint_auth_method: \"none\" sends no secret, but client_secret_env is set\nremove one of the two"},
		{"client_secret_env = \"X\"\nclient_secret_file = \"x\"", `client_secret_env: client_secret_file is set too, and only one client secret can be`},
		{`client_secret_command = []`, `client_secret_command: the program's name is missing`},
		{`grant = "client_credentials"`, "grant: \"client_credentials\" needs a client that authenticates, and the profile has no credentials (RFC 6749 §4.4)\nset client_secret_file, client_secret_env, client_secret_command, client_secret_keychain, client_key_file or tls_certificate_file"},
		{`grant = "jwt_bearer"`, "grant: \"jwt_bearer\" needs an assertion\nset assertion_file, assertion_env, assertion_command, assertion_profile or assertion_github_actions, or client_key_file to sign one with"},
		{`grant = "token_exchange"`, "grant: \"token_exchange\" needs a subject token\nset subject_token_file, subject_token_env, subject_token_command, subject_token_profile or subject_token_github_actions"},
		{"grant = \"token_exchange\"\nsubject_token_file = \"-\"\nactor_token_file = \"-\"", "actor_token_file: standard input is already the subject token\ngive one of the two tokens in another way"},
		{`subject_token_type = "acess_token"`, "subject_token_type: \"acess_token\" is not one of access_token, refresh_token, id_token, saml1, saml2, jwt, id-jag\ndid you mean \"access_token\"?"},
		{`redirect_uri = "http://127.0.0.1/cb#"`, `redirect_uri: a redirect URI has no fragment`},
		{`redirect_uri = "com.example.app:/cb"`, `redirect_uri: the private-use scheme com.example.app: is for installed apps; use http://127.0.0.1/`},
		{`redirect_uri = "https://app.example/cb"`, "redirect_uri: https://app.example is not this machine's loopback interface, and listen_address does not say where to listen\nuse http://127.0.0.1/callback, or set listen_address"},
		{`redirect_uri = "https://127.0.0.1/cb"`, "redirect_uri: an https one needs a certificate\nset redirect_certificate_file and redirect_key_file, as mkcert writes them, or listen_address with a proxy in front"},
		{`redirect_uri = "/cb"`, `redirect_uri: not an absolute URL: want https://HOST/…`},
		{"redirect_uri = \"http://127.0.0.1:80/cb\"\nredirect_ports = [1]", "redirect_ports: redirect_uri names port 80 itself\nremove the port from redirect_uri, or redirect_ports"},
		{`redirect_ports = [0]`, `redirect_ports: a port is a number from 1 to 65535`},
		{`redirect_ports = 65536`, `redirect_ports: a port is a number from 1 to 65535`},
		{"redirect_uri = 'http://app.example/cb'\nlisten_address = '0.0.0.0:8400'", "redirect_uri: http://app.example would send the authorization code in the clear (RFC 9700 §2.6)\nuse https, with a proxy in front of listen_address, or http://127.0.0.1"},
		{`listen_address = "app.example:1"`, `listen_address: want an IP address or localhost, and a port if any: 0.0.0.0:8400`},
		{`listen_address = "127.0.0.1:http"`, `listen_address: the port is a number from 0 to 65535`},
		{`store = "keyring"`, `store: "keyring" is not one of keychain, file, none`},
		{`browser = "a\u0007"`, `browser: it contains a control character`},
		{`authorization_parameters = { state = "x" }`, "authorization_parameters: state is set by oauthget\nremove it"},
		{`authorization_parameters = { scope = "x" }`, "authorization_parameters: scope is set by oauthget\nuse the key scopes instead"},
		{`authorization_parameters = { code_challenge_method = "plain" }`, "authorization_parameters: code_challenge_method is set by oauthget\nuse the key pkce instead"},
		{`authorization_parameters = { response_mode = "form_post" }`, "authorization_parameters: response_mode is set by oauthget\nuse the key response_mode instead"},
		{`authorization_parameters = { request = "x" }`, "authorization_parameters: request is set by oauthget\nuse the key request_object_signing_alg instead"},
		{`authorization_parameters = { request_uri = "x" }`, "authorization_parameters: request_uri is set by oauthget\nuse the key require_pushed_authorization_requests instead"},
		{`token_parameters = { grant_type = "x" }`, "token_parameters: grant_type is set by oauthget\nuse the key grant instead"},
		{"authorization_details = [{ type = 'a' }]\nauthorization_parameters = { authorization_details = '[]' }", "authorization_parameters.authorization_details: the key authorization_details is set too\nremove one of the two"},
		{"grant = 'client_credentials'\nclient_secret_env = 'X'\nauthorization_details = [{ type = 'a' }]\ntoken_parameters = { authorization_details = '[]' }", "token_parameters.authorization_details: the key authorization_details is set too\nremove one of the two"},
		{`prompt = "none login"`, `prompt: none cannot be combined with other values (OpenID Connect Core §3.1.2.1)`},
		{`prompt = " "`, `prompt: want words such as login, consent and select_account, separated by spaces`},
		{`prompt = "lögin"`, `prompt: want words such as login, consent and select_account, separated by spaces`},
		{"prompt = \"login\"\nauthorization_parameters = { prompt = \"consent\" }", "authorization_parameters.prompt: the key prompt is set too\nremove one of the two"},
		{"max_age = 0\nauthorization_parameters = { max_age = 1 }", "authorization_parameters.max_age: the key max_age is set too\nremove one of the two"},
		{"nonce = false\npkce = false", "nonce: pkce is false too, and one of the two must bind the code to the login (RFC 9700 §2.1.1)\nremove pkce = false or nonce = false"},
		{`scope_delimiter = "a"`, `scope_delimiter: want punctuation or a space, such as ","`},
		{`scope_parameter = "state"`, `scope_parameter: oauthget sets it itself`},
		{`token_request_format = "xml"`, `token_request_format: "xml" is not one of form, json`},
		{`token_response = { acess_token = "/a" }`, `token_response: acess_token is not one of access_token, refresh_token, expires_in, scope, id_token, error`},
		{`token_response = { access_token = "data" }`, "token_response: want a JSON Pointer (RFC 6901)\nas in access_token = \"/data/access_token\""},
		{`token_response = { access_token = ["/a", "/b"] }`, "token_response: want a JSON Pointer (RFC 6901)\nas in access_token = \"/data/access_token\""},
		{`accepted_token_types = "dpop"`, `accepted_token_types: DPoP and N_A do not mean Bearer`},
		{`refresh_parameters = { grant_type = "x" }`, "refresh_parameters: grant_type is set by oauthget\nuse the key grant instead"},
		{`keep_members = ["team", "id_token"]`, `keep_members: id_token is not for this key: oauthget uses it itself`},
		{`keep_callback_parameters = "code"`, `keep_callback_parameters: code is not for this key: oauthget uses it itself`},
		{"client_secret_basic_encoding = 'raw'\nclient_id = 'a:b'", "client_secret_basic_encoding: raw has no room for the colon in client_id (RFC 7617 §2)\nremove it"},
		{`default_expires_in = 0`, `default_expires_in: want a number of seconds, or "never"`},
		{`default_expires_in = -1`, `default_expires_in: want a number of seconds, or "never"`},
		{`default_expires_in = "nver"`, `default_expires_in: want a number of seconds, or "never"`},
		{`default_expires_in = true`, `default_expires_in: want a number of seconds or "never", not a boolean`},
		{`max_age = -1`, `max_age: want a number of seconds, 0 or more`},
		{`claims = "[]"`, `claims: want a JSON object, with userinfo or id_token in it (OpenID Connect Core §5.5)`},
		{`claims = '{"id_token":[]}'`, `claims: id_token wants an object whose members are null or an object (OpenID Connect Core §5.5.1)`},
		{`claims = '{"id_token":{"acr":{"essential":"yes"}}}'`, `claims: id_token wants an object whose members are null or an object (OpenID Connect Core §5.5.1)`},
		{`id_token_signed_response_alg = "none"`, "id_token_signed_response_alg: \"none\" is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512"},
		{`id_token_signed_response_alg = "HS256"`, "id_token_signed_response_alg: HS256 needs a client secret, and there is none\nset client_secret_file, client_secret_env, client_secret_command or client_secret_keychain, or an algorithm such as RS256"},
		{`request_object_signing_alg = "none"`, `request_object_signing_alg: "none" is not one of PS256, ES256, EdDSA, RS256, PS384, PS512, RS384, RS512, ES384, ES512`},
		{`request_object_signing_alg = "es256"`, `request_object_signing_alg: "es256" is not one of PS256, ES256, EdDSA, RS256, PS384, PS512, RS384, RS512, ES384, ES512` + "\ndid you mean \"ES256\"?"},
		{`token_headers = { authorization = "Basic hunter2" }`, "token_headers: authorization is set by oauthget\nuse the key token_endpoint_auth_method instead"},
		{`token_headers = { dpop = "x" }`, "token_headers: dpop is set by oauthget\nuse the key dpop instead"},
		{`token_headers = { Host = "x" }`, "token_headers: Host is set by oauthget\nremove it"},
		{`token_headers = { "content-type" = "x" }`, "token_headers: content-type is set by oauthget\nremove it"},
		{`token_headers = { "Content-Length" = "1" }`, "token_headers: Content-Length is set by oauthget\nremove it"},
		{`token_headers = { "X Tenant" = "x" }`, "token_headers: X Tenant is not a valid header field name\nuse letters, digits and dashes, as in X-Tenant"},
		{`token_headers = { X-Tenant = "hunter2\r\nHost: x" }`, "token_headers: the value of X-Tenant contains more than printable ASCII characters\nremove the others, and white space around the value"},
		{`token_headers = { X-Tenant = "a", x-tenant = "b" }`, "token_headers: x-tenant is set twice: header field names are case-insensitive\nremove one of the two"},
		{`token_headers = { X-Tenant = ["a", "b"] }`, "token_headers: X-Tenant has more than one value\njoin them with a comma, if the field is a list"},
		{`tls_certificate_file = "c.pem"`, "tls_certificate_file: tls_key_file is missing\nset tls_key_file too, or remove tls_certificate_file"},
		{`token_endpoint_auth_method = "tls_client_auth"`, "token_endpoint_auth_method: \"tls_client_auth\" needs the client's certificate\nset tls_certificate_file and tls_key_file"},
		{`token_endpoint_auth_method = "private_key_jwt"`, "token_endpoint_auth_method: \"private_key_jwt\" needs the client's private key\nset client_key_file to a private key, PEM or JWK"},
		{`token_parameters = { client_secret = "hunter2" }`, "token_parameters: client_secret is set by oauthget\nuse the key client_secret_file, client_secret_env, client_secret_command or client_secret_keychain instead"},
	} {
		_, _, err := resolved(t, profileWith(test.keys), Input{Name: "w"})
		got := message(err)
		place, got, _ := strings.Cut(got, ": ")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\n%s", test.keys, diff)
		}
		if !strings.HasPrefix(place, "config.toml:") {
			t.Errorf("%s: no place: %s", test.keys, place)
		}
	}
}

func profileWith(keys string) string {
	text := "[profiles.w]\n" + keys + "\n"
	if !strings.Contains("\n"+keys, "\nissuer") {
		text += "issuer = \"https://as.example\"\n"
	}
	if !strings.Contains("\n"+keys, "\nclient_id") {
		text += "client_id = \"c\"\n"
	}
	return text
}

func TestAdviceOnAParameterNamesKeys(t *testing.T) {
	for _, name := range []string{"scope", "grant_type", "client_secret", "client_assertion", "code_challenge", "dpop_jkt", "request", "request_uri", "response_mode", "assertion", "subject_token", "actor_token"} {
		for key := range strings.FieldsFuncSeq(strings.ReplaceAll(keyFor(name), " or ", ", "), func(r rune) bool { return r == ',' || r == ' ' }) {
			if find(keys, key) == nil {
				t.Errorf("%s: there is no key %s", name, key)
			}
		}
	}
}

func TestWhatWorksIsTaken(t *testing.T) {
	for _, keys := range []string{
		`issuer = "http://127.0.0.1:9000"`, `issuer = "http://[::1]"`, `issuer = "http://LOCALHOST/realm"`, `issuer = "https://as.example/a/"`,
		"issuer = ''\nauthorization_endpoint = 'https://a.example/?t=1'\ntoken_endpoint = 'http://127.1.2.3/t'",
		`client_id = "https://client.example/a b~"`,
		`scopes = []`, `scopes = "!#[]^~"`, `redirect_uri = "http://localhost:8400/cb?x=1"`, `redirect_uri = "http://[::1]/"`,
		"redirect_uri = 'https://app.example/cb'\nlisten_address = '0.0.0.0:8400'", `listen_address = "[::]:1"`, `listen_address = "::1"`, `listen_address = ":8400"`,
		"token_endpoint_auth_method = 'client_secret_basic'\nclient_secret_keychain = 'as'", `token_endpoint_auth_method = "none"`,
		`authorization_parameters = { prompt = "", "login_hint" = "a@b" }`,
		"authorization_details = [{ type = 'a' }]\ntoken_parameters = { authorization_details = '[]' }", // RFC 9396 §6
		`redirect_ports = [1, 65535]`, `resource = "urn:a"`,
	} {
		if _, _, err := resolved(t, profileWith(keys), Input{Name: "w"}); err != nil {
			t.Errorf("%s: %s", keys, message(err))
		}
	}
}

func TestErrorsOfFlagsAndEnvironmentNameThem(t *testing.T) {
	for _, test := range []struct {
		flags map[string][]string
		env   map[string]string
		want  string
	}{
		{map[string][]string{"issuer": {"http://as.example"}}, nil, "flag --issuer: issuer: http is only"},
		{nil, map[string]string{"OAUTHGET_ISSUER": "as.example"}, "OAUTHGET_ISSUER: issuer: not an absolute URL"},
		{map[string][]string{"pkce": {"maybe"}}, nil, "flag --pkce: pkce: want true or false"},
		{map[string][]string{"token_parameters": {"hunter2"}}, nil, "flag --token-parameters: token_parameters: want name=value"},
		{map[string][]string{"token_parameters": {"code=hunter2"}}, nil, "flag --token-parameters: token_parameters: code is set by oauthget"},
		{nil, map[string]string{"OAUTHGET_TOKEN_PARAMETERS": "hunter2=%zz"}, "OAUTHGET_TOKEN_PARAMETERS: token_parameters: want name=value"},
		{nil, map[string]string{"OAUTHGET_CLIENT_SECRET": "hunter2", "OAUTHGET_CLIENT_SECRET_ENV": "X"}, "OAUTHGET_CLIENT_SECRET_ENV: client_secret_env: client_secret is set too"},
		{map[string][]string{"redirect_ports": {"8400,x"}}, nil, "flag --redirect-ports: redirect_ports: a port is"},
		{map[string][]string{"scopes": {"a\x1bb"}}, nil, "flag --scope: scopes: \"ab\" contains a character"},
		{map[string][]string{"client_id": {""}}, nil, "no profile was named, and there is no profile file"},
	} {
		flags := map[string][]string{"issuer": {"https://as.example"}, "client_id": {"c"}}
		for k, v := range test.flags {
			flags[k] = v
		}
		if test.env["OAUTHGET_ISSUER"] != "" {
			delete(flags, "issuer")
		}
		_, _, err := Resolve(Input{Flags: flags, LookupEnv: environment(test.env)})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(message(err), "hunter2") && !strings.Contains(test.want, "hunter2") {
			t.Errorf("%v %v: %s", test.flags, test.env, message(err))
		}
	}
}

func TestClientCredentialsAreForClientsThatAuthenticate(t *testing.T) {
	for _, keys := range []string{
		`client_secret_env = "X"`, `client_key_file = "key.pem"`, `token_endpoint_auth_method = "none"`,
		"tls_certificate_file = 'cert.pem'\ntls_key_file = 'key.pem'",
	} {
		if _, _, err := resolved(t, profileWith("grant = 'client_credentials'\n"+keys), Input{Name: "w"}); err != nil {
			t.Errorf("%s: %s", keys, message(err))
		}
	}
}
