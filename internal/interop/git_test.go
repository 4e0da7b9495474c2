//go:build interop && linux

package interop

import (
	"net/http/cgi"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// startGit serves a bare repository over smart HTTP, to clients with a token.
func startGit(t *testing.T, w *world, challenge string) *resource {
	t.Helper()
	need(t, "git")
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := filepath.Join(strings.TrimSpace(string(path)), "git-http-backend")
	need(t, backend)
	root := w.path("repositories")
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", filepath.Join(root, "project.git")},
		{"-C", filepath.Join(root, "project.git"), "config", "http.receivepack", "true"},
	} {
		if got := w.run(t, exec.Command("git", args...)); got.status != 0 {
			t.Fatalf("git %q: %v", args, got)
		}
	}
	return startResource(t, challenge, false, &cgi.Handler{
		Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + w.home},
	})
}

func (w *world) git(t *testing.T, args ...string) outcome {
	t.Helper()
	return w.run(t, exec.Command("git", args...))
}

func TestGitClonesPushesAndFetchesWithTheToken(t *testing.T) {
	t.Parallel()
	r := newUser(t)
	s := startGit(t, r.world, `Basic realm="git"`)
	for name, value := range map[string]string{
		"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		r.env[name] = value
	}
	if set := r.oauthget(t, "profile", "set", "op", "--api-hosts", strings.TrimPrefix(s.URL, "http://")); set.status != 0 {
		t.Fatalf("profile set: %v", set)
	}
	r.do(t, "config", "--global", "credential."+s.URL+".helper", "!"+product(t)+" credential git op")
	r.do(t, "clone", "--quiet", s.URL+"/project.git", "one")
	r.do(t, "-C", "one", "commit", "--quiet", "--allow-empty", "-m", "first")
	r.do(t, "-C", "one", "push", "--quiet", "origin", "HEAD")
	r.do(t, "clone", "--quiet", s.URL+"/project.git", "two")
	if log := r.do(t, "-C", "two", "log", "--format=%s").stdout; log != "first\n" {
		t.Errorf("cloned: %q", log)
	}
	if n := r.gate.count(); n != 0 {
		t.Errorf("%d refreshes", n)
	}

	// git erases the token that the server refuses, and fails. The next command gets another one.
	stale := r.ask(t).token(t)
	s.refuse(stale)
	if failed := r.git(t, "-C", "two", "fetch", "--quiet"); failed.status == 0 {
		t.Error("the server takes a token that it refuses")
	}
	r.do(t, "-C", "two", "fetch", "--quiet")
	if now := r.ask(t).token(t); now == stale || r.gate.count() != 1 {
		t.Errorf("the token was not refreshed: %d refreshes", r.gate.count())
	}

	// A user in the URL is the account whose token it is to be; git asks for it by name.
	if in := r.oauthget(t, "login", "op", "--account", "ada"); in.status != 0 {
		t.Fatalf("login: %v", in)
	}
	r.page(t)
	adas := r.oauthget(t, "token", "op", "--account", "ada", "--no-input").token(t)
	for user, want := range map[string]string{"ada@": adas, "": r.ask(t).token(t)} {
		s.tokens()
		r.do(t, "ls-remote", "--quiet", strings.Replace(s.URL, "http://", "http://"+user, 1)+"/project.git")
		if seen := s.tokens(); len(seen) == 0 || seen[len(seen)-1] != want {
			t.Errorf("for %q git sent another token", user)
		}
	}
	if found := r.run(t, exec.Command("grep", "-rl", canary, r.home, r.path("repositories"))); found.status != 1 {
		t.Errorf("a token stands in clear in %s", found.stdout)
	}
}

// do runs git, which must succeed without output of oauthget.
func (r *rig) do(t *testing.T, args ...string) outcome {
	t.Helper()
	got := r.git(t, args...)
	if got.status != 0 || strings.Contains(got.stderr, "oauthget") {
		t.Fatalf("git %q: %v", args, got)
	}
	return got
}
