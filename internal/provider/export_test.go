package provider

import "github.com/oauthget/oauthget/internal/tomlfile"

// Raw is the table [profile] with its {variables}.
func (p *Preset) Raw() *tomlfile.Node { return p.profile }

// Parse reads a preset from data.
var Parse = parse
