package remedy

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
)

// interactionHints names the command that obtains a token with the person.
func (f failure) interactionHints() []string {
	if _, ok := errors.AsType[*hint.Error](f.err); ok || len(f.words) == 0 || f.profile.Store == config.StoreNone || f.Path == "oauthget login" {
		return nil
	}
	var hints []string
	if len(f.accounts) > 0 {
		use := "add --account " + shell.Word(f.accounts[0])
		if f.profile.Account != "" {
			use = "use --account " + shell.Word(f.accounts[0]) + " instead"
		}
		hints = append(hints, "tokens are stored for the accounts "+strings.Join(f.accounts, ", ")+": "+use)
	}
	return append(hints, f.command("login"))
}

// demandHints says how an API gets more than a token allows. That takes a login, and a plain one would not ask for it.
func (f failure) demandHints(e *session.DemandError) []string {
	hints := []string{fallback(StatusInteraction)}
	if f.Path == "oauthget proxy" {
		hints = []string{"to log in for it, run oauthget proxy at a terminal, or with --yes"}
	}
	if f.profile.Name != "" && len(e.Scopes) > 0 {
		words := []string{f.profile.Name, "--scope", strings.Join(e.Scopes, " ")}
		hints = append(hints, "to ask for it always: oauthget profile set "+f.inFile(words)+", and log in again")
	}
	return hints
}

// hostHint says how a server gets the token that a program asks for.
func (f failure) hostHint(e *credential.RefusedError) string {
	switch e.Reason {
	case credential.Plain:
		return "use an https address: what is sent over http can be read on the way"
	case credential.Unverified:
		return "name the cluster's certificate authority in the kubeconfig (certificate-authority), and remove insecure-skip-tls-verify"
	}
	hosts := append(slices.Clone(f.profile.APIHosts), e.Server.Host)
	if f.profile.Name == "" {
		return "if it may have the token: --api-hosts " + shell.Word(e.Server.Host)
	}
	words := []string{f.profile.Name}
	for _, host := range hosts {
		words = append(words, "--api-hosts", host)
	}
	return "if it may have the token: oauthget profile set " + f.inFile(words)
}

// command is a command line about the same token, ready to be run.
func (f failure) command(verb string) string { return "oauthget " + verb + " " + f.target() }

// login is what to do for a login. Where that has just failed, it is the same command.
func (f failure) login() string {
	if f.Path == "oauthget login" {
		return "run the command again"
	}
	return f.command("login")
}

// commandForAccount is command for another account of the profile.
func (f failure) commandForAccount(verb, account string) string {
	words := slices.Clone(f.words)
	if i := slices.Index(words, "--account"); i >= 0 {
		words = slices.Delete(words, i, i+2)
	}
	f.words = append(words, "--account", account)
	return f.command(verb)
}

// target is what follows a command's name to mean the same token; NAME if that is not known.
func (f failure) target() string { return cmp.Or(shell.Words(f.words), "NAME") }

// logout is the command that removes what is stored for the profile. Beside a name it takes no flag of a key but --account.
func (f failure) logout() string {
	if f.profile.Name == "" {
		return f.command("logout")
	}
	words := []string{f.profile.Name}
	if f.profile.Account != "" {
		words = append(words, "--account", f.profile.Account)
	}
	return "oauthget logout " + f.inFile(words)
}

// inFile adds to the words of a command the profile file that the failed one was given.
func (f failure) inFile(words []string) string {
	if f.ConfigFile != "" {
		words = append(words, "--config", f.ConfigFile)
	}
	return shell.Words(words)
}

// withFile adds the profile file that the command was given to a hint that is a command.
func (f failure) withFile(hint string) string {
	if f.ConfigFile == "" || !strings.HasPrefix(hint, "oauthget ") && !strings.Contains(hint, ": oauthget ") {
		return hint
	}
	return hint + " --config " + shell.Word(f.ConfigFile)
}

// noIDTokenHints says what brings an ID Token.
func (f failure) noIDTokenHints() []string {
	switch {
	case !f.profile.NeedsPerson():
		// OpenID Connect Core §2: "a security token that contains Claims about the Authentication of an End-User".
		return []string{"an ID Token is about a person who signs in, and the grant " + f.profile.Grant + " signs nobody in: use another profile, or the access token"}
	case slices.Contains(f.profile.Scopes, "openid"):
		return []string{"allow this client ID Tokens at the server: the scope openid asks for one already"}
	}
	return []string{`add "openid" to the profile's scopes and log in again`}
}

// noTokenHint says where the tokens of an answer are, as far as that is known.
func noTokenHint(e *flow.NoTokenError) string {
	if e.Inside == "" {
		return "correct access_token in token_response: " + e.Expected + " is not where it is"
	}
	var located []string
	for _, name := range config.ResponseMembers {
		if slices.Contains(e.Members, name) {
			located = append(located, name+` = "/`+e.Inside+"/"+name+`"`)
		}
	}
	return "if the tokens are in " + e.Inside + ": token_response = { " + strings.Join(located, ", ") + " }"
}

// serverHints says what to do about an error response, and which line of the profile it is about.
func (f failure) serverHints(e *flow.ServerError) []string {
	if hint := f.clockHint(e); hint != "" {
		return []string{hint}
	}
	var hints []string
	found, ok := lookUp(e)
	if text := f.presetHint(e); text != "" {
		return f.advise(advice{text, found.keys}, e)
	}
	if ok {
		hints = f.advise(found, e)
	} else if e.Code == "invalid_request" && (e.Endpoint == "" || e.Op == flow.OpPush) {
		hints = f.advise(advice{"compare the redirect URI {redirect_uri}, client_id {client_id} and {scopes} with the registration", append([]string{"redirect_uri"}, clientKeys...)}, e)
	}
	if around := f.pushHint(e); around != "" {
		hints = append(hints[:min(len(hints), 1)], around) // more useful than a line of the profile
	}
	switch {
	case len(hints) > 0:
		return hints
	case e.Code == "":
		return f.statusHints(e)
	}
	return []string{"run the command again with --trace to see the exchange"}
}

// advise returns the text of an advice, and the line of the profile that it is about.
func (f failure) advise(a advice, e *flow.ServerError) []string {
	keys := a.keys
	if e.Endpoint == "" && slices.Equal(keys, clientKeys) {
		keys = []string{"client_id"} // which is all of the client that the browser carries
	}
	text := f.fill(a.text, e)
	if port := portHint(f.profile); port != "" && strings.Contains(a.text, "{redirect_uri}") && !strings.Contains(a.text, "port") {
		text += "; " + port
	}
	return append([]string{text}, some(f.line(keys))...)
}

// statusHints says what to do about an error response without an error code.
func (f failure) statusHints(e *flow.ServerError) []string {
	like := func(code string) []string {
		as := *e
		as.Code = code
		found, _ := lookUp(&as)
		return f.advise(found, e)
	}
	description := informative(e.Description)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(description, word) })
	}
	switch {
	case e.Status >= http.StatusInternalServerError, e.Status == http.StatusTooManyRequests:
		return []string{"try again later; what is stored has been kept"}
	case says("redirect_uri", "redirect uri", "redirecturi"):
		return like("redirect_uri_mismatch")
	case says("client_id", "client_secret"):
		return like("invalid_request")
	case e.Endpoint == "userinfo_endpoint" && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden):
		return like("invalid_token")
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden, says("secret", "credential"):
		return like("invalid_client")
	case e.Status == http.StatusNotFound, e.Status == http.StatusMethodNotAllowed:
		return []string{"compare " + cmp.Or(e.Endpoint, "the endpoint") + " with the server's documentation: this address does not take that request"}
	case e.Status == http.StatusUnsupportedMediaType && slices.Contains([]string{"token_endpoint", "refresh_endpoint"}, e.Endpoint) && f.profile.TokenRequestFormat != "json":
		return []string{`the server takes no form-encoded token requests: set token_request_format = "json"`}
	case e.Status == http.StatusUnsupportedMediaType:
		return []string{"compare " + cmp.Or(e.Endpoint, "the endpoint") + " with the server's documentation: it takes no form-encoded requests"}
	case e.Description != "":
		return []string{"compare the profile with what the server says"}
	}
	return []string{"run the command again with --trace to see the exchange"}
}

// clockHint is about the refusal of something that bears a time of ours, and that a wrong clock explains: the server says what
// time it is in each response.
func (f failure) clockHint(e *flow.ServerError) string {
	switch signs := e.Auth == clientauth.PrivateKeyJWT || e.Auth == clientauth.SecretJWT; {
	case e.Code == "invalid_request_object", e.Code == "invalid_dpop_proof":
	case e.Code == "invalid_client" && signs:
	case e.Code == "invalid_grant" && e.Grant == config.GrantJWTBearer:
	default:
		return ""
	}
	off := f.Now.Sub(e.Date)
	switch {
	case e.Date.IsZero() || off.Abs() <= idtoken.DefaultLeeway:
		return ""
	case off < 0:
		return fmt.Sprintf("set this computer's clock: it is %s behind the server's", off.Abs().Round(time.Second))
	}
	return fmt.Sprintf("set this computer's clock: it is %s ahead of the server's", off.Round(time.Second))
}

// pushHint is the way around an endpoint for pushed requests that does not work, if only the profile asks for it.
func (f failure) pushHint(e *flow.ServerError) string {
	// These codes say that the endpoint may not be for this client.
	if e.Op != flow.OpPush || !slices.Contains([]string{"", "invalid_request", "invalid_client", "unauthorized_client"}, e.Code) {
		return ""
	}
	key := ""
	switch p := f.profile; {
	case p.SecurityProfile != "":
	case p.RequirePAR:
		key = "require_pushed_authorization_requests"
	case p.PushedAuthorizationRequestEndpoint != "":
		key = "pushed_authorization_request_endpoint"
	}
	if key == "" {
		return ""
	}
	return "if the server does not require pushed requests, send the request through the browser: remove " + key + " from the profile"
}

// line is the first of keys that somebody has set, with its value and where it was set.
func (f failure) line(keys []string) string {
	if f.profile.Name == "" && f.origins == nil {
		return ""
	}
	rows := config.Show(f.profile, f.origins)
	for _, key := range keys {
		for _, row := range rows {
			group := row.Key == key || strings.HasPrefix(row.Key, key+"_") && key == "client_secret"
			if group && row.Origin.Kind != config.FromDefault {
				return row.Key + " = " + row.Value + ", from " + row.Origin.Where
			}
		}
	}
	return ""
}

// placeholders are what a text may have in braces.
var placeholders = []string{"client", "missing", "secret", "unread", "login", "pkce", "client_id", "grant", "issuer", "profile", "redirect_uri", "scopes"}

// fill puts the profile's values into a text about an error response, which may be nil. A value that is missing is called by
// its name. Some placeholders are sentences about the client, and have values in them.
func (f failure) fill(text string, e *flow.ServerError) string {
	p, grant := f.profile, ""
	if e != nil {
		grant = e.Grant
	}
	values := map[string]string{
		"client":       f.clientText(e),
		"secret":       f.secretText(),
		"missing":      f.missingText(e),
		"unread":       f.unreadText(e),
		"login":        f.login(),
		"pkce":         f.pkceText(),
		"client_id":    cmp.Or(p.ClientID, "client_id"),
		"grant":        cmp.Or(grant, "grant"),
		"issuer":       shell.Word(cmp.Or(p.Issuer, p.TokenEndpoint, "URL")),
		"profile":      f.target(),
		"redirect_uri": cmp.Or(p.RedirectURI, "redirect_uri"),
		"scopes":       cmp.Or(strings.Join(p.Scopes, " "), "scopes"),
	}
	for _, name := range placeholders {
		text = strings.ReplaceAll(text, "{"+name+"}", values[name])
	}
	return text
}
