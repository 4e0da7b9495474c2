// Package architecture checks the rules of the project: which package may import which, what no code may do, and what no file
// may contain. The rules are data, each with its reason, and a test that fails prints both.
//
// It consists of tests alone. It reads syntax and no types, so that it sees the files of every system and build tag at once.
// What needs types is for go vet and staticcheck.
package architecture

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/oauthget/oauthget"
	root   = "../.." // of the module, from the directory of this package
)

// source is one Go file.
type source struct {
	path string // from the root of the module, with slashes
	fset *token.FileSet
	file *ast.File
}

// pkg returns the import path of its package, from the root of the module.
func (s source) pkg() string { return path.Dir(s.path) }

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// at returns the position of a node, in the form that editors understand.
func (s source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return p.String()
}

// imports returns the paths that s imports; those of this module from its root, as source.pkg has them.
func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		paths = append(paths, strings.TrimPrefix(unquote(spec.Path), module+"/"))
	}
	return paths
}

// sources returns all Go files of the module.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readSources = sync.OnceValues(func() ([]source, error) {
	var sources []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if foreign(name, d.Name()) {
				return fs.SkipDir
			}
			return nil
		case filepath.Ext(name) != ".go":
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s, err := parse(fset, filepath.ToSlash(rel), nil)
		sources = append(sources, s)
		return err
	})
	return sources, err
})

// foreign reports whether a directory has no package of this module: it is ignored by the go command, or another module.
func foreign(dir, name string) bool {
	if dir == root {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") ||
		strings.HasPrefix(name, "_")
}

// parse parses the file at name, or text if it is not nil.
func parse(fset *token.FileSet, name string, text any) (source, error) {
	if text == nil {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return source{}, err
		}
		text = b
	}
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	return source{name, fset, file}, err
}

// snippet parses declarations as if they were in the file at name.
func snippet(t *testing.T, name, declarations string) source {
	t.Helper()
	s, err := parse(token.NewFileSet(), name, "package p\n"+declarations)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// goCommand runs the go command in the root of the module and returns what it prints.
func goCommand(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}

func unquote(lit *ast.BasicLit) string { return strings.Trim(lit.Value, "\"`") }
