package main

import (
	"strings"
	"testing"
)

func TestNamesAreTakenThatEveryShellAndEveryPathTakes(t *testing.T) {
	for name, c := range map[string]struct{ variable, segment bool }{
		"TOKEN": {true, true}, "_t0": {true, true}, "A_": {true, true}, "0A": {false, true}, "~a-b.c": {false, true}, "-a": {false, true},
		"": {}, ".": {}, "..": {}, ".a": {}, "a/b": {}, "a b": {}, "A=B": {}, "é": {}, "a%2Fb": {}, "a\x00": {},
		strings.Repeat("a", 128): {true, true}, strings.Repeat("a", 129): {true, false},
	} {
		if got := isVariable(name); got != c.variable {
			t.Errorf("%q is a variable: %v", name, got)
		}
		if got := isSegment(name); got != c.segment {
			t.Errorf("%q is a segment: %v", name, got)
		}
	}
}
