package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Row is one line of `oauthget profile show`.
type Row struct {
	Key    string // a parameter's is TABLE.PARAMETER
	Value  string // never a secret: for the literal client secret "[set]"
	Origin Origin
}

// Show lists what a profile holds, in the order of Keys, and where each value came from.
func Show(p Profile, origins Origins) []Row {
	var rows []Row
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, Row{key, printable(value), origins[key]})
		}
	}
	for _, k := range keys {
		if field := p.text(k.Name); field != nil {
			add(k.Name, *field)
		}
		if field := p.list(k.Name); field != nil {
			add(k.Name, strings.Join(*field, " "))
		}
		if field := p.table(k.Name); field != nil {
			for _, name := range slices.Sorted(maps.Keys(*field)) {
				add(k.Name+"."+name, parameterText(k.Name, (*field)[name]))
			}
		}
		if field := p.flag(k.Name); field != nil && (*field || origins[k.Name].Kind != FromDefault) {
			add(k.Name, strconv.FormatBool(*field))
		}
		if group := secretGroup(k.Name); group != "" && p.secret(group).Key == k.Name {
			add(k.Name, p.secret(group).Source())
		}
		if k.Name == "redirect_ports" {
			add(k.Name, joinPorts(p.RedirectPorts))
		}
	}
	return rows
}

// parameterText keeps back what goes into a token request: some servers want a password of their own there. What goes
// into the authorization request stands in a URL that the person sees.
func parameterText(table string, values []string) string {
	if table == "token_parameters" || table == "token_headers" {
		return "[set]"
	}
	return strings.Join(values, " ")
}

func joinPorts(ports []int) string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		texts[i] = strconv.Itoa(p)
	}
	return strings.Join(texts, " ")
}
