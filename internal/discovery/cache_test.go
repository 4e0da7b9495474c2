package discovery

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// cached returns a server with metadata and keys, a client whose cache holds both, and the client's clock.
func cached(t *testing.T) (*server, Client, *time.Time) {
	s := newServer(t)
	s.publish(openIDConfiguration, s.URL, `,"jwks_uri":"`+s.URL+`/jwks"`)
	s.answers["/jwks"] = body("application/json", `{"keys":[]}`)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := s.client()
	c.CacheDir = filepath.Join(t.TempDir(), "cache", "oauthget")
	c.Now = func() time.Time { return now }
	fetchBoth(t, s, c)
	if len(s.questions()) != 2 {
		t.Fatalf("asked %v", s.questions())
	}
	return s, c, &now
}

func fetchBoth(t *testing.T, s *server, c Client) {
	t.Helper()
	m, err := c.Fetch(t.Context(), s.URL, false)
	if err != nil || m.TokenEndpoint != s.URL+"/token" || m.Source != s.URL+openIDConfiguration || len(m.Raw) == 0 {
		t.Fatalf("metadata %+v, error %v", m, err)
	}
	if keys, err := c.JWKS(t.Context(), s.URL+"/jwks", false); err != nil || string(keys) != `{"keys":[]}` {
		t.Fatalf("keys %s, error %v", keys, err)
	}
}

func TestCacheSparesRequests(t *testing.T) {
	s, c, now := cached(t)
	*now = now.Add(DefaultMaxAge)
	s.Close() // a request would fail now
	fetchBoth(t, s, c)
}

func TestCacheGrowsOld(t *testing.T) {
	s, c, now := cached(t)
	*now = now.Add(DefaultMaxAge + 1)
	fetchBoth(t, s, c)
	if len(s.questions()) != 4 {
		t.Errorf("asked %v", s.questions())
	}
	*now = now.Add(-time.Hour) // the clock was set back: the entry is from the future
	fetchBoth(t, s, c)
	if len(s.questions()) != 6 {
		t.Errorf("asked %v", s.questions())
	}
	c.MaxAge = time.Minute
	*now = now.Add(2 * time.Minute)
	fetchBoth(t, s, c)
	if len(s.questions()) != 8 {
		t.Errorf("asked %v", s.questions())
	}
}

func TestFreshAsksTheServerAndRenewsTheCache(t *testing.T) {
	s, c, _ := cached(t)
	s.answers["/jwks"] = body("application/json", `{"keys":[{}]}`)
	for _, fresh := range []bool{true, false} {
		if keys, err := c.JWKS(t.Context(), s.URL+"/jwks", fresh); err != nil || string(keys) != `{"keys":[{}]}` {
			t.Errorf("fresh %v: keys %s, error %v", fresh, keys, err)
		}
	}
	if _, err := c.Fetch(t.Context(), s.URL, true); err != nil {
		t.Error(err)
	}
	if len(s.questions()) != 4 {
		t.Errorf("asked %v", s.questions())
	}
}

func TestTamperedCacheIsNoCache(t *testing.T) {
	for name, tamper := range map[string]func(e *entry, s *server) []byte{
		"empty":        func(*entry, *server) []byte { return []byte{} },
		"not JSON":     func(*entry, *server) []byte { return []byte("{") },
		"no body":      func(e *entry, _ *server) []byte { e.Body = nil; return nil },
		"body of null": func(e *entry, _ *server) []byte { e.Body = json.RawMessage("null"); return nil },
		"another URL":  func(e *entry, _ *server) []byte { e.URL += "/"; return nil },
		"another issuer": func(e *entry, _ *server) []byte {
			e.Body = json.RawMessage(`{"issuer":"https://evil.example"}`)
			return nil
		},
		"bad endpoint": func(e *entry, s *server) []byte {
			e.Body = json.RawMessage(`{"issuer":"` + s.URL + `","token_endpoint":"http://evil.example/"}`)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := cached(t)
			for _, path := range files(t, c.CacheDir) {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				var e entry
				if err := json.Unmarshal(data, &e); err != nil {
					t.Fatal(err)
				}
				if data = tamper(&e, s); data == nil {
					data, _ = json.Marshal(e)
				}
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			fetchBoth(t, s, c)
			if len(s.questions()) != 4 {
				t.Errorf("asked %v: the tampered cache was used", s.questions())
			}
			s.Close()
			fetchBoth(t, s, c) // it was replaced
		})
	}
}

func TestUnusableCacheDirectoryIsNoFailure(t *testing.T) {
	s, c, _ := cached(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.CacheDir = file
	fetchBoth(t, s, c)
	c.CacheDir = ""
	fetchBoth(t, s, c)
	if entries, err := os.ReadDir("."); err != nil || strings.Contains(names(entries), "metadata-") {
		t.Errorf("without a directory, wrote to the current one: %s, %v", names(entries), err)
	}
}

func TestCacheIsForItsOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	_, c, _ := cached(t)
	if info, err := os.Stat(c.CacheDir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory %v, %v", info.Mode(), err)
	}
	list := files(t, c.CacheDir)
	if len(list) != 2 {
		t.Errorf("files %v", list)
	}
	for _, path := range list {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("file %v, %v", info.Mode(), err)
		}
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	paths := make([]string, len(entries))
	for i, e := range entries {
		paths[i] = filepath.Join(dir, e.Name())
	}
	return paths
}

func names(entries []os.DirEntry) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(e.Name() + " ")
	}
	return b.String()
}
