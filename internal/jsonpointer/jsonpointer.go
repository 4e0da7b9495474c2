// Package jsonpointer finds a value in a JSON object by a JSON Pointer (RFC 6901). Unlike the libraries for it, it returns the
// value's text and refuses objects with duplicate names.
package jsonpointer

import (
	"encoding/json"
	"strconv"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json" // refuses duplicate names
)

// Valid reports whether pointer names something inside an object: "json-pointer = *( "/" reference-token )", in which "~" is
// followed by 0 or 1 (RFC 6901 §3).
func Valid(pointer string) bool {
	return strings.HasPrefix(pointer, "/") && !strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(pointer), "~")
}

// unescape: "first transforming any occurrence of the sequence '~1' to '/', and then transforming any occurrence of the
// sequence '~0' to '~'" (RFC 6901 §4).
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// Get returns the value that a valid pointer names; nil if there is none.
func Get(object map[string]json.RawMessage, pointer string) json.RawMessage {
	name, rest, more := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	value := object[unescape.Replace(name)]
	for more && value != nil {
		name, rest, more = strings.Cut(rest, "/")
		value = child(value, unescape.Replace(name))
	}
	return value
}

func child(value json.RawMessage, name string) json.RawMessage {
	var object map[string]json.RawMessage
	if josejson.Unmarshal(value, &object) == nil {
		return object[name]
	}
	var list []json.RawMessage
	index, err := strconv.ParseUint(name, 10, 31)
	// "array-index = %x30 / ( %x31-39 *(%x30-39) )" RFC 6901 §4
	if josejson.Unmarshal(value, &list) != nil || err != nil || strconv.FormatUint(index, 10) != name || index >= uint64(len(list)) {
		return nil
	}
	return list[index]
}
