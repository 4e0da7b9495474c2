package curl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func command(t *testing.T, args ...string) Command {
	t.Helper()
	c, err := Parse(args)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTargetsAreTheHostsThatCurlTalksTo(t *testing.T) {
	for line, want := range map[string]string{
		"https://api.example.com/orders?id=[1-3]":       "https://api.example.com",
		"https://api.example.com/orders?id=1#x":         "https://api.example.com/orders?id=1",
		"https://api.example.com/a/../b":                "https://api.example.com",
		"https://api.example.com/a/%2e%2E/b":            "https://api.example.com",
		"--request-target /b https://api.example.com/a": "https://api.example.com",
		"HTTPS://API.example.com:8443":                  "https://API.example.com:8443",
		"api.example.com/x":                             "http://api.example.com/x",
		"--proto-default https api.example.com":         "https://api.example.com",
		"http://[::1]:8080/{a,b}":                       "http://[::1]:8080",
		"--url https://a.example https://b.example?x#y": "https://a.example https://b.example?x",
		"ftp://files.example.com/x":                     "ftp://files.example.com/x",
		"-V":                                            "",
	} {
		targets, err := command(t, strings.Fields(line)...).Targets()
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		var got []string
		for _, u := range targets {
			got = append(got, u.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestAmbiguousHostIsAnError(t *testing.T) {
	for _, u := range []string{
		"https://api.example.com@evil.example/", "https://evil.example#@api.example.com/", `https://api.example.com\@evil.example/`,
		"https://api.example.com{,.evil.example}/", "https://{api,evil}.example.com/", "https://[a-f].example.com/", "https://[a-f]/",
		"https:///api.example.com/", "https:/api.example.com/", "https:api.example.com", "//api.example.com/", "https://api.example.com%2eevil.example/",
		"https://api.example.com\t.evil.example/", " https://api.example.com/", "https://api.example.com/ x", "https://", "", "@urls.txt",
		"https://api.example.com./", "https://[::1%25eth0]/", "https://[1.2.3.4]/", "https://api.example.com:443x/", "https://api.éxample.com/",
	} {
		if targets, err := command(t, "--", u).Targets(); err == nil && u != "https://evil.example#@api.example.com/" {
			t.Errorf("%q: %v", u, targets)
		} else if err == nil && targets[0].Host != "evil.example" {
			t.Errorf("%q: %v", u, targets)
		}
	}
}

func TestMethodIsCurls(t *testing.T) {
	for line, want := range map[string]string{
		"u": "GET", "-I u": "HEAD", "-d x u": "POST", "-G -d x u": "GET", "--json {} u": "POST", "-F a=b u": "POST",
		"-T f u": "PUT", "-X PATCH -d x u": "PATCH", "-X A -X B u": "B",
	} {
		if got := command(t, strings.Fields(line)...).Method(); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}

func TestCredentialsOfTheUsersOwnAreFound(t *testing.T) {
	for line, want := range map[string]bool{
		"-H Authorization:x": true, "-HAUTHORIZATION:x": true, "--header authorization;": true, "-u a:b": true, "-n": true, "--oauth2-bearer x": true,
		"-H Accept:x": false, "-H X-Authorization:x": false, "-d Authorization:x": false, "--no-netrc": false,
	} {
		if got := command(t, strings.Fields(line)...).credentials() != ""; got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestRepeatable(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"f", "g", "-"} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	absolute, err := filepath.Abs("f")
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]bool{
		"u": true, "-d x u": true, "-d @f u": true, "--json @f u": true, "-T f u": true, "-F a=@f;type=x -F b=c u": true, "-F a=@f,g u": true,
		"-F a=<f u": true, "-b a=b u": true, "-o out u": true, "--data-urlencode a=@- u": true, "--data-raw @- u": true, "-g u[1] ": true,
		"http://[::1]/x": true, "-d @" + absolute + " u": true, "-L -i -v u": true,
		"": false, "u v": false, "u[1-2]": false, "u{a,b}": false, "-d @- u": false, "--json @- u": false, "-T - u": false, "-T . u": false,
		"-F a=@- u": false, "-F a=<- u": false, "-F a=@f,- u": false, "--data-urlencode @- u": false, "--data-urlencode a@- u": false, "-H @- u": false,
		"-d @missing u": false, "-d @/dev/stdin u": false, "-d @/dev/fd/0 u": false, "-D h u": false, "-C - u": false, "-OJ u": false,
		"--no-clobber -o f u": false, "--skip-existing -o f u": false, "--http0.9 u": false, "-b - u": false, "-F a=@\"f\" u": false,
	} {
		if got := command(t, strings.Fields(line)...).Repeatable(); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestTargetIsTheURLToTheLetter(t *testing.T) {
	for line, want := range map[string]string{
		"https://api.example.com":               "https://api.example.com",
		"HTTPS://a.example:8443/x/y?q=1#f":      "https://a.example:8443/x/y?q=1",
		"-G -d a=b https://a.example/x%2Fy":     "https://a.example/x%2Fy",
		"https://a.example?q":                   "https://a.example?q",
		"-L http://127.0.0.1:80/orders;v=1/..a": "http://127.0.0.1:80/orders;v=1/..a",
	} {
		u, err := command(t, strings.Fields(line)...).target()
		if err != nil || u.String() != want {
			t.Errorf("%s: %v %v", line, u, err)
		}
	}
	for _, line := range []string{
		"", "https://a.example https://a.example", "https://a.example/[1-2]", "https://a.example/a/../b", "https://a.example/a/%2e%2E",
		"https://a.example/.", "-g https://a.example/{x}", "https://a.example/%zz", "--request-target /x https://a.example/", "https://u@a.example/",
		"https://a.example/é",
	} {
		if u, err := command(t, strings.Fields(line)...).target(); err == nil {
			t.Errorf("%s: %v", line, u)
		}
	}
}
