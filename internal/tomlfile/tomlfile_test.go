package tomlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

func parsed(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return d
}

const shop = `# a shop
title = "shop" # the name
size = 0x10
"odd key" = 'x'
owner.name = "Ann"
owner.age = 40

[door]
width = 1.5
opened = 2026-01-02
colours = ["red", "green"]
lock = { keys = [1, 2], owner.name = "Bob" }

[door.handle]
left = true

[[part]]
id = 1

[[part]]
id = 2
[part.price]
net = 10
`

func TestTablesReadTheSameHoweverTheyAreWritten(t *testing.T) {
	got, err := parsed(t, strings.Replace(shop, "opened = 2026-01-02\n", "", 1)).Root.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"title":"shop","size":16,"odd key":"x","owner":{"name":"Ann","age":40},` +
		`"door":{"width":1.5,"colours":["red","green"],"lock":{"keys":[1,2],"owner":{"name":"Bob"}},"handle":{"left":true}},` +
		`"part":[{"id":1},{"id":2,"price":{"net":10}}]}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"a = 2026-01-02", "a = inf", "a = [nan]"} {
		if got, err := parsed(t, text).Root.JSON(); err == nil {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestNodeKnowsItsPlace(t *testing.T) {
	d := parsed(t, "\xef\xbb\xbf"+strings.ReplaceAll(shop, "\n", "\r\n")+"\"ä\" = { \"ö\" = 1, \"x\\u001b\u202e\" = 2 }\r\n")
	for path, want := range map[string]struct {
		line, column int
		excerpt      string
	}{
		"title":           {2, 1, "title = …"},
		"owner":           {5, 1, "owner.name = …"},
		"owner.age":       {6, 1, "owner.age = …"},
		"door":            {8, 2, "[door]"},
		"door.lock":       {12, 1, "lock = …"},
		"door.lock.owner": {12, 25, "owner.name = …"},
		"door.handle":     {14, 2, "[door.handle]"},
	} {
		n := d.Root
		for _, name := range strings.Split(path, ".") {
			n = n.Child(name)
		}
		if n.Line != want.line || n.Column != want.column || d.Excerpt(n) != want.excerpt || n.Path() != path {
			t.Errorf("%s: %d:%d, %s, %s", path, n.Line, n.Column, d.Excerpt(n), n.Path())
		}
	}
	price := d.Root.Child("part").Children[1].Child("price")
	last := price.Child("ä").Children[1]
	if last.Line != 24 || last.Column != 18 || d.Excerpt(last) != `"x\u001b" = …` || last.Path() != `part.price."ä"."x\U0000001B`+`\U0000202E"` {
		t.Errorf("%d:%d, %s, %s", last.Line, last.Column, d.Excerpt(last), last.Path())
	}
}

func TestNameIsDefinedOnce(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\na = 2":            "a",
		"[a]\n[a]":                "a",
		"a.b = 1\n[a]":            "a",
		"a = {}\n[a.b]":           "a",
		"a = {}\na.b = 1":         "a",
		"a = {b.c = 1, b = 2}":    "a.b",
		"[a.b]\n[a]\nb.c = 1":     "a.b",
		"[a]\n[[a]]":              "a",
		"a = []\n[[a]]":           "a",
		"a = [{}]\n[a.b]":         "a",
		"[[a]]\n[a]":              "a",
		"[[a]]\n[a.b]\n[a.b]":     "a.b",
		"[[a.b]]\n[a]\nb.c = 1":   "a.b",
		"[x]\na.b = 1\n[x.a.b.c]": "x.a.b",
	} {
		_, err := Parse([]byte(text))
		if err == nil || err.Error() != want+" is defined twice" {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"[a.b]\n[a]", "a.b = 1\na.c = 2", "[a]\nb.c = 1\n[a.b.d]", "[[a]]\n[a.b]\n[[a]]\n[a.b]"} {
		parsed(t, text)
	}
}

func TestErrorShowsNoValue(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfea\x00=\x00":       "1:1 not TOML: the file is in UTF-16",
		"a = canary":               "1:5 not TOML: unexpected character at start of value",
		"\xef\xbb\xbfa = canary":   "1:5 not TOML: unexpected character at start of value",
		"b = 1\na = \"canary":      "2:11 not TOML: unterminated basic string",
		"a = \"canary\\q\"":        "",
		"a = 'canary' 'canary'":    "",
		"a = 99999999999999999999": "1:1 a: the integer is out of range",
		"[a]\n[a]":                 "2:2 a is defined twice",
	} {
		_, err := Parse([]byte(text))
		e, ok := errors.AsType[*Error](err)
		if !ok || strings.Contains(err.Error(), "canary") || e.Line < 1 || e.Column < 1 {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := strings.Join([]string{place(e), e.Error()}, " "); want != "" && got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func place(e *Error) string {
	text, _ := json.Marshal([]int{e.Line, e.Column})
	return strings.NewReplacer("[", "", "]", "", ",", ":").Replace(string(text))
}

func TestEditTouchesNothingElse(t *testing.T) {
	set := func(table, key, value string) func(*Document) error {
		return func(d *Document) error { return d.Set(strings.Fields(table), strings.Fields(key), value) }
	}
	cut := func(path string) func(*Document) error {
		return func(d *Document) error { _, err := d.Cut(strings.Fields(path)); return err }
	}
	add := func(path string) func(*Document) error {
		return func(d *Document) error { return d.AddTable(strings.Fields(path)) }
	}
	for name, test := range map[string]struct {
		change     func(*Document) error
		text, want string
	}{
		"a value":                   {set("a", "x", "2"), "[a]\n x=1 # c\n", "[a]\n x=2 # c\n"},
		"a table by its value":      {set("", "a", "2"), "[a]\nx = 1\n\n[b]\n", "a = 2\n\n[b]\n"},
		"an array of tables":        {set("", "a", "[]"), "[b]\n[[a]]\nx = 1\n[[a]]\n", "a = []\n\n[b]\n"},
		"below dotted keys":         {set("t", "a y", "2"), "[t]\na.x = 1\nb = 2\n", "[t]\na.x = 1\na.y = 2\nb = 2\n"},
		"in a dotted inline table":  {set("t", "a y", "2"), "t = { a.x = 1, b = 2 }\n", "t = { a.x = 1, b = 2, a.y = 2 }\n"},
		"below a table named twice": {set("a", "b x", "2"), "[a]\n[a.b.c]\n", "[a]\n[a.b.c]\n\n[a.b]\nx = 2\n"},
		"no header for the root":    {set("", "x", "2"), "[a]\n", "x = 2\n\n[a]\n"},
		"a new table":               {add("a b"), "x = 1", "x = 1\n\n[a.b]\n"},
		"a new table, inline":       {add("a b"), "a = {}", "a = { b = {} }"},
		"cut what is not there":     {cut("a c"), "[a]\nb = 1\n", "[a]\nb = 1\n"},
		"cut all spellings":         {cut("a"), "a.x = 1 # c\nb = 1\n[a.y]\n# d\nz = 1\n[c]\n", "b = 1\n[c]\n"},
		"cut between commas":        {cut("a y"), "a = { x = 1, y = 2, z = 3 }", "a = { x = 1, z = 3 }"},
		"cut an array of tables":    {cut("a"), "b = 1\n\n[[a]]\nx = 1\n\n[[a]]\n\n[[a.b]]\n", "b = 1\n"},
	} {
		d := parsed(t, test.text)
		if err := test.change(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, string(d.Bytes())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFailedEditChangesNothing(t *testing.T) {
	const text = "a = 1\n[[b]]\n"
	d := parsed(t, text)
	for _, path := range [][]string{{"a", "x"}, {"b", "x"}, {"c"}} {
		if err := d.Set(nil, path, "= 1"); err == nil || string(d.Bytes()) != text {
			t.Errorf("%q: %v, %s", path, err, d.Bytes())
		}
	}
}

func TestErrorOfAReplacementNamesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Replacement{Mode: 0o600}).Write(filepath.Join(path, "canary")); err == nil || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}

// FuzzParse reads anything. What is taken must be the same to go-toml's own decoder, and survive edits.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{shop, "a = { b = { } }\r\n", "[[a]]\n[a.b]\n[[a]]", "a = [{ x = 1 }, 'y']", "a.b.c = 1\n[a.d]\n\n# c\n[e]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Line < 1 || e.Column < 1 || strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		if text, err := d.Root.JSON(); err == nil {
			var got, want map[string]any
			if err := toml.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &want); err != nil {
				t.Fatalf("taken, but not TOML: %v", err)
			}
			again, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(json.Unmarshal([]byte(text), &got), json.Unmarshal(again, &want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
		for _, n := range d.Root.Children {
			edited := parsed(t, string(data))
			if err := edited.Set([]string{n.Name}, []string{"new", "key"}, "1"); err == nil {
				key := edited.Root.Child(n.Name).Child("new").Child("key")
				if key == nil || key.Text != "1" || len(edited.Root.Children) != len(d.Root.Children) {
					t.Fatalf("not set in\n%s", edited.Bytes())
				}
			}
			if found, err := edited.Cut([]string{n.Name}); !found || err != nil || edited.Root.Child(n.Name) != nil || len(edited.Root.Children) != len(d.Root.Children)-1 {
				t.Fatalf("not cut: %v in\n%s", err, edited.Bytes())
			}
		}
	})
}
