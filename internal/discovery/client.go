package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// DefaultMaxAge is how long a document is used before it is fetched again. A command that runs often, mostly to refresh
// an access token, then needs one request instead of two. A server that moves an endpoint or rotates a key keeps the
// old one longer than a day.
const DefaultMaxAge = 24 * time.Hour

// Client fetches metadata and JWK Sets.
type Client struct {
	// HTTP sends the requests, and bounds their time and redirects. Required.
	HTTP *http.Client
	// CacheDir keeps documents between runs; empty for no cache. It is created if needed.
	CacheDir string
	// MaxAge is how long a cached document is used; 0 means DefaultMaxAge.
	MaxAge time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// NamedByAPI is for an issuer that an API names (RFC 9728 §2). The places are tried in the order of RFC 8414 §5, and the
	// document's issuer may have one final slash more or less: APIs and URL parsers add and drop them. The result has the
	// document's spelling. Redirects are followed within the issuer's origin.
	NamedByAPI bool
}

// Fetch returns the metadata of issuer, from the cache if it is there and fresh is false.
//
// It tries several places. A place that answers with a client error, a web page, or anything that is not JSON with an
// issuer has no metadata, and the next one is tried; if all fail, the error is a *NotFoundError. Any other failure ends
// the search, so that the choice of document does not depend on the server's health, and the fault is reported: a
// *url.Error if there was no answer, else an *untrusted.Error (a server error, a 429, a refused redirect, malformed
// metadata, or another issuer's, which is an *IssuerMismatchError).
func (c Client) Fetch(ctx context.Context, issuer string, fresh bool) (Metadata, error) {
	return c.FetchAt(ctx, issuer, "", fresh)
}

// FetchAt is Fetch for metadata that is at address, and nowhere else unless address is empty.
func (c Client) FetchAt(ctx context.Context, issuer, address string, fresh bool) (Metadata, error) {
	const op = "read metadata"
	if err := checkIssuer(issuer); err != nil {
		return Metadata{}, fmt.Errorf("%s: %w", op, &IssuerError{err})
	}
	key, tried := issuer, places(issuer)
	if c.NamedByAPI {
		tried = insertedFirst(issuer)
	}
	if address != "" {
		key, tried = address, []string{address}
	}
	if !fresh {
		if e, ok := c.load(kindMetadata, key); ok {
			// What the fresh document had no fault in, a cached one has not either.
			if m, err := parse(e.Body, issuer, e.Source); err == nil && maps.Equal(m.Rejected, e.Rejected) {
				return m, nil
			}
		}
	}
	notFound := &NotFoundError{Issuer: issuer}
	for _, place := range tried {
		m, err := c.metadataAt(ctx, issuer, place)
		if err == nil {
			c.save(kindMetadata, entry{URL: key, Source: place, Body: m.Raw, Rejected: m.Rejected})
			return m, nil
		}
		if !absent(err) {
			return Metadata{}, failure(ctx, op, place, err)
		}
		notFound.Tried = append(notFound.Tried, Attempt{URL: place, Answer: err.Error()})
	}
	return Metadata{}, fmt.Errorf("%s: %w", op, notFound)
}

func (c Client) metadataAt(ctx context.Context, issuer, place string) (Metadata, error) {
	body, err := c.get(ctx, place)
	if err != nil {
		return Metadata{}, err
	}
	m, err := parse(body, issuer, place)
	if e, ok := errors.AsType[*IssuerMismatchError](err); ok && c.NamedByAPI && strings.TrimSuffix(e.Got, "/") == strings.TrimSuffix(issuer, "/") {
		return parse(body, e.Got, place)
	}
	return m, err
}

// JWKS returns the JWK Set at uri, from the cache if it is there and fresh is false. It checks only the outer form: the
// verifier chooses the key. An error is a *url.Error or an *untrusted.Error.
func (c Client) JWKS(ctx context.Context, uri string, fresh bool) ([]byte, error) {
	const op = "read JWK Set"
	if err := checkURL(uri); err != nil {
		return nil, fmt.Errorf("%s: jwks_uri %s %w", op, quoteURL(uri), err)
	}
	if !fresh {
		if e, ok := c.load(kindJWKS, uri); ok && checkJWKS(e.Body) == nil {
			return e.Body, nil
		}
	}
	body, err := c.get(ctx, uri)
	if err == nil {
		err = checkJWKS(body)
	}
	if err != nil {
		return nil, failure(ctx, op, uri, err)
	}
	c.save(kindJWKS, entry{URL: uri, Source: uri, Body: body})
	return body, nil
}

// checkJWKS: "The value of the "keys" parameter is an array of JWK values." RFC 7517 §5.1, which says that it MUST be
// present.
func checkJWKS(body []byte) error {
	members, err := object(body)
	if err != nil {
		return err
	}
	var keys []json.RawMessage
	if err := json.Unmarshal(members["keys"], &keys); err != nil || keys == nil {
		return errors.New("with JSON that has no array of keys")
	}
	return nil
}

// absent reports whether err means that there is no document at this place.
func absent(err error) bool {
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.code < http.StatusInternalServerError && status.code != http.StatusTooManyRequests
	}
	return errors.Is(err, errHTML) || errors.Is(err, errNotJSON) || errors.Is(err, errNoIssuer)
}

// failure returns the error to show for address: about its answer, or the lack of one.
func failure(ctx context.Context, op, address string, err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", op, untrusted.Network(ctx, err))
	}
	if _, ok := errors.AsType[*IssuerMismatchError](err); ok {
		return &untrusted.Error{Op: op, Err: err} // it contains the address
	}
	return &untrusted.Error{Op: op, Err: fmt.Errorf("%s answered %w", untrusted.Text(address), err)}
}
