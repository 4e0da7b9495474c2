package architecture

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestPackagesKeepNoState checks that package-level variables do not change: two logins or two tests in one process must not
// share state.
func TestPackagesKeepNoState(t *testing.T) {
	const why = "a package-level variable is set where it is declared and does not change: put state into a struct"
	byPackage := map[string][]source{}
	for _, s := range sources(t) {
		if product(s) {
			byPackage[s.pkg()] = append(byPackage[s.pkg()], s)
		}
	}
	for _, files := range byPackage {
		for _, found := range stateful(files) {
			t.Errorf("%s: %s", found, why)
		}
	}
}

func TestStateIsFound(t *testing.T) {
	files := []source{
		snippet(t, "p/a.go", `
			import "sync"
			var seen = map[string]bool{}
			var count int
			var mu sync.Mutex
			var table, _ = []int{1}, 1
			func f() { seen["a"] = true; count++ }`),
		snippet(t, "p/b.go", `
			func g(table []int) { count = 1; table[0] = 2 }
			func h() { count := 0; _ = count; count++; seen := seen; seen["b"] = true }
			func i() { for count = range 3 {} }
			func j() *int { return &count }`),
	}
	got := stateful(files)
	want := []string{"p/a.go:6", "p/a.go:8", "p/a.go:8", "p/b.go:3", "p/b.go:5", "p/b.go:6"}
	for i := range got {
		got[i] = got[i][:strings.LastIndexByte(got[i], ':')]
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// stateful returns the places where the files of one package keep state in a package-level variable: where it is assigned to,
// its address is taken, or its type is that of a lock.
func stateful(files []source) []string {
	names := map[string]bool{}
	var found []string
	for _, s := range files {
		for _, spec := range variables(s) {
			for _, name := range spec.Names {
				names[name.Name] = name.Name != "_"
			}
			if sel, ok := spec.Type.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "sync" || x.Name == "atomic") {
					found = append(found, s.at(spec))
				}
			}
		}
	}
	for _, s := range files {
		for _, target := range targets(s) {
			if name := outermost(target); name != nil && names[name.Name] && packageLevel(s, name) {
				found = append(found, s.at(target))
			}
		}
	}
	return found
}

// variables returns the package-level variable declarations of a file.
func variables(s source) []*ast.ValueSpec {
	var specs []*ast.ValueSpec
	for _, d := range s.file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				specs = append(specs, spec.(*ast.ValueSpec))
			}
		}
	}
	return specs
}

// targets returns the expressions of a file that are assigned to, or whose address is taken.
func targets(s source) []ast.Expr {
	var exprs []ast.Expr
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				exprs = append(exprs, n.Lhs...)
			}
		case *ast.IncDecStmt:
			exprs = append(exprs, n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				exprs = append(exprs, n.Key, n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				exprs = append(exprs, n.X)
			}
		}
		return true
	})
	return exprs
}

// outermost returns the variable that is changed: a for a[i].b = c.
func outermost(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return outermost(e.X)
	case *ast.SelectorExpr:
		return outermost(e.X)
	case *ast.StarExpr:
		return outermost(e.X)
	case *ast.ParenExpr:
		return outermost(e.X)
	default:
		return nil
	}
}

// packageLevel reports whether name is declared outside of all functions. The parser resolves names that are declared in the
// same file and leaves the others open.
func packageLevel(s source, name *ast.Ident) bool {
	declared, scope := name.Obj, s.file.Scope
	return declared == nil || scope.Lookup(name.Name) == declared
}
