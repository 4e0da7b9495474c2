//go:build interop && linux

package interop

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// sitDown sets the person at the product's browser. It sets $BROWSER and returns its value.
func (w *world) sitDown(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := filepath.Join(w.bin, name)
	if err := os.Symlink(self, command); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	w.env["BROWSER"] = command
	return command
}

// sitDownAtChromium makes a real Chromium the desktop's browser.
func (w *world) sitDownAtChromium(t *testing.T) {
	t.Helper()
	need(t, "/usr/bin/chromium", "setsid", "node", interopFile(t, "node_modules", "playwright-core", "package.json"))
	if err := os.Symlink(interopFile(t, "xdg-open"), filepath.Join(w.bin, "xdg-open")); err != nil {
		t.Fatal(err)
	}
	delete(w.env, "BROWSER")
	w.env["DISPLAY"] = ":99" // a desktop to the product; Chromium runs headless
	w.env["INTEROP_PID"] = strconv.Itoa(os.Getpid())
	w.env["INTEROP_RESULT"] = filepath.Join(w.bin, "page")
	w.env["INTEROP_LOG"] = w.path("chromium.log")
	w.env["INTEROP_SCREENSHOT"] = os.Getenv("INTEROP_SCREENSHOT")
}

// page waits for the last page that the person saw, and removes it.
func (w *world) page(t *testing.T) page {
	t.Helper()
	file := filepath.Join(w.bin, "page")
	for deadline := time.Now().Add(browseLimit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		os.Remove(file)
		var seen page
		if err := json.Unmarshal(data, &seen); err != nil {
			t.Fatal(err)
		}
		if seen.Error != "" {
			t.Fatalf("browser: %s", seen.Error)
		}
		return seen
	}
	log, _ := os.ReadFile(w.path("chromium.log"))
	t.Fatalf("the browser reports no page; its log:\n%s", log)
	return page{}
}

// opened reports whether a browser has run to its end.
func (w *world) opened() bool {
	_, err := os.Stat(filepath.Join(w.bin, "page"))
	return err == nil
}
