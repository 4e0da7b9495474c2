package store

import (
	"reflect"
	"strings"
	"testing"
)

func TestKeyIsStable(t *testing.T) {
	// A change here loses every token that anybody has stored.
	got := Key(Field{"profile", []string{"work"}}, Field{"scopes", []string{"a", "b"}}, Field{"audience", nil})
	if want := "c3632f9d6d1bc4babc51437408fcf91dfcffa09c1f54c3abe84151a4f0d4c12a"; got != want {
		t.Errorf("Key = %s, want %s", got, want)
	}
	if err := checkKey(got); err != nil {
		t.Error(err)
	}
}

// The lists have the same texts, cut and placed in other ways. Their keys must differ.
func TestKeyTellsListsApart(t *testing.T) {
	seen := map[string][]Field{}
	for _, fields := range [][]Field{
		nil,
		{{}},
		{{}, {}},
		{{"a", nil}},
		{{"", []string{"a"}}},
		{{"a", []string{""}}},
		{{"a", []string{"", ""}}},
		{{"a", nil}, {"b", nil}},
		{{"b", nil}, {"a", nil}},
		{{"ab", nil}},
		{{"a", []string{"b"}}},
		{{"a", []string{"b", "c"}}},
		{{"a", []string{"c", "b"}}},
		{{"a", []string{"bc"}}},
		{{"a", []string{"b"}}, {"c", nil}},
		{{"a", []string{"b c"}}},
		{{"a", []string{"b\x00c"}}},
		{{"a", []string{"b"}}, {"", []string{"c"}}},
	} {
		key := Key(fields...)
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q have the same key", fields, other)
		}
		seen[key] = fields
	}
}

// Two lists that are cut from the same text at different places have the same key only where they are the same list.
func FuzzKey(f *testing.F) {
	f.Add("a,b;c", "a;b,c")
	f.Add("a,b,c", "a,bc")
	f.Add(";", ",")
	f.Add("\x00\x00\x00\x00\x00\x00\x00\x01,a", "\x00\x00\x00\x00\x00\x00\x00,\x01a")
	f.Fuzz(func(t *testing.T, a, b string) {
		one, two := cut(a), cut(b)
		if same := reflect.DeepEqual(one, two); same != (Key(one...) == Key(two...)) {
			t.Errorf("%q and %q: equal is %v, but not for their keys", one, two, same)
		}
	})
}

// cut makes a list of fields from a text: a semicolon ends a field, a comma a name or a value.
func cut(s string) []Field {
	var fields []Field
	for part := range strings.SplitSeq(s, ";") {
		values := strings.Split(part, ",")
		fields = append(fields, Field{values[0], values[1:]})
	}
	return fields
}
