package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// licences returns the licence texts of Go and of each module that is linked into the program, on any system. The licences
// ask that their text goes with the program.
func licences(ctx context.Context) ([]byte, error) {
	modules, err := linkedModules(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("oauthget is linked with the following. Each part is under the licence that follows its name.\n")
	for _, m := range modules {
		texts, err := licenceTexts(m.folders)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprintf(&b, "\n%s\n%s\n", strings.Repeat("=", 80), m.name)
		for _, text := range texts {
			fmt.Fprintf(&b, "%s\n\n%s\n", strings.Repeat("-", 80), strings.TrimSpace(string(text)))
		}
	}
	return b.Bytes(), nil
}

// module is a module, or Go, and the folders whose files are linked: the module's own, and those of its packages.
type module struct {
	name    string
	folders []string
}

// linkedModules lists the modules of the program's packages but its own, on each system that is released, and Go.
func linkedModules(ctx context.Context) ([]module, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	modules := []module{{"Go " + strings.TrimPrefix(runtime.Version(), "go"), []string{strings.TrimSpace(string(root))}}}
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
			"{{$dir := .Dir}}{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$dir}}{{end}}{{end}}", "./cmd/oauthget")
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		list.Stderr = os.Stderr
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) != 3 {
				continue
			}
			i := slices.IndexFunc(modules, func(m module) bool { return m.name == fields[0] })
			if i < 0 {
				i = len(modules)
				modules = append(modules, module{name: fields[0]})
			}
			for _, folder := range fields[1:] {
				if !slices.Contains(modules[i].folders, folder) {
					modules[i].folders = append(modules[i].folders, folder)
				}
			}
		}
	}
	for _, m := range modules {
		slices.Sort(m.folders)
	}
	slices.SortFunc(modules[1:], func(a, b module) int { return strings.Compare(a.name, b.name) })
	return modules, nil
}

// licenceFile is a file whose text has to go with a program that the module is linked into.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright|patents)(\.(md|txt))?$`)

func licenceTexts(folders []string) ([][]byte, error) {
	var texts [][]byte
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !licenceFile.MatchString(e.Name()) || !e.Type().IsRegular() {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(texts, func(t []byte) bool { return bytes.Equal(t, text) }) {
				texts = append(texts, text)
			}
		}
	}
	if texts == nil {
		return nil, fmt.Errorf("no licence in %s", folders[0])
	}
	return texts, nil
}
