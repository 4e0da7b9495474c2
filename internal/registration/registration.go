// Package registration registers this client at an authorization server and removes it (RFC 7591, RFC 7592).
package registration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	josejson "github.com/go-jose/go-jose/v4/json" // refuses duplicate names

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/refusal"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	register   = "register the client"
	unregister = "remove the registered client"

	// maxText bounds each value of an answer, in bytes.
	maxText = 16 << 10
	// maxClientID bounds the client_id, which stands in the URL that a person is shown.
	maxClientID = 4 << 10
)

// Server is what is known of the authorization server.
type Server struct {
	Issuer   string
	Endpoint string // registration_endpoint
	// AuthMethods is token_endpoint_auth_methods_supported.
	AuthMethods []string
}

// RefusedError is a server's refusal.
type RefusedError struct {
	Op     string
	Status int
	refusal.Refusal
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("%s: the server answered %d %s", e.Op, e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		text = fmt.Sprintf("%s: the server answered %s", e.Op, untrusted.Text(e.Code))
	}
	if e.Description != "" {
		text += ": " + untrusted.Quote(e.Description)
	}
	return text
}

// AnswerError reports an answer that is no registration.
type AnswerError struct{ Err error }

func (e *AnswerError) Error() string { return e.Err.Error() }
func (e *AnswerError) Unwrap() error { return e.Err }

// Register registers a client. Its metadata have only the members that this takes, since some servers refuse those that they do
// not know.
//
// A refusal is a *RefusedError, an answer that cannot be used an *untrusted.Error, and no answer a *url.Error.
func Register(ctx context.Context, client *http.Client, s Server, m Metadata) (token.Registration, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return token.Registration{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return token.Registration{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	answer, err := send(ctx, client, req, register)
	if err != nil {
		return token.Registration{}, err
	}
	r, err := parse(answer, s, m.AuthMethod)
	if err != nil {
		return token.Registration{}, &untrusted.Error{Op: register, Err: &AnswerError{err}}
	}
	if len(m.RedirectURIs) > 0 {
		r.RedirectURI = m.RedirectURIs[0]
	}
	return r, nil
}

// answer is what RFC 7591 §3.2.1 has in a client information response.
type answer struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Expiry       int64  `json:"client_secret_expires_at"` // 0 for never
	AuthMethod   string `json:"token_endpoint_auth_method"`
	URI          string `json:"registration_client_uri"`
	Token        string `json:"registration_access_token"`
}

func parse(body []byte, s Server, asked string) (token.Registration, error) {
	var a answer
	if err := josejson.Unmarshal(body, &a); err != nil {
		return token.Registration{}, errors.New("the answer is not a client information response (RFC 7591 §3.2.1)")
	}
	for _, text := range []string{a.ClientID, a.ClientSecret, a.AuthMethod, a.URI, a.Token} {
		if len(text) > maxText {
			return token.Registration{}, fmt.Errorf("a value of the answer is longer than %d bytes", maxText)
		}
	}
	switch {
	case a.ClientID == "":
		return token.Registration{}, errors.New("the answer has no client_id")
	case len(a.ClientID) > maxClientID:
		return token.Registration{}, fmt.Errorf("the client_id of the answer is longer than %d bytes", maxClientID)
	case !ascii.All(a.ClientID, ascii.IsVSCHAR): // RFC 6749 §A.1
		return token.Registration{}, fmt.Errorf("the answer has the client_id %s, which is not of printable ASCII characters", untrusted.Quote(a.ClientID))
	}
	r := token.Registration{
		Issuer: s.Issuer, ClientID: a.ClientID, ClientSecret: token.NewSecret(a.ClientSecret), AuthMethod: a.AuthMethod,
	}
	if r.AuthMethod == "" {
		r.AuthMethod = asked
	}
	// RFC 7591 §3.2.1: the server "MAY reject or replace any of the client's requested metadata values". What it has put in their
	// place must be something that this client can do.
	if !slices.Contains([]string{asked, "none", "client_secret_basic", "client_secret_post", "client_secret_jwt"}, r.AuthMethod) {
		return token.Registration{}, fmt.Errorf("the server registered the client for %s, which it cannot do", untrusted.Quote(r.AuthMethod))
	}
	if strings.HasPrefix(r.AuthMethod, "client_secret_") && a.ClientSecret == "" {
		return token.Registration{}, fmt.Errorf("the answer has no client_secret for %s", untrusted.Quote(r.AuthMethod))
	}
	if a.Expiry > 0 && a.ClientSecret != "" {
		r.SecretExpiry = time.Unix(a.Expiry, 0)
	}
	// The token goes to this address. It is the server's own token, so that the server may name any address that can be trusted to
	// be reached, but none on this machine unless it is there itself.
	endpoint, _ := url.Parse(s.Endpoint)
	if u, err := url.Parse(a.URI); a.Token != "" && err == nil && endpoint != nil && confidential.NamedBy(endpoint, u) && u.User == nil {
		r.ManagementURI, r.ManagementToken = a.URI, token.NewSecret(a.Token)
	}
	return r, nil
}

// Remove removes a client where the server lets clients manage themselves (RFC 7592 §2.3); it reports false where it does
// not.
func Remove(ctx context.Context, client *http.Client, r token.Registration) (bool, error) {
	if r.ManagementURI == "" {
		return false, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, r.ManagementURI, nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Authorization", "Bearer "+r.ManagementToken.Reveal())
	_, err = send(ctx, client, req, unregister)
	return err == nil, err
}

// send returns the body of a successful answer.
func send(ctx context.Context, client *http.Client, req *http.Request, op string) ([]byte, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body) // the client bounds it
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	if resp.StatusCode/100 != 2 {
		return nil, &RefusedError{Op: op, Status: resp.StatusCode, Refusal: refusal.Read(resp.Header.Get("Content-Type"), body)}
	}
	return body, nil
}
