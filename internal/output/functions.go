package output

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"unicode/utf8"
)

// functions are those of text/template that have a meaning for strings, numbers and booleans, by the same names.
func functions() map[string]func([]any) (any, error) {
	return map[string]func([]any) (any, error){
		"print":    func(a []any) (any, error) { return fmt.Sprint(a...), nil },
		"println":  func(a []any) (any, error) { return fmt.Sprintln(a...), nil },
		"printf":   printf,
		"html":     func(a []any) (any, error) { return html.EscapeString(fmt.Sprint(a...)), nil },
		"urlquery": func(a []any) (any, error) { return url.QueryEscape(fmt.Sprint(a...)), nil },
		"len":      length,
		"eq":       equal,
		"ne": func(a []any) (any, error) {
			same, err := equal(a)
			return same != true, err
		},
		"not": func(a []any) (any, error) { return len(a) == 1 && !truth(a[0]), nil },
		"and": func(a []any) (any, error) { return firstWhere(a, false) },
		"or":  func(a []any) (any, error) { return firstWhere(a, true) },
	}
}

// functionNames is what the parser wants to know of them.
func functionNames() map[string]any {
	names := map[string]any{}
	for name := range functions() {
		names[name] = true
	}
	return names
}

func printf(a []any) (any, error) {
	if len(a) == 0 {
		return nil, errors.New("printf needs a format")
	}
	format, ok := a[0].(string)
	if !ok {
		return nil, errors.New("printf needs a format that is a string")
	}
	return fmt.Sprintf(format, a[1:]...), nil
}

func length(a []any) (any, error) {
	if len(a) == 1 {
		if s, ok := a[0].(string); ok {
			return utf8.RuneCountInString(s), nil
		}
	}
	return nil, errors.New("len needs one string")
}

func equal(a []any) (any, error) {
	if len(a) < 2 {
		return nil, errors.New("eq and ne need two values")
	}
	for _, other := range a[1:] {
		if fmt.Sprint(a[0]) == fmt.Sprint(other) {
			return true, nil
		}
	}
	return false, nil
}

// firstWhere is the first value whose truth is want, or the last one.
func firstWhere(a []any, want bool) (any, error) {
	if len(a) == 0 {
		return nil, errors.New("and and or need a value")
	}
	for _, value := range a {
		if truth(value) == want {
			return value, nil
		}
	}
	return a[len(a)-1], nil
}

// truth is text/template's: empty and zero are false.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case int:
		return v != 0
	}
	return true
}
