package jsonpointer

import (
	"encoding/json"
	"testing"
)

func TestValueIsFoundAsRFC6901Says(t *testing.T) {
	var object map[string]json.RawMessage
	const text = `{"foo":["bar",{"a":1}],"":0,"a/b":1,"m~n":8,"~1":9,"data":{"":{"x":"y"}},"twice":{"a":1,"a":2},"null":null}`
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{
		"/foo/0": `"bar"`, "/foo/1/a": "1", "/": "0", "/a~1b": "1", "/m~0n": "8", "/~01": "9", "/data//x": `"y"`, "/null": "null",
		"/foo/2": "", "/foo/01": "", "/foo/-": "", "/foo/-1": "", "/foo/0/x": "", "/x": "", "/data/x": "", "/a~1b/c": "",
		"/twice/a": "",
	} {
		if got := Get(object, pointer); string(got) != want {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
}

func TestPointerBeginsWithASlashAndEscapes(t *testing.T) {
	for pointer, want := range map[string]bool{
		"/a": true, "/": true, "/a/b": true, "/~0~1": true, "/~01": true,
		"": false, "a": false, "/~": false, "/~2": false, "/a~": false, "#/a": false,
	} {
		if Valid(pointer) != want {
			t.Errorf("%q", pointer)
		}
	}
}

func FuzzGet(f *testing.F) {
	f.Add(`{"a":[{"b":1}]}`, "/a/0/b")
	f.Fuzz(func(t *testing.T, text, pointer string) {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) == nil && Valid(pointer) {
			Get(object, pointer)
		}
	})
}
