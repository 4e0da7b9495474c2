package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Row is one line of `oauthget profile show`.
type Row struct {
	Key    string // a parameter's is TABLE.PARAMETER
	Value  string // never a secret: for the literal client secret "[set]"
	Origin Origin
}

// Show lists the values of a profile with their origins, in the order of Keys.
func Show(p Profile, origins Origins) []Row {
	var rows []Row
	add := func(key string, values []string) {
		value := strings.Join(values, " ")
		if value != "" && !(value == "false" && origins[key].Kind == FromDefault) {
			rows = append(rows, Row{key, Printable(value), origins[key]})
		}
	}
	for _, k := range keys {
		table, ok := k.field(&p).(*url.Values)
		if !ok {
			add(k.Name, k.values(&p))
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(*table)) {
			values := (*table)[name]
			if k.hidden {
				values = []string{"[set]"}
			}
			add(k.Name+"."+name, values)
		}
	}
	return rows
}
