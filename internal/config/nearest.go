package config

import (
	"cmp"
	"slices"
	"strings"
)

// nearest gives those of known that name may have been meant for, the nearest first, at most three.
func nearest(name string, known []string) []string {
	const most = 3
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	for _, k := range known {
		// A third of the letters wrong is another word, not a slip.
		limit := max(1, len(k)/3)
		if d := distance(fold(name), fold(k), limit); d <= limit {
			found = append(found, candidate{k, d})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var out []string
	for _, c := range found[:min(most, len(found))] {
		out = append(out, c.name)
	}
	return out
}

// fold makes one of what people take for the same name: client-id, clientId, client_id.
func fold(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// distance counts, in bytes, the insertions, deletions, substitutions and swaps of neighbours between two names (optimal
// string alignment), or gives any number above limit where there are more.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			substitute := above[j]
			if a[i] != b[j] {
				substitute++
			}
			row[j+1] = min(substitute, row[j]+1, above[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func first(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[0]
}
