//go:build interop && linux

package interop

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// rendering is what render.mjs reports.
type rendering struct {
	Size, Text, Background string
	Wrong                  []string
	Arrows, Heads          int
}

// TestPictureOfALoginFitsInChromium draws a login and looks at the page as wide as a desktop and as a phone, in light and dark, with
// the details folded and open.
func TestPictureOfALoginFitsInChromium(t *testing.T) {
	t.Parallel()
	need(t, "/usr/bin/chromium", "node", interopFile(t, "node_modules", "playwright-core", "package.json"))
	w := newWorld(t)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", append(offline, `store = "none"`)...))
	w.sitDown(t, "browser-allow")
	drawn := w.oauthget(t, "explain", "op", "--format", "html")
	if drawn.status != 0 {
		t.Fatal(drawn)
	}
	w.page(t).expectSuccess(t)
	w.expectNoSecret(t, "the page", drawn.stdout)
	expectFits(t, w, drawn.stdout, 4, "Authorization request", "Token request", "ID Token", "redirect_uri", "state is the one that was sent")
}

// TestPictureFromAnAPIsURLFitsInChromium has a lifeline more, and the words of shorter arrows.
func TestPictureFromAnAPIsURLFitsInChromium(t *testing.T) {
	t.Parallel()
	need(t, "/usr/bin/chromium", "node", interopFile(t, "node_modules", "playwright-core", "package.json"))
	oidcProvider.installed(t)
	w := newWorld(t)
	startTestBus(t, w)
	cmd := exec.Command(oidcProvider.program, interopFile(t, oidcProvider.script))
	cmd.Env = append(w.environ(), "TOLD="+w.tell(t, told{Clients: []map[string]any{}, API: "/api/orders"}), "SECRETS_FILE="+w.path("secrets"))
	s := startServer(t, cmd)
	w.sitDown(t, "browser-allow")
	drawn := w.oauthget(t, "explain", s.issuer+"/api/orders", "--yes", "--format", "html")
	if drawn.status != 0 {
		t.Fatal(drawn)
	}
	w.page(t).expectSuccess(t)
	expectNone(t, w.secrets(t), "the page", drawn.stdout)
	expectFits(t, w, drawn.stdout, 5, "API request without a token", "Protected resource metadata", "Client registration", "API request", "redirect_uris")
}

// expectFits looks at a page as wide as a desktop and as a phone.
func expectFits(t *testing.T, w *world, page string, lifelines int, wants ...string) {
	t.Helper()
	w.write(t, w.path("login.html"), page)
	w.env["INTEROP_SCREENSHOT"] = os.Getenv("INTEROP_SCREENSHOT")
	got := w.run(t, exec.Command("node", interopFile(t, "render.mjs"), w.path("login.html"), "1280x900", "390x844"))
	if got.status != 0 {
		t.Fatal(got)
	}
	backgrounds := map[string]bool{}
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	for _, line := range lines {
		var r rendering
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		backgrounds[r.Background] = true
		if len(r.Wrong) > 0 {
			t.Errorf("%s:\n%s", r.Size, strings.Join(r.Wrong, "\n"))
		}
		if r.Heads != lifelines || r.Arrows < 10 {
			t.Errorf("%s: %d lifelines, %d arrows", r.Size, r.Heads, r.Arrows)
		}
		for _, want := range wants {
			if !strings.Contains(r.Text, want) {
				t.Errorf("%s: no %q in\n%s", r.Size, want, r.Text)
			}
		}
	}
	if len(lines) != 4 || len(backgrounds) != 2 {
		t.Errorf("%d renderings, backgrounds %v", len(lines), backgrounds)
	}
}
