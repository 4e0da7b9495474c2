package credential

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

var set = token.Set{AccessToken: token.NewSecret("canary-t"), TokenType: "bearer", Expiry: time.Unix(1800000000, 0)}

const (
	password = "username=oauth2\npassword=canary-t\npassword_expiry_utc=1800000000\n"
	bearer   = "capability[]=authtype\nauthtype=Bearer\ncredential=canary-t\nephemeral=1\npassword_expiry_utc=1800000000\n"
)

func TestGitGetsTheFormThatItAccepts(t *testing.T) {
	for name, c := range map[string]struct{ asked, want string }{
		"old git":                  {"", password},
		"new git":                  {"capability[]=authtype\ncapability[]=state\n", bearer},
		"new git, Bearer wanted":   {"capability[]=authtype\nwwwauth[]=Basic realm=x\nwwwauth[]=bearer realm=x\n", bearer},
		"new git, in one field":    {"capability[]=authtype\nwwwauth[]=Basic realm=\"x, y\", Bearer realm=x\n", bearer},
		"new git, in a realm":      {"capability[]=authtype\nwwwauth[]=Basic realm=\"x, Bearer y\"\n", password},
		"new git, unreadable":      {"capability[]=authtype\nwwwauth[]=Bearer realm=\"x\n", bearer},
		"new git, Basic wanted":    {"capability[]=authtype\nwwwauth[]=Basic realm=x\n", password},
		"the list begins anew":     {"capability[]=authtype\ncapability[]=\n", password},
		"after the blank line":     {"\ncapability[]=authtype\n", password},
		"a user is named":          {"username=ada\n", strings.Replace(password, "oauth2", "ada", 1)},
		"attributes of the future": {"quantum[]=1\nx=\n", password},
	} {
		q, err := ParseGit(t.Context(), strings.NewReader("protocol=https\nhost=git.example.com:8443\n"+c.asked))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, q.Answer("oauth2", set)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if u, err := q.URL(); err != nil || u.String() != "https://git.example.com:8443" {
			t.Errorf("%s: %v %v", name, u, err)
		}
	}
}

func TestBooleansAreGits(t *testing.T) {
	for text, want := range map[string]bool{
		"true": true, "YES": true, "on": true, "1": true, "-1": true, "0x10": true, "2k": true, "1M": true,
		"false": false, "No": false, "off": false, "": false, "0": false, "0k": false,
	} {
		if got, err := GitBool(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"maybe", "k", "1 2", "truee"} {
		if _, err := GitBool(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestGitGetsNoUnknownExpiry(t *testing.T) {
	forever := set
	forever.Expiry = time.Time{}
	if got := (GitRequest{}).Answer("u", forever); strings.Contains(got, "expiry") {
		t.Error(got)
	}
}

func TestGitRequestHasTheRefusedToken(t *testing.T) {
	for _, text := range []string{"username=u\npassword=canary-t\n", "authtype=Bearer\ncredential=canary-t\n"} {
		q, err := ParseGit(t.Context(), strings.NewReader(text))
		if err != nil || !q.Refused.Equal(token.NewSecret("canary-t")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAmbiguousGitRequestIsRefused(t *testing.T) {
	for _, text := range []string{
		"host=a\rhost=b\n", "host=a\r\n", "host=a\x00b\n", "no attribute\n", "host=" + strings.Repeat("a", maxGitLine) + "\n",
		strings.Repeat("a=b\n", maxRequest/4+1), "password=canary-t\r\n",
	} {
		_, err := ParseGit(t.Context(), strings.NewReader(text))
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	for _, host := range []string{"", "a/b", "a@b", "a b", "a?b", "a#b", ":443", "a:b"} {
		q, err := ParseGit(t.Context(), strings.NewReader("protocol=https\nhost="+host+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if u, err := q.URL(); err == nil {
			t.Errorf("host %q: %v", host, u)
		}
	}
}

func FuzzGitRequest(f *testing.F) {
	f.Add([]byte("protocol=https\nhost=h\ncapability[]=authtype\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		q, err := ParseGit(t.Context(), strings.NewReader(string(data)))
		if err != nil {
			return
		}
		if answer := q.Answer("u", set); strings.ContainsAny(answer, "\r\x00") || strings.Count(answer, "\n") > 5 {
			t.Errorf("%q is answered by %q", data, answer)
		}
	})
}
