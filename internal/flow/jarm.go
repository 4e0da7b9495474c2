package flow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// The response modes (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode, JARM §2.3).
const (
	modeQuery    = "query"
	modeFormPost = "form_post"
	modeJWT      = "jwt" // for response_type=code the same as query.jwt
	modeQueryJWT = "query.jwt"
)

const keyMode = "response_mode"

// signedResponse reports whether the authorization response is a JWT (JARM).
func (c *Client) signedResponse() bool {
	mode := c.Profile.ResponseMode
	return mode == modeJWT || strings.HasSuffix(mode, "."+modeJWT)
}

// postedResponse reports whether the authorization response is the body of a POST.
func (c *Client) postedResponse() bool {
	return strings.TrimSuffix(c.Profile.ResponseMode, "."+modeJWT) == modeFormPost
}

// checkResponseMode refuses a response mode that the server does not list, and a signed one that cannot be verified.
func (c *Client) checkResponseMode() error {
	mode, listed := c.Profile.ResponseMode, c.Server.ResponseModesSupported
	switch {
	case mode == "" || mode == modeQuery:
		return nil
	case len(listed) == 0:
		// "If omitted, the default is "["query", "fragment"]"" (RFC 8414 §2). Some servers that support more omit it.
		c.warn("the server's metadata does not say that it supports response_mode " + mode)
	case !supports(listed, mode) && !(mode == modeJWT && supports(listed, modeQueryJWT)):
		return unsupported(keyMode, mode, listed)
	}
	if !c.signedResponse() {
		return nil
	}
	if c.Server.Issuer == "" || c.Server.JWKSURI == "" {
		return &config.Error{
			Key: keyMode, Err: fmt.Errorf("%s: response_mode %s: the response could not be verified", opPrepare, mode),
			Advice: "set " + c.missingKey() + " in the profile, which names the server's keys",
		}
	}
	return idtoken.CheckAlgorithms(c.algorithms(c.Server.AuthorizationSigningAlgValuesSupported))
}

// jarm unwraps authorization responses from JWTs. Only a response that the issuer has signed ends the login, even if
// another has the right state; of the first such one the user is warned.
type jarm struct {
	ctx      context.Context // the login's, for fetching keys
	verifier idtoken.Verifier
	state    token.Secret
	mode     string
	warn     func(string)

	mu       sync.Mutex // requests run concurrently
	unsigned error      // the first response with the right state that is not signed
	refused  error      // why the first signed response is refused
	strayed  bool       // a response that is not this login's has been told
}

func (c *Client) newJARM(ctx context.Context, state string) *jarm {
	return &jarm{
		ctx: ctx, state: token.NewSecret(state), mode: c.Profile.ResponseMode, warn: c.warn,
		verifier: idtoken.Verifier{
			Issuer: c.Server.Issuer, ClientID: c.Profile.ClientID, Keys: c.Keys,
			Algorithms: c.algorithms(c.Server.AuthorizationSigningAlgValuesSupported), Now: c.Now,
			Parameters: c.Profile.KeepCallbackParameters,
		},
	}
}

// unwrap is the listener's Options.Unwrap. It verifies no signature and fetches no key for a request without the right
// state.
func (j *jarm) unwrap(response url.Values) (url.Values, error) {
	raw := token.NewSecret(response.Get("response"))
	switch {
	case raw.Empty() && j.state.Equal(token.NewSecret(response.Get("state"))):
		return nil, j.suspect(fmt.Errorf("it is not signed, although response_mode %s asked for that%s", j.mode, inWords(response)))
	case raw.Empty():
		return nil, j.stray(errors.New("it has no response parameter"))
	case idtoken.Encrypted(raw):
		return nil, j.suspect(errors.New("it is encrypted, which is not supported"))
	case !j.state.Equal(token.NewSecret(idtoken.ClaimedState(raw))):
		return nil, j.stray(errors.New("it has the state of another login"))
	}
	params, err := j.verifier.VerifyResponse(j.ctx, raw)
	if _, forged := errors.AsType[*idtoken.SignatureError](err); forged {
		return nil, j.suspect(err)
	}
	if err != nil {
		return j.refuse(err), nil
	}
	return params, nil
}

// inWords returns the error code of an unsigned response: it may explain why that is not signed.
func inWords(response url.Values) string {
	if code := response.Get("error"); code != "" {
		return "; it says " + untrusted.Quote(code, newSecrets(inResponse(response)...)...)
	}
	return ""
}

// suspect records a response that anybody may have sent.
func (j *jarm) suspect(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsigned == nil {
		j.unsigned = err
		j.warn(ignoredResponse + err.Error())
	}
	return err
}

// stray warns of the first response that is not this login's.
func (j *jarm) stray(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.strayed {
		j.strayed = true
		j.warn(ignoredResponse + err.Error())
	}
	return err
}

// refuse records why a signed response is wrong, and returns a response that ends the wait.
func (j *jarm) refuse(err error) url.Values {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.refused == nil {
		j.refused = err
	}
	return url.Values{"state": {j.state.Reveal()}, "error": {"refused"}, refusedResponse: {"refused"}}
}

// refusedResponse marks the response of refuse. A verified response never has this parameter.
const refusedResponse = "response"

// verdict returns why response, which ended the wait, is refused; nil if it is not.
func (j *jarm) verdict(response url.Values) error {
	if j == nil || !response.Has(refusedResponse) {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.refused
}

// explain returns the reason why the wait ended with err: an ignored response is a better reason than the timeout.
func (j *jarm) explain(err error) error {
	if j == nil || !errors.Is(err, ErrPatience) {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsigned == nil {
		return err
	}
	return &untrusted.Error{
		Op: "wait for the browser", Err: fmt.Errorf("no response came that the server has signed; of one that came: %w", j.unsigned),
	}
}
