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
	modeJWT      = "jwt" // for response_type=code short for:
	modeQueryJWT = "query.jwt"
)

const keyMode = "response_mode"

// signedResponse reports whether the authorization response comes as a JWT (JARM).
func (c *Client) signedResponse() bool {
	mode := c.Profile.ResponseMode
	return mode == modeJWT || strings.HasSuffix(mode, "."+modeJWT)
}

// postedResponse reports whether the authorization response comes in the body of a POST.
func (c *Client) postedResponse() bool {
	return strings.TrimSuffix(c.Profile.ResponseMode, "."+modeJWT) == modeFormPost
}

// checkResponseMode refuses a response mode that the server does not list, and a signed one that could not be verified.
func (c *Client) checkResponseMode() error {
	mode, listed := c.Profile.ResponseMode, c.Server.ResponseModesSupported
	switch {
	case mode == "" || mode == modeQuery:
		return nil
	case len(listed) == 0:
		// "If omitted, the default is "["query", "fragment"]"" (RFC 8414 §2). Servers that support more leave it out too.
		c.warn("the server's metadata does not say that it supports response_mode " + mode)
	case !offers(listed, mode) && !(mode == modeJWT && offers(listed, modeQueryJWT)):
		return unsupported(keyMode, mode, listed)
	}
	if !c.signedResponse() {
		return nil
	}
	if c.Server.Issuer == "" || c.Server.JWKSURI == "" {
		return &config.Error{
			Key: keyMode, Err: fmt.Errorf("%s: response_mode %s: nothing is known to verify the response with", opPrepare, mode),
			Advice: "set issuer in the profile; its metadata names the server's keys",
		}
	}
	return idtoken.CheckAlgorithms(c.Server.AuthorizationSigningAlgValuesSupported)
}

// jarm takes authorization responses out of the JWTs they come in. What counts is what the issuer has signed: nothing
// else ends the login, whoever knows the state. The person is told of it, once.
type jarm struct {
	ctx      context.Context // that of the login, which bounds the retrieval of keys
	verifier idtoken.Verifier
	state    token.Secret
	mode     string
	warn     func(string)

	mu       sync.Mutex // requests come in several goroutines
	unsigned error      // the first answer with the right state that the issuer has not signed
	refused  error      // why the first signed answer that is wrong is refused
}

func (c *Client) newJARM(ctx context.Context, state string) *jarm {
	return &jarm{
		ctx: ctx, state: token.NewSecret(state), mode: c.Profile.ResponseMode, warn: c.warn,
		verifier: idtoken.Verifier{
			Issuer: c.Server.Issuer, ClientID: c.Profile.ClientID, Keys: c.Keys,
			Algorithms: c.Server.AuthorizationSigningAlgValuesSupported, Now: c.Now,
		},
	}
}

// unwrap is the listener's Options.Unwrap. A visitor who does not know the state costs a look at the JWT, and no
// signature is verified and no key fetched for him.
func (j *jarm) unwrap(response url.Values) (url.Values, error) {
	raw := token.NewSecret(response.Get("response"))
	switch {
	case raw.Empty() && j.state.Equal(token.NewSecret(response.Get("state"))):
		return nil, j.suspect(fmt.Errorf("it is not signed, although response_mode %s asked for that%s", j.mode, inWords(response)))
	case raw.Empty():
		return nil, errors.New("no response parameter")
	case idtoken.Encrypted(raw):
		return nil, j.suspect(errors.New("it is encrypted, which is not supported"))
	case !j.state.Equal(token.NewSecret(idtoken.ClaimedState(raw))):
		return nil, errors.New("another login's state")
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

// inWords is the error code of an unsigned answer: it may say why that is not signed.
func inWords(response url.Values) string {
	if code := response.Get("error"); code != "" {
		return "; it says " + untrusted.Quote(code)
	}
	return ""
}

// suspect notes an answer that may be anybody's.
func (j *jarm) suspect(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unsigned == nil {
		j.unsigned = err
		j.warn(fmt.Sprintf("an answer came that is not believed, and the login goes on: %v", err))
	}
	return err
}

// refuse notes why an answer that the issuer did sign is wrong, and returns one that ends the wait.
func (j *jarm) refuse(err error) url.Values {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.refused == nil {
		j.refused = err
	}
	return url.Values{"state": {j.state.Reveal()}, "error": {"refused"}, refusedResponse: {"refused"}}
}

// refusedResponse marks what refuse returned. No response that was verified has a parameter of this name.
const refusedResponse = "response"

// verdict is why response, which ended the wait, is not one; nil where it is.
func (j *jarm) verdict(response url.Values) error {
	if j == nil || !response.Has(refusedResponse) {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.refused
}

// explain is why the wait ended with err: where nothing came that could be believed, what did come is the better reason
// than the time that is over.
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
		Op: "wait for the browser", Err: fmt.Errorf("no answer came that the server has signed, and of one that came: %w", j.unsigned),
	}
}
