// Command providerpages writes docs/providers: a page for each preset, and a list of them.
//
//	go run ./scripts/providerpages
//
// A page says what the preset's file says, so nothing is written twice. To change one, edit the file in
// internal/provider/presets and run this in the root of the repository.
package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/provider"
)

const folder = "docs/providers"

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "providerpages: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	pages, err := pages()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	there, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return err
	}
	for _, path := range there {
		if _, stays := pages[filepath.Base(path)]; !stays {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pages returns the text of each page by the name of its file.
func pages() (map[string]string, error) {
	presets, err := provider.All()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(presets, func(a, b *provider.Preset) int {
		return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	})
	pages := map[string]string{"README.md": list(presets)}
	for _, p := range presets {
		text, err := page(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		pages[p.Name+".md"] = text
	}
	return pages, nil
}

func list(presets []*provider.Preset) string {
	var b strings.Builder
	b.WriteString(`# Providers with a preset

<!-- Written by scripts/providerpages from internal/provider/presets. -->

A preset knows a provider's endpoints and its differences from the standards. The page of a provider says what to register there.
For any other provider, see [providers](../providers.md).

| Provider | Preset | For |
|---|---|---|
`)
	for _, p := range presets {
		fmt.Fprintf(&b, "| [%s](%s.md) | `%[2]s` | %s |\n", cell(p.Title), p.Name, cell(p.Summary))
	}
	return b.String()
}

// cell writes text into a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
