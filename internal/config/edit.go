package config

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/oauthget/oauthget/internal/ownership"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// Editor changes a profile file in memory and leaves every other byte as it is.
//
// Texts are those of the command line: repeated for lists, name=value for tables. An empty text removes the key.
type Editor struct{ file *File }

// File is the profile file as it is edited so far.
func (e *Editor) File() *File { return e.file }

// Edit reads the profile file, or starts an empty one, calls change, checks the result and replaces the file in one step.
// Nothing is written on an error.
func Edit(path string, change func(*Editor) error) error {
	d, err := NewDraft(path, change)
	if err != nil {
		return err
	}
	return d.Save()
}

// Draft is a profile file with changes that are not written.
type Draft struct {
	File   *File // as it would be
	before []byte
}

// NewDraft reads the profile file, or starts an empty one, and calls change.
func NewDraft(path string, change func(*Editor) error) (*Draft, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, &Error{Path: path, Err: errors.New("edit profile file: it is not a file that can be replaced")}
	}
	f, err := Load(context.Background(), path) // a regular file, which does not block
	if errors.Is(err, fs.ErrNotExist) {
		f, err = parse(path, 0o600, nil)
	}
	if err != nil {
		return nil, err
	}
	before := f.document.Bytes()
	if err := change(&Editor{f}); err != nil {
		return nil, err
	}
	return &Draft{f, before}, nil
}

// Save writes the draft in the place of the file, unless that has changed meanwhile.
func (d *Draft) Save() error {
	path, after := d.File.Path, d.File.document.Bytes()
	if bytes.Equal(d.before, after) {
		return nil
	}
	if len(after) > maxFile {
		return &Error{Path: path, Err: fmt.Errorf("edit profile file: it would be larger than %d MiB", maxFile>>20)}
	}
	replacement := tomlfile.Replacement{Before: d.before, After: after, Mode: d.File.mode, Accept: acceptWritten}
	if err := replacement.Write(path); err != nil {
		return &Error{Path: path, Err: fmt.Errorf("write profile file: %w", err), Advice: writeAdvice(path, err)}
	}
	return nil
}

// errNoModes is returned for a file that every later call would refuse, whatever is done to it.
var errNoModes = errors.New("others could change it: the file system does not keep its owner and mode")

func acceptWritten(info fs.FileInfo) error {
	if ownership.Allows(info, 0o002) || !ownership.IsTrusted(info) {
		return errNoModes
	}
	return nil
}

// writeAdvice is something to do about a file that cannot be written.
func writeAdvice(path string, err error) string {
	dir := shell.Word(filepath.Dir(path))
	switch {
	case errors.Is(err, errNoModes):
		return "keep the file on another file system: --config FILE, or OAUTHGET_CONFIG"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only: keep the file elsewhere, with --config FILE or OAUTHGET_CONFIG"
	case errors.Is(err, fs.ErrPermission):
		return "see who may write there: ls -ld " + dir + " " + shell.Word(path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "free some space: df -h " + dir
	}
	return ""
}

// AddProfile adds a profile, which must name its server and its client.
func (e *Editor) AddProfile(name string, texts map[string][]string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if t := e.file.profile(name); t != nil {
		return &Error{
			Path: e.file.Path, Line: t.line, Column: t.column,
			Err: fmt.Errorf("profile %s already exists", tomlfile.Key(name)), Advice: "oauthget profile set " + shell.Word(name) + " --KEY VALUE",
		}
	}
	given, err := parseTexts(texts)
	if err != nil {
		return err
	}
	if err := checkNew(given); err != nil {
		return err
	}
	if err := e.file.document.AddTable([]string{keyProfiles, name}); err != nil {
		return e.file.located(err)
	}
	return e.set(name, given)
}

// ReplaceProfile adds a profile in the place of the one of that name.
func (e *Editor) ReplaceProfile(name string, texts map[string][]string) error {
	isDefault := e.file.DefaultProfile() == name
	if err := e.RemoveProfile(name); err != nil {
		return err
	}
	if err := e.AddProfile(name, texts); err != nil || !isDefault {
		return err
	}
	return e.SetTop(keyDefaultProfile, name)
}

// checkNew refuses a profile that cannot be used by itself: every command that lists profiles would report an error.
func checkNew(given settings) error {
	r := resolution{settings: given}
	if err := r.addPreset(); err != nil {
		return err
	}
	r.settings = overlay(defaults(), r.settings)
	err := cmp.Or(r.checkServer(), r.checkClient())
	if e, ok := errors.AsType[*Error](err); ok && r.preset == nil {
		return e.advise("oauthget profile add NAME --issuer URL --client-id ID")
	}
	return err
}

// Set sets keys of a profile.
func (e *Editor) Set(name string, texts map[string][]string) error {
	if err := e.mustExist(name); err != nil {
		return err
	}
	given, err := parseTexts(texts)
	if err != nil {
		return err
	}
	if preset := given.text(keyPreset); preset != "" {
		if _, err := Preset(preset); err != nil {
			return err
		}
	}
	return e.set(name, given)
}

func (e *Editor) mustExist(name string) error {
	if e.file.profile(name) == nil {
		return Input{File: e.file, Name: name}.unknownProfile(name)
	}
	return nil
}

func (e *Editor) set(name string, given settings) error {
	profile := []string{keyProfiles, name}
	for _, key := range inKeyOrder(given) {
		k, parameter := lookUp(key)
		values := given[key].values
		if parameter == "" && clears(values) {
			if err := e.cut(append(profile, key)); err != nil {
				return err
			}
			delete(given, key)
			continue
		}
		if err := e.dropOtherSecrets(name, key); err != nil {
			return err
		}
		if err := e.file.document.Set(profile, strings.SplitN(key, ".", 2), k.Kind.toTOML(values)); err != nil {
			return e.file.located(err)
		}
	}
	return e.verify(name, given)
}

func (e *Editor) cut(path []string) error {
	_, err := e.file.document.Cut(path)
	return e.file.located(err)
}

// dropOtherSecrets removes the other keys of a secret's group, of which only one can be set.
func (e *Editor) dropOtherSecrets(name, key string) error {
	set := find(keys, key)
	for _, k := range keys {
		if set != nil && set.group != "" && set.group != groupOpener && k.group == set.group && k.Name != key {
			if err := e.cut([]string{keyProfiles, name, k.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// verify reads the edited file again and compares.
func (e *Editor) verify(name string, given settings) error {
	if err := e.file.read(); err != nil {
		return err
	}
	t := e.file.profile(name)
	if t == nil { // its last key has been removed
		if err := e.file.document.AddTable([]string{keyProfiles, name}); err != nil {
			return e.file.located(err)
		}
		return e.file.read()
	}
	for key, s := range given {
		if !slices.Equal(t.settings[key].values, s.values) {
			return &Error{Path: e.file.Path, Key: key, Err: fmt.Errorf("edit profile file: %s was not changed as requested", key), Advice: "change the file by hand"}
		}
	}
	return resolution{file: e.file, settings: t.settings}.readable()
}

// RemoveProfile removes a profile, and default_profile if it names it.
func (e *Editor) RemoveProfile(name string) error {
	if err := e.mustExist(name); err != nil {
		return err
	}
	if err := e.cut([]string{keyProfiles, name}); err != nil {
		return err
	}
	if e.file.DefaultProfile() == name {
		return e.SetTop(keyDefaultProfile, "")
	}
	return e.file.read()
}

// SetTop sets a key outside of profiles; an empty value removes it.
func (e *Editor) SetTop(key, value string) error {
	k := find(topKeys, key)
	if k == nil {
		return unknown(key, names(topKeys))
	}
	if value == "" {
		if err := e.cut([]string{key}); err != nil {
			return err
		}
		return e.file.read()
	}
	if err := checkSetting(k, []string{value}); err != nil {
		return err
	}
	if key == keyDefaultProfile {
		if err := e.mustExist(value); err != nil {
			return err
		}
	}
	if err := e.file.document.Set(nil, []string{key}, k.Kind.toTOML([]string{value})); err != nil {
		return e.file.located(err)
	}
	return e.file.read()
}

// parseTexts parses and checks values to set. A parameter may also be given as TABLE.NAME.
func parseTexts(texts map[string][]string) (settings, error) {
	out := settings{}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if len(texts[key]) == 0 {
			continue
		}
		if k, parameter := lookUp(key); k != nil && parameter != "" {
			out[key] = setting{values: texts[key]}
			continue
		}
		k := find(keys, key)
		if k == nil {
			return nil, unknown(key, names(keys))
		}
		if err := out.fromFlags(k, texts[key], Origin{}); err != nil {
			return nil, err
		}
	}
	for _, k := range keys {
		var e *Error
		if s, ok := out[k.Name]; ok && !clears(s.values) {
			e = checkSetting(&k, s.values)
		} else if k.table != nil {
			e = k.table(k.Name, out.parameters(k.Name))
		}
		if e != nil {
			return nil, e
		}
	}
	return out, nil
}

// clears reports whether values remove a key.
func clears(values []string) bool { return len(values) == 0 || len(values) == 1 && values[0] == "" }

// inKeyOrder sorts settings by the order of keys.
func inKeyOrder(s settings) []string {
	rank := func(key string) int {
		return slices.IndexFunc(keys, func(k Key) bool { return k.Name == strings.SplitN(key, ".", 2)[0] })
	}
	return slices.SortedFunc(maps.Keys(s), func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
