package curl

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainForm is plain as a regular expression.
var plainForm = regexp.MustCompile(`^(?:([A-Za-z][A-Za-z0-9+.-]*)://)?((?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)([/?#][^\x00-\x20\x7f]*)?$`)

// FuzzPlain looks for a URL for which plain and plainForm differ.
func FuzzPlain(f *testing.F) {
	for _, text := range []string{
		"https://api.example.com/orders?id=[1-3]#x", "HTTPS://a:8443", "a:1/b", "http://[::1]:8080/{a,b}", "1a://b", "a+b.c-d://e", "+a://b", "://a", "a://",
		"https://u@a/", `https://a\@b/`, "https://a./", "https://.a/", "https://a:123456/", "https://a:/", "[::1]x", "[::1", "[]", "[g]", "https:///a", "a?u=http://b",
		"a/://", "https://a/\x7f", "https://a/ ", "https://a/\xff", "https://é/", "", "_a", "a_b", "-", "a-", "a..b:00000",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want address
		m := plainForm.FindStringSubmatch(text)
		if m != nil {
			want = address{m[1], m[2], m[3]}
		}
		got, ok := plain(text)
		if !ok {
			got = address{}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(address{})); ok != (m != nil) || diff != "" {
			t.Errorf("%q: %v, and its form says %v\n%s", text, ok, m != nil, diff)
		}
	})
}
