package discovery

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"
)

// kind keeps a document from being read back as one of another kind, whatever its URL.
type kind string

const (
	kindMetadata kind = "metadata" // under its issuer
	kindJWKS     kind = "jwks"     // under its URL
)

// entry is a cached document. Nothing in it is secret. It is believed no more than a fresh answer: its owner may have
// edited it, and an older version of the program may have written it.
type entry struct {
	URL       string          `json:"url"`    // what it is kept under, so that the file name need not be believed
	Source    string          `json:"source"` // where it was found
	FetchedAt time.Time       `json:"fetched_at"`
	Body      json.RawMessage `json:"body"`
}

// load returns the document kept under url. One that is missing, unreadable, too old or from the future is not there:
// the cache saves a request and is never a reason to fail.
func (c Client) load(k kind, url string) (entry, bool) {
	if c.CacheDir == "" {
		return entry{}, false
	}
	f, err := os.Open(c.file(k, url))
	if err != nil {
		return entry{}, false
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, 2*maxBody))
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

// save keeps e under its URL. That it cannot is no failure of the command that wanted the document.
func (c Client) save(k kind, e entry) {
	if c.CacheDir == "" {
		return
	}
	e.FetchedAt = c.now().UTC()
	if data, err := json.Marshal(e); err == nil {
		_ = writeFile(c.file(k, e.URL), data)
	}
}

// writeFile replaces the file at path in one step, so that a reader never sees half of it. It is not synced: what a
// crash leaves behind is at worst no cache.
func writeFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// file is the place of the document kept under url. The hash makes any URL a file name, and tells others who list the
// directory little.
func (c Client) file(k kind, url string) string {
	sum := sha256.Sum256([]byte(url))
	return filepath.Join(c.CacheDir, string(k)+"-"+hex.EncodeToString(sum[:])+".json")
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
