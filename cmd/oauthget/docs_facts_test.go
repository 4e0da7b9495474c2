package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/doctor"
	"github.com/oauthget/oauthget/internal/inspect"
	"github.com/oauthget/oauthget/internal/output"
)

// referencePage is the page that scripts and profile files can rely on.
const referencePage = "docs/reference.md"

// TestProfileKeysAreDocumented holds the tables of keys to the keys there are, what they hold, and the rule by which a
// key's flag and variable are named.
func TestProfileKeysAreDocumented(t *testing.T) {
	page := read(t, referencePage)
	prose := strings.Join(strings.Fields(page.prose()), " ")
	want, got := map[string]bool{}, map[string]bool{}
	for _, k := range config.Keys() {
		want[k.Name] = true
		byRule := strings.ReplaceAll(k.Name, "_", "-")
		if k.Env() != "OAUTHGET_"+strings.ToUpper(k.Name) {
			t.Errorf("%s has the variable %s, which is not by the rule that %s tells", k.Name, k.Env(), page.path)
		}
		exception := "`" + k.Name + "` has the flag `--" + k.Flag() + "`"
		if k.Flag() == "" {
			exception = "`" + k.Name + "` has no flag"
		}
		if k.Flag() != byRule && !strings.Contains(prose, exception) {
			t.Errorf("%s does not say: %s", page.path, exception)
		}
	}
	for _, row := range page.tables(t, "Key") {
		for _, name := range spans(row[0]) {
			if got[name] {
				t.Errorf("%s has the key %s twice", page.path, name)
			}
			got[name] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s and config.Keys differ:\n%s", page.path, diff)
	}
}

// TestWhatKeysHoldIsDocumented compares the form that a table, or the end of its name, gives for a key with the form that
// config reads.
func TestWhatKeysHoldIsDocumented(t *testing.T) {
	page := read(t, referencePage)
	holds := map[config.Kind][]string{
		config.String: {"text", "URL", "address"}, config.Path: {"path"}, config.JSON: {"JSON"}, config.Bool: {"boolean"}, config.List: {"list"},
		config.Scopes: {"scopes"}, config.Integer: {"integer"}, config.Ports: {"ports"}, config.Command: {"command"},
		config.Table: {"table"}, config.Lifetime: {"seconds or never"},
	}
	kinds := map[string]config.Kind{}
	for _, k := range config.Keys() {
		kinds[k.Name] = k.Kind
	}
	var forms []string
	for _, row := range page.table(t, "Holds") {
		forms = append(forms, strings.Split(row[0], ", ")...)
	}
	for _, row := range page.tables(t, "Key") {
		for _, name := range spans(row[0]) {
			form := row[1]
			if form == "" {
				form = formByName(name)
			}
			if !slices.Contains(holds[kinds[name]], form) {
				t.Errorf("%s: %s holds %q, not %q", page.path, name, holds[kinds[name]], form)
			}
			if !slices.Contains(forms, form) {
				t.Errorf("%s does not tell how %q is written", page.path, form)
			}
		}
	}
}

// formByName is what the page says of keys whose row says nothing.
func formByName(name string) string {
	switch {
	case strings.HasSuffix(name, "_file"):
		return "path"
	case strings.HasSuffix(name, "_command"):
		return "command"
	case strings.HasSuffix(name, "_endpoint"), strings.HasSuffix(name, "_uri"):
		return "URL"
	}
	return "text"
}

func TestGlobalFlagsAreDocumented(t *testing.T) {
	page := read(t, referencePage)
	want, got := map[string]bool{}, map[string]bool{}
	newApp(system()).rootCommand(anything).PersistentFlags().VisitAll(func(f *pflag.Flag) { want["--"+f.Name] = true })
	for _, row := range page.table(t, "Flag") {
		for _, name := range spans(row[0]) {
			if strings.HasPrefix(name, "--") {
				got[name] = true
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s and the global flags differ:\n%s", page.path, diff)
	}
}

func TestExitStatusesAreDocumented(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(moduleRoot, "internal/remedy/remedy.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	want, got := []string{"0"}, []string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Status") {
			if number, ok := spec.Values[0].(*ast.BasicLit); ok && number.Kind == token.INT {
				want = append(want, number.Value)
			}
		}
		return true
	})
	for _, row := range read(t, referencePage).table(t, "Status") {
		got = append(got, row[0])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/reference.md and package remedy differ:\n%s", diff)
	}
}

func TestOutputFormatsAreDocumented(t *testing.T) {
	want, got := output.Names(), []string{}
	for _, row := range read(t, referencePage).table(t, "Format") {
		got = append(got, strings.Trim(row[0], "`"))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/reference.md and output.Names differ:\n%s", diff)
	}
}

func TestMembersOfJSONAreDocumented(t *testing.T) {
	for table, of := range map[string]any{
		"Member of `inspect`": inspect.Report{}, "Member of a check": doctor.Finding{},
	} {
		var want, got []string
		for f := range reflect.TypeOf(of).Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && name != "version" {
				want = append(want, name)
			}
		}
		for _, row := range read(t, referencePage).table(t, table) {
			got = append(got, spans(row[0])...)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("docs/reference.md, %s:\n%s", table, diff)
		}
	}
}

func TestDependenciesAreDocumented(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(moduleRoot, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got [][]string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(string(mod), -1) { // indirect ones go on
		want = append(want, m[1:])
	}
	for _, row := range read(t, "docs/internals/design.md").table(t, "Module") {
		got = append(got, []string{strings.Trim(row[0], "`"), row[1]})
		if row[2] == "" {
			t.Errorf("docs/internals/design.md gives no reason for %s", row[0])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/internals/design.md and go.mod differ:\n%s", diff)
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(moduleRoot, "internal"))
	if err != nil {
		t.Fatal(err)
	}
	design := read(t, "docs/internals/design.md").prose()
	for _, e := range entries {
		if !strings.Contains(design, "`"+e.Name()+"`") && !strings.Contains(design, "`internal/"+e.Name()+"`") {
			t.Errorf("docs/internals/design.md does not mention internal/%s", e.Name())
		}
	}
}

// reference is the name of something in a package of ours, as documents write it.
var reference = regexp.MustCompile(`^([a-z]+)\.[A-Za-z]\w*(\.\w+)?$`)

func TestNamesInTheDocsExist(t *testing.T) {
	known, packages := declared(t)
	for _, d := range documents(t) {
		for _, s := range spans(d.prose()) {
			m := reference.FindStringSubmatch(s)
			isFile := strings.HasSuffix(s, ".go") || strings.HasSuffix(s, ".toml")
			if m != nil && packages[m[1]] && !isFile && !known[s] {
				t.Errorf("%s: there is no %s", d.path, s)
			}
			if strings.HasSuffix(s, ".txtar") && !known[s] {
				t.Errorf("%s: there is no testdata/script/%s", d.path, s)
			}
		}
	}
}

var testName = regexp.MustCompile(`^[a-z]+\.(?:Test|Fuzz)[A-Z]|\.txtar$`)

func TestEveryDemandHasACheckAndATest(t *testing.T) {
	demands := 0
	for line := range strings.Lines(read(t, "docs/internals/rfc.md").text) {
		row := cells(line)
		if row == nil || row[0] == "§" || strings.HasPrefix(row[0], "-") {
			continue
		}
		demands++
		switch {
		case len(row) != 4:
			t.Errorf("docs/internals/rfc.md: %s: %d columns", line, len(row))
		case row[2] == "not applicable":
			if row[3] == "" {
				t.Errorf("docs/internals/rfc.md: §%s %s: not applicable without a reason", row[0], row[1])
			}
		case len(spans(row[2])) == 0 || slices.ContainsFunc(spans(row[2]), testName.MatchString):
			t.Errorf("docs/internals/rfc.md: §%s %s: where?", row[0], row[1])
		case len(spans(row[3])) == 0 || !allMatch(spans(row[3]), testName):
			t.Errorf("docs/internals/rfc.md: §%s %s: which test?", row[0], row[1])
		}
	}
	if demands == 0 {
		t.Error("docs/internals/rfc.md has no tables")
	}
}

func allMatch(list []string, pattern *regexp.Regexp) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !pattern.MatchString(s) })
}

// declared returns what the sources declare, as package.Name and package.Type.Method, the scripts by their file names,
// and the packages' names.
func declared(t *testing.T) (known, packages map[string]bool) {
	t.Helper()
	known, packages = map[string]bool{}, map[string]bool{}
	for _, dir := range []string{"cmd", "internal", "testdata/script"} {
		err := filepath.WalkDir(filepath.Join(moduleRoot, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				known[filepath.Base(path)] = filepath.Ext(path) == ".txtar"
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			pkg := strings.TrimSuffix(file.Name.Name, "_test") // the tests of a package may be outside of it
			packages[pkg] = true
			for _, decl := range file.Decls {
				for _, name := range declares(decl) {
					known[pkg+"."+name] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return known, packages
}

func declares(decl ast.Decl) []string {
	if f, ok := decl.(*ast.FuncDecl); ok {
		if f.Recv == nil {
			return []string{f.Name.Name}
		}
		return []string{receiver(f.Recv.List[0].Type) + "." + f.Name.Name}
	}
	var names []string
	for _, spec := range decl.(*ast.GenDecl).Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestSymptomsAreWhatTheProgramSays looks for each message that troubleshooting.md explains in the sources: … in it
// stands for anything.
func TestSymptomsAreWhatTheProgramSays(t *testing.T) {
	var sources strings.Builder
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(moduleRoot, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			sources.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	said := sources.String()
	symptoms := regexp.MustCompile(`\*\*[^*]+\*\*`).FindAllString(read(t, "docs/troubleshooting.md").prose(), -1)
	for _, symptom := range symptoms {
		for _, message := range spans(symptom) {
			for _, part := range strings.Split(message, "…") {
				if part = strings.Trim(part, " :,\""); !strings.Contains(said, part) {
					t.Errorf("docs/troubleshooting.md explains %q, but no source says %q", message, part)
				}
			}
		}
	}
	if len(symptoms) < 20 {
		t.Errorf("docs/troubleshooting.md explains %d messages", len(symptoms))
	}
}
