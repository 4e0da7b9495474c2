package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The interop suite needs servers that are not everywhere. Its tables are read off its source here, so that wherever
// the tests run, the document tells of each of its subtests, and of no other.
func TestInteropRowsAreDocumented(t *testing.T) {
	want := slices.Sorted(maps.Keys(interopSubtests(t)))
	var got []string
	for line := range strings.Lines(read(t, "docs/internals/interop.md").text) {
		row := cells(line)
		if len(row) != 5 || row[0] == "What" || strings.HasPrefix(row[0], "-") {
			continue
		}
		if slices.Contains(row, "") {
			t.Errorf("docs/internals/interop.md: an empty cell: %s", line)
		}
		got = append(got, strings.Trim(row[4], "`"))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/internals/interop.md (+) and the tables of internal/interop (-) differ:\n%s", diff)
	}
}

func TestInteropServersHaveTheirVersions(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(moduleRoot, "testdata", "interop", "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var installed struct{ Dependencies map[string]string }
	if err := json.Unmarshal(data, &installed); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, row := range read(t, "docs/internals/interop.md").table(t, "Server") {
		name, _, _ := strings.Cut(strings.TrimPrefix(row[0], "["), "]")
		if version, ok := installed.Dependencies[name]; ok {
			found++
			if row[1] != version {
				t.Errorf("docs/internals/interop.md has %s in the version %s, package.json in %s", name, row[1], version)
			}
		}
	}
	if found < 2 {
		t.Errorf("docs/internals/interop.md names %d servers of package.json", found)
	}
}

// interopSubtests are the subtests of internal/interop that are made of tables, each as Test/row. A test is given its
// tables where it calls walkAll or judgeAll; a table is a variable whose name ends in Rows.
func interopSubtests(t *testing.T) map[string]bool {
	t.Helper()
	tables, tests := map[string][]string{}, map[string][]string{}
	files, err := filepath.Glob(filepath.Join(moduleRoot, "internal", "interop", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if strings.HasPrefix(decl.Name.Name, "Test") {
					tests[decl.Name.Name] = tablesIn(decl.Body)
				}
			case *ast.GenDecl:
				maps.Copy(tables, rowsIn(decl))
			}
		}
	}
	subtests, used := map[string]bool{}, map[string]bool{}
	for test, names := range tests {
		for _, table := range names {
			used[table] = true
			for _, row := range tables[table] {
				subtests[test+"/"+row] = true
			}
		}
	}
	for table := range tables {
		if !used[table] {
			t.Errorf("internal/interop: no test walks %s", table)
		}
	}
	if len(subtests) == 0 {
		t.Error("internal/interop has no tables")
	}
	return subtests
}

// tablesIn are the tables that a test's call of walkAll or judgeAll names.
func tablesIn(body *ast.BlockStmt) []string {
	var names []string
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "walkAll" && f.Name != "judgeAll" {
			return true
		}
		ast.Inspect(call, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && strings.HasSuffix(id.Name, "Rows") {
				names = append(names, id.Name)
			}
			return true
		})
		return false
	})
	return names
}

// rowsIn are the tables that are declared there, each with the names of its rows.
func rowsIn(decl *ast.GenDecl) map[string][]string {
	tables := map[string][]string{}
	for _, spec := range decl.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok || !strings.HasSuffix(value.Names[0].Name, "Rows") || len(value.Values) != 1 {
			continue
		}
		table, ok := value.Values[0].(*ast.CompositeLit)
		if !ok {
			continue
		}
		for _, row := range table.Elts {
			tables[value.Names[0].Name] = append(tables[value.Names[0].Name], rowName(row.(*ast.CompositeLit)))
		}
	}
	return tables
}

// rowName is the name that a row gives itself.
func rowName(row *ast.CompositeLit) string {
	for _, field := range row.Elts {
		pair, ok := field.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		literal, ok := pair.Value.(*ast.BasicLit)
		if key, isName := pair.Key.(*ast.Ident); ok && isName && key.Name == "name" {
			name, _ := strconv.Unquote(literal.Value)
			return name
		}
	}
	return ""
}
