package browser

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	authorizeURL = "https://as.example/authorize?client_id=cli&state=canary-state&scope=a+b&x=$(id);y"
	openedURL    = "https://as.example/authorize?client_id=cli&state=canary-state&scope=a+b&x=%24%28id%29%3By"
)

// environment returns a Getenv for variables given as NAME=VALUE.
func environment(variables ...string) func(string) string {
	return func(name string) string {
		for _, v := range variables {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestOnlyPlainWebAddressesAreOpened(t *testing.T) {
	for _, u := range []string{
		"", "-x", "--help", "as.example/authorize", "//as.example/", "/etc/passwd", "file:///etc/passwd", "javascript:alert(1)",
		"mailto:x@example.com", "ms-msdt:/id", "HTTPS:as.example", "https:///authorize", "https://:443/", "https://user@as.example/",
		"https://as.example/\x00", "https://as.example/\n-x", "https://as.example/?a b", `https://as.example/?"x`, `https://as.example\x`,
		"https://as.example/?`id`", "https://as.example/?<x>", "https://as.example/?a|b", "https://as.example/?a^b", "https://as.example/?\u202e",
		"https://as.example/%zz", "https://[::1",
	} {
		opener := Opener{Command: "/command/that/is/not/there", Getenv: environment()}
		err := opener.Open(t.Context(), u)
		if _, started := errors.AsType[*Error](err); err == nil || started {
			t.Errorf("Open(%q): %v", u, err)
		}
		if u != "" && err != nil && len(u) > 12 && strings.Contains(err.Error(), u) {
			t.Errorf("the error repeats the URL: %v", err)
		}
	}
}

func TestSafeURLHasNoShellCharacters(t *testing.T) {
	for u, want := range map[string]string{
		authorizeURL:                                   openedURL,
		"http://localhost:8080/a":                      "http://localhost:8080/a",
		"https://as.example":                           "https://as.example",
		"HTTP://[::1]:80/?a='b'":                       "HTTP://[::1]:80/?a=%27b%27",
		"https://as.example/$(id)&x":                   "https://as.example/%24%28id%29%26x",
		"https://as.example/a;b,c!*?d=(e)&f=[g]#h&i$j": "https://as.example/a%3Bb%2Cc%21%2A?d=%28e%29&f=%5Bg%5D#h%26i%24j",
		"https://as.example/a#?b&c":                    "https://as.example/a#?b%26c",
		"https://as.example/%24?x=%PATH%&y=%2":         "https://as.example/%24?x=%25PATH%25&y=%252",
	} {
		got, err := Safe(u)
		if err != nil || got != want {
			t.Errorf("Safe(%q) = %q, %v; want %q", u, got, err, want)
		}
		if again, err := Safe(got); err != nil || again != got {
			t.Errorf("a second time %q became %q, %v", got, again, err)
		}
	}
	for _, u := range []string{"https://$(id).example/", "https://as.example;id/", "https://a,b/", "https://a'b'/", "https://a!b"} {
		if got, err := Safe(u); err == nil {
			t.Errorf("Safe(%q) = %q", u, got)
		}
	}
}

func TestGraceEndsTheWaitForABrowserInTheForeground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, closed := time.Now(), make(chan struct{})
		err := Opener{}.withGrace(t.Context(), func() error { <-closed; return errors.New("closed hours later") })
		if took := time.Since(start); err != nil || took != 3*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
		close(closed)
	})
}

func TestGraceEndsWithTheContextsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause, closed := errors.New("interrupted"), make(chan struct{})
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		if err := (Opener{}).withGrace(ctx, func() error { <-closed; return nil }); !errors.Is(err, cause) {
			t.Error(err)
		}
		close(closed)
	})
}

func TestObstacleFollowsFromTheEnvironment(t *testing.T) {
	const ssh = "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"
	for name, c := range map[string]struct {
		goos  string
		env   []string
		files []string
		want  Obstacle
	}{
		"desktop":               {"linux", []string{"DISPLAY=:0"}, nil, ""},
		"Wayland":               {"linux", []string{"WAYLAND_DISPLAY=wayland-0"}, nil, ""},
		"server room":           {"linux", nil, nil, NoDisplay},
		"BSD":                   {"freebsd", nil, nil, NoDisplay},
		"macOS":                 {"darwin", nil, nil, ""},
		"Windows":               {"windows", nil, nil, ""},
		"WSL":                   {"linux", []string{"WSL_DISTRO_NAME=Debian"}, nil, ""},
		"SSH":                   {"linux", []string{ssh}, nil, RemoteSession},
		"SSH by its terminal":   {"linux", []string{"SSH_TTY=/dev/pts/1"}, nil, RemoteSession},
		"SSH, display":          {"linux", []string{ssh, "DISPLAY=localhost:10.0"}, nil, ""},
		"SSH to macOS":          {"darwin", []string{ssh, "DISPLAY=/private/tmp/x:0"}, nil, RemoteSession},
		"SSH to Windows":        {"windows", []string{ssh}, nil, RemoteSession},
		"SSH into WSL":          {"linux", []string{ssh, "WSL_DISTRO_NAME=Debian"}, nil, RemoteSession},
		"Docker":                {"linux", nil, []string{"/.dockerenv"}, Container},
		"Podman":                {"linux", nil, []string{"/run/.containerenv"}, Container},
		"nspawn":                {"linux", []string{"container=systemd-nspawn"}, nil, Container},
		"Kubernetes":            {"linux", []string{"KUBERNETES_SERVICE_HOST=10.0.0.1"}, nil, Container},
		"toolbox, display":      {"linux", []string{"container=oci", "DISPLAY=:0"}, nil, ""},
		"Codespaces":            {"linux", []string{"CODESPACES=true"}, []string{"/.dockerenv"}, RemoteContainer},
		"Codespaces, VS Code":   {"linux", []string{"CODESPACES=true", "BROWSER=/vscode/browser.sh"}, nil, ""},
		"SSH, $BROWSER":         {"linux", []string{ssh, "BROWSER=opener"}, nil, ""},
		"SSH, $BROWSER of none": {"linux", []string{ssh, "BROWSER= "}, nil, RemoteSession},
	} {
		opener := Opener{Getenv: environment(c.env...), goos: c.goos, stat: func(path string) (fs.FileInfo, error) {
			for _, f := range c.files {
				if f == path {
					return nil, nil
				}
			}
			return nil, os.ErrNotExist
		}}
		if got := opener.Obstacle(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		opener.Command = "firefox"
		if got := opener.Obstacle(); got != "" {
			t.Errorf("%s: %q although the profile names a command", name, got)
		}
	}
}

func TestSSHTunnelCanBePasted(t *testing.T) {
	for name, c := range map[string]struct {
		env     []string
		address string
		want    string
	}{
		"usual":          {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22", "USER=ada"}, "127.0.0.1:8400", "ssh -N -L 8400:127.0.0.1:8400 ada@192.0.2.2"},
		"other port":     {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 2222", "USER=ada"}, "localhost:8400", "ssh -N -L 8400:localhost:8400 -p 2222 ada@192.0.2.2"},
		"IPv6":           {[]string{"SSH_CONNECTION=2001:db8::1 50000 2001:db8::2 22", "LOGNAME=ada"}, "[::1]:8400", `ssh -N -L "8400:[::1]:8400" ada@2001:db8::2`},
		"odd user":       {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22", `USER=CORP\ada`}, "127.0.0.1:1", "ssh -N -L 1:127.0.0.1:1 192.0.2.2"},
		"user an option": {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22", "USER=-oProxyCommand"}, "127.0.0.1:1", "ssh -N -L 1:127.0.0.1:1 192.0.2.2"},
		"no SSH":         {nil, "127.0.0.1:8400", ""},
		"not addresses":  {[]string{"SSH_CONNECTION=a b $(id) 22"}, "127.0.0.1:8400", ""},
		"not a port":     {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22;id"}, "127.0.0.1:8400", ""},
		"too short":      {[]string{"SSH_CONNECTION=192.0.2.1 50000"}, "127.0.0.1:8400", ""},
		"no local port":  {[]string{"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"}, "127.0.0.1", ""},
	} {
		if got := SSHTunnel(environment(c.env...), c.address); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
	anonymous := SSHTunnel(environment("SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"), "127.0.0.1:8400")
	if !strings.HasPrefix(anonymous, "ssh -N -L 8400:127.0.0.1:8400 ") || !strings.HasSuffix(anonymous, "192.0.2.2") {
		t.Errorf("without $USER: %s", anonymous)
	}
}
