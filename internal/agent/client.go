package agent

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/socket"
	"github.com/oauthget/oauthget/internal/token"
)

// Client asks an agent. Make one with [NewClient].
type Client struct {
	socket string
	http   *http.Client
}

// NewClient returns a client of the agent that listens on a socket.
func NewClient(path string) *Client {
	transport := &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return socket.Dial(ctx, path) },
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConnsPerHost:    16,
	}
	return &Client{socket: path, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the connections that are kept for further requests.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error reports that no agent could be asked.
type Error struct {
	Socket string
	Reason Reason
	Err    error // may be nil
}

// Reason is why no agent could be asked.
type Reason int

// The reasons.
const (
	Gone    Reason = iota // nobody listens, or the agent went away
	Foreign               // the socket is another user's
	Unknown               // what answers speaks no version of the protocol that this program knows
)

func (e *Error) Error() string {
	text := "ask the agent at " + e.Socket + ": "
	switch e.Reason {
	case Foreign:
		return text + e.Err.Error()
	case Unknown:
		text += "what answers is no agent that speaks version 1 of the protocol"
		if e.Err != nil {
			text += ": " + e.Err.Error()
		}
		return text
	}
	if e.Err == nil {
		return text + "it went away"
	}
	return text + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

var errSilent = fmt.Errorf("it has been silent for %s", Silence)

// Profile describes what n names.
func (c *Client) Profile(ctx context.Context, n Name) (Profile, error) {
	var p Profile
	err := c.get(ctx, PathProfile, n, &p)
	return p, err
}

// Status decodes into report what `oauthget status --json` has where the agent runs, for one profile or API if name is not empty.
func (c *Client) Status(ctx context.Context, name string, report any) error {
	return c.get(ctx, PathStatus, Name{Name: name}, report)
}

func (c *Client) get(ctx context.Context, path string, n Name, into any) error {
	return c.exchange(ctx, http.MethodGet, path+"?"+url.Values{"name": {n.Name}, "account": {n.Account}}.Encode(), nil, into)
}

// Expire marks a stored access token as expired.
func (c *Client) Expire(ctx context.Context, n Name, refused token.Secret) error {
	return c.exchange(ctx, http.MethodPost, PathExpire, ExpireRequest{n, refused.Reveal()}, nil)
}

// Prover returns what has the agent sign for set's key.
func (c *Client) Prover(ctx context.Context, n Name, set token.Set) dpop.Prover {
	return func(r dpop.Request) (token.Secret, error) {
		var p Proof
		err := c.exchange(ctx, http.MethodPost, PathProof, ProofRequest{n, set.AccessToken.Reveal(), r.Method, r.URL.String(), r.Nonce}, &p)
		if err == nil && !ascii.All(p.Proof, ascii.IsNQCHAR) { // it stands in a header
			err = &Error{Socket: c.socket, Reason: Unknown}
		}
		return token.NewSecret(p.Proof), err
	}
}

// exchange sends a request that is answered at once.
func (c *Client) exchange(ctx context.Context, method, path string, request, into any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, Silence, errSilent)
	defer cancel()
	resp, err := c.send(ctx, method, path, TypeJSON, request)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := bounded.Read(resp.Body, MaxMessage)
	if err != nil {
		return c.failed(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		var answer struct{ Error *Failure }
		if json.Unmarshal(data, &answer) != nil || answer.Error == nil {
			return &Error{Socket: c.socket, Reason: Unknown}
		}
		return answer.Error
	}
	if into != nil && json.Unmarshal(data, into) != nil {
		return &Error{Socket: c.socket, Reason: Unknown}
	}
	return nil
}

// maxTold bounds what is told of a wait, in lines, the empty ones among them.
const maxTold = 1000

// Token asks for a token. refused is one that an API has refused, if there is one. It calls told with each line before the answer,
// which may take as long as a person needs.
func (c *Client) Token(ctx context.Context, request TokenRequest, refused token.Secret, told func(Line)) (Token, error) {
	request.Refused = refused.Reveal()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(Silence, func() { cancel(errSilent) })
	defer silence.Stop()
	resp, err := c.send(ctx, http.MethodPost, PathToken, TypeLines, request)
	if err != nil {
		return Token{}, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 2*MaxMessage))
	lines.Buffer(make([]byte, 0, 4<<10), MaxMessage)
	for n := 0; lines.Scan(); n++ {
		silence.Reset(Silence)
		if len(lines.Bytes()) == 0 {
			continue
		}
		var line Line
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			return Token{}, &Error{Socket: c.socket, Reason: Unknown}
		}
		switch {
		case line.Error != nil:
			return Token{}, line.Error
		case line.Token != nil:
			if _, err := line.Token.Set(); err != nil {
				return Token{}, &Error{c.socket, Unknown, err}
			}
			_, _ = io.Copy(io.Discard, resp.Body) // the end, so that the connection can be used again
			return *line.Token, nil
		}
		if n < maxTold {
			told(line)
		}
	}
	return Token{}, c.failed(ctx, lines.Err())
}

// send sends a request. An answer of another type is not an agent's.
func (c *Client) send(ctx context.Context, method, path, accept string, request any) (*http.Response, error) {
	var body io.Reader
	if request != nil {
		data, err := json.Marshal(request)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+Host+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	if body != nil {
		req.Header.Set("Content-Type", TypeJSON)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != accept && kind != TypeJSON || resp.StatusCode == http.StatusNotFound {
		_ = resp.Body.Close()
		return nil, &Error{Socket: c.socket, Reason: Unknown}
	}
	return resp, nil
}

// failed is the error of an exchange that broke off; nil stands for an answer that ended too soon.
func (c *Client) failed(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(err, socket.ErrForeign), errors.Is(err, socket.ErrNoSocket):
		return &Error{c.socket, Foreign, plain(err)}
	case errors.Is(cause, errSilent):
		return &Error{c.socket, Gone, cause}
	case cause != nil:
		return cause
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Socket: c.socket, Reason: Gone}
	}
	if strings.Contains(err.Error(), "malformed HTTP") { // package net/http has no type for it
		return &Error{Socket: c.socket, Reason: Unknown}
	}
	return &Error{c.socket, Gone, plain(err)}
}

// plain returns the cause without the words of packages net/http and os, which quote the URL and the socket.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return err
}
