// Package pagestyle is what the pages of the loopback listener and of the demo's server look like: one design, of which each
// adds its own parts. It has no behaviour, so that client and server may share it.
package pagestyle

import (
	_ "embed"
	"html/template"
)

// CSS is the style sheet.
//
//go:embed style.css
var CSS string

// Logo is the picture beside the program's name.
const Logo template.HTML = `<svg viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="8" fill="var(--accent)"/>` +
	`<g fill="none" stroke="var(--on-accent)" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round">` +
	`<circle cx="10" cy="14" r="3.75"/><path d="M13.75 14H22v3.5M18.25 14v2.5"/></g></svg>`
