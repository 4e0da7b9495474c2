package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzLoad reads anything as a profile file. What is taken must survive an edit; what is not taken must be refused in one
// line.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		everything, manyProfiles(2), "profiles = { a = { client_id = 'x', token_parameters = { b = true } } }\n",
		"[profiles]\na.client_id = 'x'\n\n[profiles.a.token_parameters] # c\n", "\xef\xbb\xbf# c\r\n[profiles.'a']\r\n",
		"[profiles.a]\nclient_id = '''\n[profiles.b]\n'''\n", "[ profiles . \"a\" ]\nscopes = [\n'b', # [profiles.a]\n]", "[profiles.a]\nclient_id = x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse("config.toml", 0o600, data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		for _, name := range file.Profiles() {
			checkEdit(t, data, name)
		}
	})
}

// checkEdit sets a key and then removes the profile. The other profiles keep every value, the file every comment.
func checkEdit(t *testing.T, data []byte, name string) {
	t.Helper()
	before, edited := parsed(t, data), parsed(t, data)
	e := &Editor{edited}
	if err := e.Set(name, map[string][]string{"client_id": {"new"}, "token_parameters": {"zz=1"}}); err != nil {
		return // refused, and nothing would be written
	}
	after := edited.document.Bytes()
	if got := values(t, after)[name]; !slices.Equal(got["client_id"], []string{"new"}) || !slices.Equal(got["token_parameters.zz"], []string{"1"}) {
		t.Fatalf("set: %v in\n%s", got, after)
	}
	compareOthers(t, data, after, name)
	inValue := strings.Count(before.profile(name).settings.text("client_id"), "#")
	if bytes.Count(after, []byte("#")) < bytes.Count(data, []byte("#"))-inValue {
		t.Fatalf("a comment was lost in\n%s", after)
	}
	if err := e.RemoveProfile(name); err != nil {
		return
	}
	compareOthers(t, data, edited.document.Bytes(), name)
	if _, still := values(t, edited.document.Bytes())[name]; still {
		t.Fatalf("still there:\n%s", edited.document.Bytes())
	}
}

func compareOthers(t *testing.T, before, after []byte, except string) {
	t.Helper()
	want, got := values(t, before), values(t, after)
	delete(want, except)
	delete(got, except)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("another profile was changed %s\nin\n%s", diff, after)
	}
}

// values is all a file says, without places.
func values(t *testing.T, data []byte) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	for _, p := range parsed(t, data).profiles {
		out[p.name] = map[string][]string{}
		for key, s := range p.settings {
			out[p.name][key] = s.values
		}
	}
	return out
}

func parsed(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := parse("config.toml", 0o600, data)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return f
}
