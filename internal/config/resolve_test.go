package config

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

const everything = `default_profile = "work" # the usual one
store = "none"

[profiles.work]
issuer = "https://login.example.com"
authorization_endpoint = "https://as.example.com/authorize?tenant=1"
token_endpoint = "https://as.example.com/token"
device_authorization_endpoint = "https://as.example.com/device"
pushed_authorization_request_endpoint = "https://as.example.com/par"
revocation_endpoint = "https://as.example.com/revoke"
introspection_endpoint = "https://as.example.com/introspect"
userinfo_endpoint = "https://as.example.com/userinfo"
registration_endpoint = "https://as.example.com/register"
jwks_uri = "https://as.example.com/jwks"
client_id = "cli"
client_secret_file = "secret"
token_endpoint_auth_method = "client_secret_basic"
scopes = "openid  offline_access"
audience = "https://api.example.com"
resource = ["https://a.example.com/", "urn:b"]
redirect_uri = "http://127.0.0.1/callback"
redirect_ports = [8_400, 0x20D1]
listen_address = "0.0.0.0"
pkce = false
identity_file = "~/.ssh/id_ed25519"
passphrase_command = ["pass", "show", "token store"]
account = "ann@example.com"
browser = "firefox"
authorization_parameters.prompt = "login"
authorization_parameters.acr = ["a", "b"]

  [profiles.work.token_parameters]
  "a.b" = true
  n = +7
`

func TestEveryKeyOfTheFileArrives(t *testing.T) {
	f, err := Load(t.Context(), written(t, everything))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := Resolve(Input{File: f, LookupEnv: environment(map[string]string{"HOME": "/h"})})
	if err != nil {
		t.Fatal(message(err))
	}
	want := byDefault()
	want.Name = "work"
	want.Issuer = "https://login.example.com"
	want.Endpoints = Endpoints{
		AuthorizationEndpoint:              "https://as.example.com/authorize?tenant=1",
		TokenEndpoint:                      "https://as.example.com/token",
		DeviceAuthorizationEndpoint:        "https://as.example.com/device",
		PushedAuthorizationRequestEndpoint: "https://as.example.com/par",
		RevocationEndpoint:                 "https://as.example.com/revoke",
		IntrospectionEndpoint:              "https://as.example.com/introspect",
		UserinfoEndpoint:                   "https://as.example.com/userinfo",
		RegistrationEndpoint:               "https://as.example.com/register",
		JWKSURI:                            "https://as.example.com/jwks",
	}
	want.ClientID = "cli"
	want.ClientSecret = SecretSource{Key: "client_secret_file", Value: filepath.Join(filepath.Dir(f.Path), "secret")}
	want.TokenEndpointAuthMethod = "client_secret_basic"
	want.Scopes = []string{"openid", "offline_access"}
	want.Audience = []string{"https://api.example.com"}
	want.Resource = []string{"https://a.example.com/", "urn:b"}
	want.RedirectURI = "http://127.0.0.1/callback"
	want.RedirectPorts = []int{8400, 8401}
	want.ListenAddress = "0.0.0.0"
	want.AuthorizationParameters = url.Values{"prompt": {"login"}, "acr": {"a", "b"}}
	want.TokenParameters = url.Values{"a.b": {"true"}, "n": {"7"}}
	want.Store = "none"
	want.IdentityFile = filepath.FromSlash("/h/.ssh/id_ed25519")
	want.PassphraseCommand = []string{"pass", "show", "token store"}
	want.Account = "ann@example.com"
	want.Browser = "firefox"
	want.PKCE = false
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPushedRequestsAreRequiredRefusedOrLeftToTheServer(t *testing.T) {
	for text, want := range map[string][2]bool{"": {false, false}, "true": {true, false}, "false": {false, true}} {
		flags := map[string][]string{"issuer": {"https://i.example"}, "client_id": {"c"}}
		if text != "" {
			flags["require_pushed_authorization_requests"] = []string{text}
		}
		p, _, err := Resolve(Input{Flags: flags})
		if err != nil || p.RequirePAR != want[0] || p.WithoutPAR != want[1] {
			t.Errorf("%q: %v, required %v, without %v", text, err, p.RequirePAR, p.WithoutPAR)
		}
	}
}

func TestVariablesThatDescribeAClientAreForNoneOfMany(t *testing.T) {
	const text = "[profiles.w]\nissuer = 'https://i.example'\nclient_id = 'c'\n"
	want, _, err := resolved(t, text, Input{Name: "w"})
	if err != nil {
		t.Fatal(err)
	}
	personal := []string{"store", "identity_file", "passphrase_command", "browser"}
	for _, k := range Keys() {
		if k.Personal != slices.Contains(personal, k.Name) {
			t.Errorf("%s is for every profile: %v", k.Name, k.Personal)
		}
		if k.Personal {
			continue
		}
		// A value that would be refused is not even looked at.
		got, origins, err := resolved(t, text, Input{Name: "w", OneOfMany: true, LookupEnv: environment(map[string]string{k.Env(): "\x00"})})
		if err != nil || !cmp.Equal(got, want) || origins[k.Name].Kind == FromEnvironment {
			t.Errorf("%s: %v %s", k.Env(), err, cmp.Diff(want, got))
		}
	}
	got, _, err := resolved(t, text, Input{Name: "w", OneOfMany: true, LookupEnv: environment(map[string]string{"OAUTHGET_STORE": "none", "OAUTHGET_BROWSER": "b"})})
	if err != nil || got.Store != "none" || got.Browser != "b" {
		t.Errorf("%v: store %s, browser %s", err, got.Store, got.Browser)
	}
}

func TestEverySecretThatAKeyHoldsIsKeptFromPrograms(t *testing.T) {
	for _, k := range Keys() {
		if k.Secret && !slices.Contains(SecretVariables(), k.Env()) {
			t.Errorf("%s is passed on", k.Env())
		}
	}
}

// sample is a text that k takes, other than its default.
func sample(t *testing.T, k Key) string {
	t.Helper()
	for _, text := range append(slices.Clone(k.Values), "x", "true", "false", "300", "x=y", "http://127.0.0.1/x", "https://c.example/x", "127.0.0.1", `[{"type":"t"}]`, `{"userinfo":{}}`, ",", "access_token=/x") {
		s := settings{}
		if text == k.Default || s.fromFlags(&k, []string{text}, Origin{}) != nil {
			continue
		}
		if k.Kind == Table && (k.table == nil || k.table(k.Name, s.parameters(k.Name)) == nil) || k.Kind != Table && checkSetting(&k, s[k.Name].values) == nil {
			return text
		}
	}
	t.Fatalf("no sample for %s", k.Name)
	return ""
}

// TestEveryKeyIsAFieldAFlagAndAVariable holds the keys and the Profile together.
func TestEveryKeyIsAFieldAFlagAndAVariable(t *testing.T) {
	companion := map[string]string{
		"tls_certificate_file": "tls_key_file", "tls_key_file": "tls_certificate_file",
		"redirect_certificate_file": "redirect_key_file", "redirect_key_file": "redirect_certificate_file",
	}
	for _, k := range Keys() {
		if strings.HasPrefix(k.Name, keyPreset) {
			continue // they take the place of the issuer: see TestPreset
		}
		text := sample(t, k)
		base := map[string][]string{"issuer": {"https://i.example"}, "client_id": {"c"}}
		environ := map[string]string{"OAUTHGET_ISSUER": "https://i.example", "OAUTHGET_CLIENT_ID": "c", k.Env(): text}
		before, _, err := Resolve(Input{Flags: base})
		if other, ok := companion[k.Name]; ok {
			base[other] = []string{"x"}
			environ["OAUTHGET_"+strings.ToUpper(other)] = "x"
		}
		if strings.HasPrefix(companion[k.Name], "redirect_") {
			base["redirect_uri"] = []string{"https://localhost/callback"}
		}
		if err != nil {
			t.Fatal(err)
		}
		byEnv, originsEnv, err := Resolve(Input{Flags: without(base, k.Name), LookupEnv: environment(environ)})
		if err != nil {
			t.Errorf("%s=%s: %v", k.Env(), text, err)
			continue
		}
		if cmp.Equal(before, byEnv) {
			t.Errorf("%s=%s changes nothing", k.Env(), text)
		}
		name := k.Name
		if k.Kind == Table {
			parameter, _, _ := strings.Cut(text, "=")
			name += "." + parameter
		}
		if got := originsEnv[name]; got != (Origin{FromEnvironment, k.Env()}) {
			t.Errorf("origin of %s by the environment: %v", name, got)
		}
		if k.Secret {
			if k.Flag() != "" {
				t.Errorf("%s has a flag", k.Name)
			}
			continue
		}
		flags := without(base, "")
		flags[k.Name] = []string{text}
		byFlag, originsFlag, err := Resolve(Input{Flags: flags})
		if err != nil || !cmp.Equal(byEnv, byFlag) {
			t.Errorf("--%s %s: %v %s", k.Flag(), text, err, cmp.Diff(byEnv, byFlag))
		}
		if got := originsFlag[name]; got != (Origin{FromFlag, "flag --" + k.Flag()}) {
			t.Errorf("origin of %s by flag: %v", name, got)
		}
	}
}

func TestJSONMayBeWrittenInTOML(t *testing.T) {
	const details, claims = `[{"type":"payment","amount":12,"to":{"all":true}}]`, `{"id_token":{"acr":{"essential":true},"email":null}}`
	for _, text := range []string{
		"authorization_details = '" + details + "'",
		"authorization_details = [{ type = 'payment', amount = 12, to.all = true }]",
		"[[profiles.w.authorization_details]]\ntype = 'payment'\namount = 12\n[profiles.w.authorization_details.to]\nall = true",
	} {
		p, _, err := resolved(t, "[profiles.w]\nissuer = 'https://as.example'\nclient_id = 'c'\n"+text, Input{Name: "w"})
		if err != nil || p.AuthorizationDetails != details {
			t.Errorf("%s: %s, %v", text, p.AuthorizationDetails, err)
		}
	}
	text := "[profiles.w]\nissuer = 'https://as.example'\nclient_id = 'c'\n[profiles.w.claims.userinfo]\nemail = { essential = true }\nage.values = [18]\n"
	p, origins, err := resolved(t, text, Input{Name: "w"})
	if want := `{"userinfo":{"email":{"essential":true},"age":{"values":[18]}}}`; err != nil || p.OpenID.Claims != want {
		t.Errorf("%s, %v", p.OpenID.Claims, err)
	}
	if o := origins["claims"]; o.Kind != FromFile || !strings.HasSuffix(o.Where, ":4") {
		t.Error(o)
	}
	for text, want := range map[string]string{
		"claims = 1":  "config.toml:2:1: claims: want JSON in a string, an array or a table, not an integer",
		"claims = []": "config.toml:2:1: claims: want a JSON object, with userinfo or id_token in it (OpenID Connect Core §5.5)",
		"claims = { userinfo.age.values = [inf] }": "config.toml:2:1: claims: JSON has no form for inf",
		"authorization_details = [{ x = 1 }]":      "config.toml:2:1: authorization_details: each object needs a type",
	} {
		if _, _, err := resolved(t, profileWith(text), Input{Name: "w"}); message(err) != want {
			t.Errorf("%s: %s", text, message(err))
		}
	}
	path := written(t, text)
	if err := Edit(path, func(e *Editor) error { return e.Set("w", map[string][]string{"claims": {claims}}) }); err != nil {
		t.Fatal(message(err))
	}
	f, err := Load(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if p, _, err := Resolve(Input{File: f, Name: "w"}); err != nil || p.OpenID.Claims != claims {
		t.Errorf("edited: %s, %v", p.OpenID.Claims, err)
	}
}

func TestUsageThatListsTheValuesListsAll(t *testing.T) {
	listed := 0
	for _, k := range Keys() {
		if k.Values == nil || !strings.Contains(k.Usage, ": "+k.Values[0]) {
			continue
		}
		listed++
		if !strings.HasSuffix(k.Usage, ": "+strings.Join(k.Values, ", ")) {
			t.Errorf("%s: %q, of %q", k.Name, k.Usage, k.Values)
		}
	}
	if listed == 0 {
		t.Error("no usage lists values")
	}
}

func without(m map[string][]string, key string) map[string][]string {
	out := map[string][]string{}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

func TestFlagOverEnvironmentOverFileOverDefault(t *testing.T) {
	const text = "store = \"none\"\n[profiles.w]\nissuer = \"https://file.example\"\nclient_id = \"file\"\nscopes = [\"file\"]\n" +
		"client_secret_env = \"FILE\"\nauthorization_parameters = { a = \"file\", b = \"file\", c = \"file\" }\n"
	path := written(t, text)
	f, err := Load(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	p, o, err := Resolve(Input{
		File: f, Name: "w",
		LookupEnv: environment(map[string]string{
			"OAUTHGET_CLIENT_ID": "env", "OAUTHGET_SCOPES": "env", "OAUTHGET_CLIENT_SECRET": "canary",
			"OAUTHGET_AUTHORIZATION_PARAMETERS": "b=env&c=env&c=env2", "OAUTHGET_ISSUER": "",
		}),
		Flags: map[string][]string{"scopes": {"flag a", "b"}, "authorization_parameters": {"c=flag=1"}},
	})
	if err != nil {
		t.Fatal(message(err))
	}
	want := byDefault()
	want.Name, want.Issuer, want.ClientID, want.Scopes, want.Store = "w", "https://file.example", "env", []string{"flag", "a", "b"}, "none"
	want.ClientSecret = SecretSource{Key: "client_secret", Literal: token.NewSecret("canary")}
	want.AuthorizationParameters = url.Values{"a": {"file"}, "b": {"env"}, "c": {"flag=1"}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	wantOrigins := Origins{
		"issuer":                     {FromFile, path + ":3"},
		"client_id":                  {FromEnvironment, "OAUTHGET_CLIENT_ID"},
		"client_secret":              {FromEnvironment, "OAUTHGET_CLIENT_SECRET"},
		"scopes":                     {FromFlag, "flag --scope"},
		"authorization_parameters.a": {FromFile, path + ":7"},
		"authorization_parameters.b": {FromEnvironment, "OAUTHGET_AUTHORIZATION_PARAMETERS"},
		"authorization_parameters.c": {FromFlag, "flag --authorization-parameters"},
		"store":                      {FromFile, path + ":1"},
	}
	for key, origin := range o {
		if origin.Kind == FromDefault {
			wantOrigins[key] = Origin{FromDefault, "default"}
		}
	}
	if diff := cmp.Diff(wantOrigins, o); diff != "" {
		t.Error(diff)
	}
	wantRows := []Row{
		{"issuer", "https://file.example", o["issuer"]},
		{"client_id", "env", o["client_id"]},
		{"client_secret", "[set]", o["client_secret"]},
		{"scopes", "flag a b", o["scopes"]},
		{"authorization_parameters.a", "file", o["authorization_parameters.a"]},
		{"authorization_parameters.b", "env", o["authorization_parameters.b"]},
		{"authorization_parameters.c", "flag=1", o["authorization_parameters.c"]},
		{"store", "none", o["store"]},
	}
	rows := slices.DeleteFunc(Show(p, o), func(r Row) bool { return r.Origin.Kind == FromDefault })
	if diff := cmp.Diff(wantRows, rows); diff != "" {
		t.Error(diff)
	}
}

// byDefault is a profile of which nothing is said.
func byDefault() Profile { return resolution{getenv: Input{}.getenv, settings: defaults()}.profile() }

func TestDefaults(t *testing.T) {
	p, origins, err := Resolve(Input{Flags: map[string][]string{"issuer": {"https://i.example"}, "client_id": {"c"}}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range Show(p, origins) {
		if r.Origin == (Origin{FromDefault, "default"}) {
			got[r.Key] = r.Value
		}
	}
	want := map[string]string{
		"grant": "authorization_code", "redirect_uri": "http://127.0.0.1/callback", "response_mode": "query",
		"send_resource": "true", "pkce": "true",
		"nonce": "true", "offer_device_code": "true", "store": "keychain",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyFlagOfAnyKeyIsAsIfNobodyHadSaidIt(t *testing.T) {
	text := strings.NewReplacer("pkce = false\n", "pkce = false\nrequire_pushed_authorization_requests = false\nmax_age = 60\ndpop = true\n",
		"client_secret_file = \"secret\"\n", "", "token_endpoint_auth_method = \"client_secret_basic\"\n", "").Replace(everything)
	f, err := Load(t.Context(), written(t, text))
	if err != nil {
		t.Fatal(err)
	}
	bare := Input{Flags: map[string][]string{"issuer": {"https://login.example.com"}, "client_id": {"cli"}}}
	want, _, err := Resolve(bare)
	if err != nil {
		t.Fatal(err)
	}
	empty := Input{File: f, Name: "work", Flags: map[string][]string{}}
	for _, k := range Keys() {
		if k.Flag() != "" && k.Name != "issuer" && k.Name != "client_id" {
			empty.Flags[k.Name] = []string{""}
		}
	}
	got, origins, err := Resolve(empty)
	if err != nil {
		t.Fatal(message(err))
	}
	if want.Name = "work"; !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
	if o := origins["pkce"]; o.Kind != FromDefault {
		t.Errorf("pkce comes from %v", o)
	}
}

func TestWhichProfileIsMeant(t *testing.T) {
	const one = "[profiles.a]\nissuer = \"https://a.example\"\nclient_id = \"a\"\n"
	const two = one + "[profiles.b]\nissuer = \"https://b.example\"\nclient_id = \"b\"\n"
	self := map[string][]string{"issuer": {"https://f.example"}, "client_id": {"f"}}
	for name, test := range map[string]struct {
		text, name string
		flags      map[string][]string
		want       string // the client_id, or the error
	}{
		"the only one":          {one, "", nil, "a"},
		"named":                 {two, "b", nil, "b"},
		"default":               {"default_profile = \"b\"\n" + two, "", nil, "b"},
		"flags alone":           {"default_profile = \"b\"\n" + two, "", self, "f"},
		"flags over the named":  {two, "b", self, "f"},
		"flags over default":    {"default_profile = \"b\"\n" + two, "", map[string][]string{"issuer": {"https://f.example"}}, "b"},
		"none of two":           {two, "", nil, "config.toml: no profile was named, and there is no default_profile\nname a profile: oauthget token a"},
		"none at all":           {"", "", nil, "config.toml: it contains no profiles\noauthget setup"},
		"unknown":               {two, "zebra", nil, "config.toml: no such profile: \"zebra\"\noauthget profile list"},
		"unknown default":       {"\ndefault_profile = \"bb\"\n" + two, "", nil, "config.toml:2:1: no such profile: \"bb\"\ndid you mean \"b\"?"},
		"command's name":        {"[profiles.token]\n", "token", nil, "a profile cannot have the name of a command: token\ngive it another name"},
		"command's name, alone": {"[profiles.token]\n", "", nil, "config.toml:1:2: a profile cannot have the name of a command: token\ngive it another name"},
		"escape sequence":       {two, "\x1b[31m", nil, "a profile's name cannot contain spaces, slashes or control characters: \"[31m\""},
	} {
		t.Run(name, func(t *testing.T) {
			p, _, err := resolved(t, test.text, Input{Name: test.name, Flags: test.flags, Commands: []string{"token", "login"}})
			got := p.ClientID
			if err != nil {
				got = message(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnknownProfileNamesItsNeighbours(t *testing.T) {
	var unknown *UnknownProfileError
	for name, want := range map[string][]string{
		"wrok": {"work"}, "Work": {"work", "word", "works"}, "prodcution": {"production"}, "p": nil,
	} {
		_, _, err := resolved(t, "[profiles.production]\n[profiles.word]\n[profiles.works]\n[profiles.work]\n", Input{Name: name})
		if !errors.As(err, &unknown) {
			t.Fatalf("%s: err = %v", name, err)
		}
		if diff := cmp.Diff(want, unknown.Near); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, _, err := Resolve(Input{Name: "work"}); !errors.As(err, &unknown) {
		t.Errorf("without a file: %v", err)
	}
}

func TestLiteralSecretIsRefusedWhereOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	const text = "[profiles.w]\nissuer = \"https://a.example\"\nclient_id = \"x\"\nclient_secret = \"canary\"\n"
	path := written(t, text)
	for mode, refused := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o644: true, 0o620: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		f, err := Load(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, env := range []map[string]string{nil, {"OAUTHGET_CLIENT_SECRET_ENV": "X"}} {
			_, _, err = Resolve(Input{File: f, Name: "w", LookupEnv: environment(env)})
			if (err != nil) != refused {
				t.Errorf("mode %o: %v", mode, err)
			}
		}
		if mode == 0o644 {
			want := "config.toml:4:1: client_secret: other users of this machine can read the file (mode 0644)\nchmod 600 config.toml"
			if diff := cmp.Diff(want, message(err)); diff != "" {
				t.Error(diff)
			}
		}
	}
}
