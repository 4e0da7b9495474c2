package discovery

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
)

// kind keeps a document from being read as one of another kind.
type kind string

const (
	kindMetadata kind = "metadata" // keyed by issuer
	kindJWKS     kind = "jwks"     // keyed by URL
)

// entry is a cached document. Nothing in it is secret. It is checked like a fresh answer, since another version of the
// program may have written it. But tokens are sent to the addresses in it, and no check of the text tells who wrote it:
// so it is read only from files that no other user can write; see openOwn.
type entry struct {
	URL       string          `json:"url"`    // the key; the file name is a hash of it
	Source    string          `json:"source"` // where it came from
	FetchedAt time.Time       `json:"fetched_at"`
	Body      json.RawMessage `json:"body"`
	// Rejected is that of the metadata. A document that has other faults when it is read again was changed.
	Rejected map[string]string `json:"rejected,omitempty"`
}

// load returns the document cached under url. A document that is missing, unreadable, too old or from the future is
// reported as absent: the cache saves a request and never causes a failure.
func (c Client) load(k kind, url string) (entry, bool) {
	if c.CacheDir == "" {
		return entry{}, false
	}
	dir, err := openOwnDir(c.CacheDir)
	if err != nil {
		return entry{}, false
	}
	defer func() { _ = dir.Close() }()
	f, err := openOwn(dir, file(k, url))
	if err != nil {
		return entry{}, false
	}
	defer func() { _ = f.Close() }()
	data, err := bounded.Read(f, 2*maxBody)
	if err != nil {
		return entry{}, false
	}
	var e entry
	if json.Unmarshal(data, &e) != nil || e.URL != url {
		return entry{}, false
	}
	age := c.now().Sub(e.FetchedAt)
	return e, 0 <= age && age <= c.maxAge()
}

// save caches e. It ignores errors: the caller has the document.
func (c Client) save(k kind, e entry) {
	if c.CacheDir == "" {
		return
	}
	e.FetchedAt = c.now().UTC()
	if data, err := json.Marshal(e); err == nil {
		_ = writeFile(c.CacheDir, file(k, e.URL), data)
	}
}

// writeFile replaces a file of the directory atomically. It does not sync: a crash can lose no more than the cache.
func writeFile(path, name string, data []byte) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	dir, err := openOwnDir(path)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	fresh := ".new-" + rand.Text()
	f, err := dir.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = dir.Rename(fresh, name)
	}
	if err != nil {
		_ = dir.Remove(fresh)
	}
	return err
}

// file returns the file name for url. The hash makes any URL a valid name, and reveals little to other users.
func file(k kind, url string) string {
	sum := sha256.Sum256([]byte(url))
	return string(k) + "-" + hex.EncodeToString(sum[:]) + ".json"
}

func (c Client) maxAge() time.Duration {
	if c.MaxAge == 0 {
		return DefaultMaxAge
	}
	return c.MaxAge
}

func (c Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
