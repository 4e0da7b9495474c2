package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// openIDParameters returns the parameters of an authentication request (OpenID Connect Core §3.1.2.1) that the profile
// sets, other than scope and nonce.
func openIDParameters(o config.OpenID) url.Values {
	params := url.Values{}
	for name, value := range map[string]string{
		"prompt": o.Prompt, "login_hint": o.LoginHint, "max_age": o.MaxAge, "acr_values": o.ACRValues, "claims": o.Claims,
		"ui_locales": o.UILocales,
	} {
		if value != "" {
			params.Set(name, value)
		}
	}
	return params
}

// asksForConsent reports whether prompt=consent is added: "The Authorization Server MUST ensure that the prompt parameter
// contains consent unless other conditions for processing the request permitting offline access to the requested resources
// are in place" (OpenID Connect Core §11). Many servers otherwise ignore the scope offline_access. A server whose endpoint has a
// prompt in its own query has decided already.
func (c *Client) asksForConsent() bool {
	o := c.Profile.OpenID
	u, err := url.Parse(c.Server.AuthorizationEndpoint)
	decided := err == nil && u.Query().Has("prompt")
	return slices.Contains(c.Profile.Scopes, "offline_access") && o.Prompt == "" && !o.NoPrompt && !decided && supports(c.Server.PromptValuesSupported, "consent")
}

// prompts are the values of prompt in OpenID Connect Core §3.1.2.1, and that of Initiating User Registration via OpenID
// Connect §4.1.
var prompts = []string{"none", "login", "consent", "select_account", "create"}

// checkOpenID checks the OpenID Connect settings before the browser opens: what the server would refuse, and what could
// not be checked afterwards.
func (c *Client) checkOpenID() error {
	wrong := func(key string, err error, advice string) error {
		return &config.Error{Key: key, Err: fmt.Errorf("%s: %w", key, err), Advice: advice}
	}
	o := c.Profile.OpenID
	for prompt := range strings.FieldsSeq(o.Prompt) {
		if known := append(slices.Clone(prompts), c.Server.PromptValuesSupported...); !slices.Contains(known, prompt) {
			return wrong("prompt", fmt.Errorf("%s is not a known value", untrusted.Quote(prompt)),
				"use login, consent, select_account or none")
		}
	}
	if err := idtoken.CheckSecret(o.IDTokenSignedResponseAlg, c.Auth.Secret); err != nil {
		return wrong("id_token_signed_response_alg", err, "use the client's whole secret, or register the client for RS256")
	}
	a, err := c.authentication()
	if err != nil {
		return err
	}
	if a.Demanding() && (!slices.Contains(c.Profile.Scopes, "openid") || !c.canVerify()) {
		key := "max_age"
		if a.MaxAge == nil {
			key = "claims"
		}
		if c.Server.Issuer != "" && !c.canVerify() {
			return wrong(key, errors.New("it is checked in the ID Token, and the server's metadata has no jwks_uri"), "set jwks_uri in the profile")
		}
		return wrong(key, errors.New("it is checked in the ID Token, which needs the scope openid and an issuer"),
			"add openid to scopes, and set issuer")
	}
	return nil
}

// authentication returns what the profile requires of the sign-in.
func (c *Client) authentication() (idtoken.Authentication, error) {
	o := c.Profile.OpenID
	a := idtoken.Authentication{ACRs: strings.Fields(o.ACRValues)}
	if o.MaxAge != "" {
		seconds, err := strconv.ParseInt(o.MaxAge, 10, 32)
		if err != nil {
			return a, &config.Error{Key: "max_age", Err: errors.New("max_age: not a number of seconds")}
		}
		age := time.Duration(seconds) * time.Second
		a.MaxAge = &age
	}
	asked, err := claimsOfIDToken(o.Claims)
	if err != nil {
		return a, err
	}
	a.AuthTime = asked["auth_time"].Essential
	if acr := asked["acr"]; acr.Essential || len(acr.texts()) > 0 {
		a.ACR, a.ACRs = acr.Essential, acr.texts()
	}
	return a, nil
}

// expected returns what the ID Token of a login must say.
func (c *Client) expected(l login) (idtoken.Expected, error) {
	a, err := c.authentication()
	if err != nil {
		return idtoken.Expected{}, err
	}
	asked, err := claimsOfIDToken(c.Profile.OpenID.Claims)
	if err != nil {
		return idtoken.Expected{}, err
	}
	e := idtoken.Expected{Nonce: l.nonce, Authentication: a}
	// "Requests that the Claim be returned with a particular value. For instance the Claim request "sub": {"value":
	// "248289761001"} can be used to specify that the request apply to the End-User with Subject Identifier 248289761001."
	// OpenID Connect Core §5.5.1
	if subjects := asked["sub"].texts(); len(subjects) == 1 {
		e.Subject = subjects[0]
	}
	return e, nil
}

// warnOfACR warns if a class that was requested as a Voluntary Claim was not granted: "The acr Claim is requested as a
// Voluntary Claim by this parameter." OpenID Connect Core §3.1.2.1, of acr_values.
func (c *Client) warnOfACR(a idtoken.Authentication, acr string) {
	switch {
	case len(a.ACRs) == 0 || slices.Contains(a.ACRs, acr):
	case acr == "":
		c.warn("the server does not say with which authentication context class (acr) the user signed in")
	default:
		c.warn("the user signed in with acr " + untrusted.Quote(acr) + ", which is not one of those requested")
	}
}

// claimRequest is one member of the claims parameter (OpenID Connect Core §5.5.1); zero for null.
type claimRequest struct {
	Essential bool              `json:"essential"`
	Value     json.RawMessage   `json:"value"`
	Values    []json.RawMessage `json:"values"`
}

// claimsOfIDToken reads the member id_token of the claims parameter.
func claimsOfIDToken(claims string) (map[string]claimRequest, error) {
	var request struct {
		IDToken map[string]claimRequest `json:"id_token"`
	}
	if claims != "" && json.Unmarshal([]byte(claims), &request) != nil {
		return nil, &config.Error{Key: "claims", Err: errors.New("claims: not a request for claims (OpenID Connect Core §5.5)")}
	}
	return request.IDToken, nil
}

// texts returns the requested values that are strings.
func (r claimRequest) texts() []string {
	var list []string
	for _, raw := range append([]json.RawMessage{r.Value}, r.Values...) {
		var text string
		if json.Unmarshal(raw, &text) == nil && text != "" {
			list = append(list, text)
		}
	}
	return list
}
