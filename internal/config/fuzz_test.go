package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// FuzzLoad reads anything as a profile file. What is taken must be TOML to go-toml's own decoder too, must read the same
// in pieces, and must survive an edit; what is not taken must be refused in one line.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		everything, manyProfiles(2), "profiles = { a = { client_id = 'x', token_parameters = { b = true } } }\n",
		"[profiles]\na.client_id = 'x'\n\n[profiles.a.token_parameters] # c\n", "\xef\xbb\xbf# c\r\n[profiles.'a']\r\n",
		"[profiles.a]\nclient_id = '''\n[profiles.b]\n'''\n", "[ profiles . \"a\" ]\nscopes = [\n'b', # [profiles.a]\n]", "[profiles.a]\nclient_id = x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := &File{Path: "config.toml", data: data, mode: 0o600}
		if err := file.Check(); err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		var decoded map[string]any
		if err := toml.Unmarshal(bytes.TrimPrefix(data, bom), &decoded); err != nil && !strings.Contains(err.Error(), "date") && !strings.Contains(err.Error(), "time") {
			t.Fatalf("taken, but not TOML: %v", err)
		}
		if profiles, _ := decoded["profiles"].(map[string]any); len(profiles) != len(file.whole.names) {
			t.Fatalf("%d profiles, want %d", len(file.whole.names), len(profiles))
		}
		for _, name := range file.whole.names {
			checkPieces(t, file, name)
			checkEdit(t, file, name)
		}
	})
}

var exported = cmp.AllowUnexported(table{}, setting{})

func checkPieces(t *testing.T, file *File, name string) {
	t.Helper()
	if hasTripleQuote(file.data) {
		return
	}
	r, err := file.read(name, file.pieces(name)...)
	if err != nil {
		t.Fatalf("in pieces: %v", err)
	}
	if diff := cmp.Diff(file.whole.profiles[name], r.profiles[name], exported); diff != "" {
		t.Fatalf("in pieces %s", diff)
	}
}

// checkEdit sets a key and then removes the profile. The other profiles keep every value, the file every comment.
func checkEdit(t *testing.T, file *File, name string) {
	t.Helper()
	edited := &File{Path: file.Path, data: slices.Clone(file.data), mode: 0o600}
	e := &Editor{edited}
	if err := e.Set(name, map[string][]string{"client_id": {"new"}, "token_parameters": {"zz=1"}}); err != nil {
		return // refused, and nothing would be written
	}
	if got := values(t, edited)[name]; !slices.Equal(got["client_id"], []string{"new"}) || !slices.Equal(got["token_parameters.zz"], []string{"1"}) {
		t.Fatalf("set: %v in\n%s", got, edited.data)
	}
	compareOthers(t, file, edited, name)
	if before, after := bytes.Count(file.data, []byte("#")), bytes.Count(edited.data, []byte("#")); after < before-bytes.Count([]byte(strings.Join(file.whole.profiles[name].settings["client_id"].values, "")), []byte("#")) {
		t.Fatalf("a comment was lost in\n%s", edited.data)
	}
	if err := e.RemoveProfile(name); err != nil {
		return
	}
	compareOthers(t, file, edited, name)
	if _, still := values(t, edited)[name]; still {
		t.Fatalf("still there:\n%s", edited.data)
	}
}

func compareOthers(t *testing.T, before, after *File, except string) {
	t.Helper()
	want, got := values(t, before), values(t, after)
	delete(want, except)
	delete(got, except)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("another profile was changed %s\nin\n%s", diff, after.data)
	}
}

// values is all a file says, without places.
func values(t *testing.T, f *File) map[string]map[string][]string {
	t.Helper()
	r, err := f.read("", f.all())
	if err != nil {
		t.Fatalf("after the edit: %v in\n%s", err, f.data)
	}
	out := map[string]map[string][]string{}
	for name, table := range r.profiles {
		out[name] = map[string][]string{}
		for key, s := range table.settings {
			out[name][key] = s.values
		}
	}
	return out
}

// TestLargeFileReadsTheSameInPieces takes a file in which every profile is written in another way.
func TestLargeFileReadsTheSameInPieces(t *testing.T) {
	text := "default_profile = \"p7\"\nprofiles.dots.client_id = 'd'\n[profiles.spaced] # [profiles.no]\nclient_id = '[profiles.no]'\nscopes = [\n  'a', # [x\n]\n" +
		"\t[ profiles . 'quoted' ]\nclient_id = 'q'\n[\"profiles\".\"p\\u0037\".token_parameters]\nx = 'y'\n" + manyProfiles(900)[len("default_profile = \"p0\"\n"):]
	f, err := Load(t.Context(), written(t, text))
	if err != nil {
		t.Fatal(message(err))
	}
	if f.whole != nil {
		t.Fatal("the whole file was read")
	}
	if f.DefaultProfile() != "p7" {
		t.Errorf("DefaultProfile() = %q", f.DefaultProfile())
	}
	whole := &File{Path: f.Path, data: f.data}
	if err := whole.Check(); err != nil {
		t.Fatal(message(err))
	}
	for _, name := range []string{"dots", "spaced", "quoted", "p7", "p0", "p899", "no"} {
		got, err := f.profile(name)
		if err != nil {
			t.Fatal(message(err))
		}
		if diff := cmp.Diff(whole.whole.profiles[name], got, exported); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLargeFileIsCheckedWhereItIsUsed(t *testing.T) {
	text := manyProfiles(900) + "\n[profiles.last]\nclientid = 'x'\n"
	f, err := Load(t.Context(), written(t, text))
	if err != nil {
		t.Fatal(message(err))
	}
	if _, _, err := Resolve(Input{File: f, Name: "p1"}); err != nil {
		t.Errorf("p1: %s", message(err))
	}
	const want = "config.toml:5404:1: unknown key \"clientid\" (near: clientid = …)\ndid you mean \"client_id\"?"
	if _, _, err := Resolve(Input{File: f, Name: "last"}); message(err) != want {
		t.Errorf("last: %s", message(err))
	}
	if _, err := f.Profiles(); message(err) != want {
		t.Errorf("all: %s", message(err))
	}
}
