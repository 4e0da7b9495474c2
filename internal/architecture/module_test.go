package architecture

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// goMod is the output of `go mod edit -json`.
type goMod struct {
	Go      string
	Require []struct{ Path string }
	Replace []struct{ Old struct{ Path string } }
	Exclude []struct{ Path string }
}

func readGoMod(t *testing.T) goMod {
	t.Helper()
	// Read it, so that go test knows that the result depends on the file.
	if _, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	var mod goMod
	if err := json.Unmarshal([]byte(goCommand(t, nil, "mod", "edit", "-json")), &mod); err != nil {
		t.Fatal(err)
	}
	return mod
}

func TestModuleCanBeInstalledByPath(t *testing.T) {
	const why = "`go install …@latest` refuses a module with such a line"
	mod := readGoMod(t)
	for _, r := range mod.Replace {
		t.Errorf("go.mod: replaces %s: %s", r.Old.Path, why)
	}
	for _, e := range mod.Exclude {
		t.Errorf("go.mod: excludes %s: %s", e.Path, why)
	}
}

func TestModuleNamesItsGo(t *testing.T) {
	if mod := readGoMod(t); !regexp.MustCompile(`^1\.26(\.\d+)?$`).MatchString(mod.Go) {
		t.Errorf("go.mod: go %s, want 1.26: what the code is written for and CI runs", mod.Go)
	}
}

func TestModuleRequiresNothingForbidden(t *testing.T) {
	for _, required := range readGoMod(t).Require {
		if why := reason(forbidden, required.Path); why != "" {
			t.Errorf("go.mod: requires %s, which %s", required.Path, why)
		}
	}
}
