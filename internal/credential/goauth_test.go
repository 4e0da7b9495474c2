package credential

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

func TestOnlyA401RefusesTheToken(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for head, want := range map[string]time.Time{
		"HTTP/1.1 404 Not Found\n\n":                                         {},
		"HTTP/2.0 403 Forbidden\n\n":                                         {},
		"HTTP/1.1 401 Unauthorized\n\n":                                      now,
		"HTTP/1.1 401 Unauthorized\r\n\r\n":                                  now,
		"HTTP/2.0 401 Unauthorized\nDate: Fri, 02 Jan 2026 11:59:50 GMT\n\n": now.Add(-10 * time.Second),
		"HTTP/2.0 401 Unauthorized\nDate: Fri, 02 Jan 2026 11:00:00 GMT\n\n": now, // its clock is off
		"HTTP/2.0 401 Unauthorized\nDate: yesterday\n\n":                     now,
	} {
		q, err := askGo(t.Context(), Input{Appended: "https://h.example:8443/m/@v/list", Stdin: strings.NewReader(head), Now: now})
		if err != nil || !q.RefusedAt.Equal(want) || (q.Wish == Token) == want.IsZero() {
			t.Errorf("%q: %v, %+v", head, err, q)
		}
		if q.Wish == Token && q.Server.String() != "https://h.example:8443" {
			t.Errorf("%q: for %v", head, q.Server)
		}
	}
}

// parseAnswer reads an answer as go does: URLs, a blank line, headers, a blank line.
func parseAnswer(t *testing.T, text string) (urls []string, header http.Header) {
	t.Helper()
	list, rest, ok := strings.Cut(text, "\n\n")
	fields, rest, ended := strings.Cut(rest, "\n\n")
	if !ok || !ended || rest != "" {
		t.Fatalf("not an answer: %q", text)
	}
	header = http.Header{}
	for line := range strings.SplitSeq(fields, "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("not a header: %q", line)
		}
		header.Add(name, value)
	}
	return strings.Split(list, "\n"), header
}

func TestGoReadsTheAnswer(t *testing.T) {
	for user, want := range map[string]string{"": "Bearer canary-t", "ci": "Basic Y2k6Y2FuYXJ5LXQ="} {
		urls, header := parseAnswer(t, goAnswer([]string{"a.example", "b.example:8443"}, user, token.Set{AccessToken: token.NewSecret("canary-t")}))
		if strings.Join(urls, " ") != "https://a.example https://b.example:8443" || header.Get("Authorization") != want {
			t.Errorf("%v %v", urls, header)
		}
	}
	if text := goAnswer(nil, "", token.Set{AccessToken: token.NewSecret("canary-t")}); text != "" {
		t.Errorf("an answer for no host: %q", text)
	}
}

func FuzzGoRequest(f *testing.F) {
	f.Add("https://h.example/m", []byte("HTTP/1.1 401 Unauthorized\n\n"))
	f.Fuzz(func(t *testing.T, url string, head []byte) {
		q, err := askGo(t.Context(), Input{Appended: url, Stdin: strings.NewReader(string(head)), Now: time.Unix(1800000000, 0)})
		if err != nil || q.Wish != Token || url == "" {
			return
		}
		text, err := q.Render(token.Set{AccessToken: token.NewSecret("canary-t")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if urls, header := parseAnswer(t, text); len(urls) != 1 || len(header) != 1 {
			t.Errorf("%q is answered by %q", url, text)
		}
	})
}
