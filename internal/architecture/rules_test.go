package architecture

import (
	"cmp"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// rule forbids something in code.
type rule struct {
	reason string
	// applies reports whether the rule applies to a file.
	applies func(source) bool
	// find returns the places in a file that break the rule.
	find func(source) []ast.Node
	// broken is code that breaks the rule, once per line.
	broken string
	// kept is similar code that does not break it.
	kept string
	// home is the file of both; the default is any file that the rule applies to.
	home string
}

var rules = map[string]rule{
	"no init function": {
		reason:  "init runs unseen at the start of every command",
		applies: everywhere,
		find: func(s source) []ast.Node {
			return nodes(s, func(f *ast.FuncDecl) bool { return f.Recv == nil && f.Name.Name == "init" })
		},
		broken: "func init() {}",
		kept:   "type t int\nfunc (t) init() {}",
	},
	"no command pays for another's expression": {
		reason:  "a package-level expression is compiled at the start of every command: check by hand, or compile in a sync.OnceValue",
		applies: product,
		find:    compiledAtStart,
		broken:  "import \"regexp\"\nvar a = regexp.MustCompile(\"\")\nvar b = []any{regexp.MustCompilePOSIX(\"\")}\nvar c, _ = regexp.Compile(\"\")",
		kept:    "import (\"regexp\"; \"sync\")\nvar a = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(\"\") })\nfunc f() { regexp.MustCompile(\"\") }",
	},
	"only main ends the process": {
		reason: "an exit elsewhere runs no deferred function: locks stay, terminals stay without echo, and a test ends",
		applies: func(s source) bool {
			return !s.test() && s.path != "cmd/oauthget/main.go" && !isTool(s.pkg())
		},
		find: func(s source) []ast.Node {
			return append(uses(s, "os", "Exit"), uses(s, "log", "Fatal", "Fatalf", "Fatalln")...)
		},
		broken: "import (\"os\"; l \"log\")\nfunc f() { os.Exit(1) }\nfunc g() { l.Fatal() }",
		kept:   "type o struct{ Exit func(int) }\nfunc f(os o) { os.Exit(1) }",
	},
	"only cmd prints": {
		reason:  "stdout has the result and nothing else, and cmd decides what that is",
		applies: func(s source) bool { return product(s) && s.pkg() != "cmd/oauthget" },
		find: func(s source) []ast.Node {
			found := append(uses(s, "fmt", "Print", "Printf", "Println"), uses(s, "os", "Stdout")...)
			found = append(found, uses(s, "log", "Print", "Printf", "Println", "Panic", "Panicf", "Panicln")...)
			return append(found, nodes(s, func(c *ast.CallExpr) bool {
				name, _ := c.Fun.(*ast.Ident)
				return name != nil && (name.Name == "print" || name.Name == "println")
			})...)
		},
		broken: "import (\"fmt\"; \"os\")\nfunc f() { fmt.Println() }\nvar w = os.Stdout\nfunc g() { println() }",
		kept:   "import (\"fmt\"; \"io\")\nfunc f(w io.Writer) { fmt.Fprintln(w) }",
	},
	"nothing is printed as Go source": {
		reason:  "%#v prints every field, of errors and of secrets too",
		applies: product,
		find: func(s source) []ast.Node {
			return nodes(s, func(l *ast.BasicLit) bool { return l.Kind == token.STRING && strings.Contains(l.Value, "%#v") })
		},
		broken: "const format = \"got %#v\"",
		kept:   "const format = \"got %v\"",
	},
	"every wait ends with its context": {
		reason:  "time.Sleep cannot be interrupted: select on ctx.Done() and a timer",
		applies: product,
		find:    func(s source) []ast.Node { return uses(s, "time", "Sleep") },
		broken:  "import \"time\"\nfunc f() { time.Sleep(1) }",
		kept:    "import \"time\"\nvar t = time.NewTimer(1)",
	},
	"requests have a client of their own": {
		reason:  "the default client has no timeout and no limit, and follows redirects: use endpoint",
		applies: product,
		find: func(s source) []ast.Node {
			return uses(s, "net/http", "DefaultClient", "Get", "Head", "Post", "PostForm")
		},
		broken: "import \"net/http\"\nvar c = http.DefaultClient\nfunc f() { http.Get(\"\") }",
		kept:   "import \"net/http\"\nfunc f(c *http.Client) { c.Get(\"\") }",
	},
	"config opens no socket": {
		reason:  "a command that fails in its profile has sent nothing, and a profile can be checked offline",
		applies: func(s source) bool { return product(s) && s.pkg() == "internal/config" },
		find: func(s source) []ast.Node {
			return slices.DeleteFunc(selectors(s, "net"), func(n ast.Node) bool {
				return slices.Contains(readsText, n.(*ast.SelectorExpr).Sel.Name)
			})
		},
		broken: "import \"net\"\nvar a, _ = net.Dial(\"\", \"\")\nvar b, _ = net.LookupHost(\"\")",
		kept:   "import \"net\"\nvar a = net.JoinHostPort(\"\", \"\")",
		home:   "internal/config/config.go",
	},
	"secrets are compared in constant time": {
		reason:  "the time that == takes says how much of a guess is right: use token.Secret.Equal or crypto/subtle",
		applies: func(s source) bool { return product(s) && s.pkg() != demoas && s.pkg() != testas }, // whose secrets protect nothing
		find:    comparedSecrets,
		broken: "import \"strings\"\nvar a = s.Reveal() == t\nvar b = t != s.Reveal()\n" +
			"var c = strings.EqualFold(t, string(s.Reveal()))\nvar d = r.State != state\nvar e = nonce == want",
		kept: "import \"crypto/subtle\"\nvar a = subtle.ConstantTimeCompare([]byte(s.Reveal()), t) == 1\nvar b = state == \"\" || s.state == stateOpen\nvar c = s.Empty()",
	},
}

// readsText are the functions and types of net that open no connection.
var readsText = []string{"IP", "IPMask", "IPNet", "JoinHostPort", "ParseCIDR", "ParseIP", "SplitHostPort"}

func TestCodeKeepsTheRules(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			for _, s := range sources(t) {
				if !rules[name].applies(s) {
					continue
				}
				for _, n := range rules[name].find(s) {
					t.Errorf("%s: %s: %s", s.at(n), name, rules[name].reason)
				}
			}
		})
	}
}

func TestBrokenRulesAreFound(t *testing.T) {
	for name, r := range rules {
		home := cmp.Or(r.home, "internal/flow/flow.go")
		broken := snippet(t, home, r.broken)
		if !r.applies(broken) {
			t.Errorf("%s: does not apply to %s", name, broken.path)
		}
		want := 0
		for _, d := range broken.file.Decls {
			if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
				want++
			}
		}
		if got := len(r.find(broken)); got != want {
			t.Errorf("%s: found %d times, want %d, in\n%s", name, got, want, r.broken)
		}
		if got := len(r.find(snippet(t, home, r.kept))); got != 0 {
			t.Errorf("%s: found %d times, want none, in\n%s", name, got, r.kept)
		}
	}
}

// compiledAtStart returns the regular expressions that a file compiles outside of all functions.
func compiledAtStart(s source) []ast.Node {
	functions := nodes(s, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return true
		}
		return false
	})
	return slices.DeleteFunc(uses(s, "regexp", "Compile", "CompilePOSIX", "MustCompile", "MustCompilePOSIX"), func(n ast.Node) bool {
		return slices.ContainsFunc(functions, func(f ast.Node) bool { return f.Pos() <= n.Pos() && n.End() <= f.End() })
	})
}

func everywhere(source) bool { return true }

// product reports whether the file is part of the program, and not of a test or a tool.
func product(s source) bool { return !s.test() && !isTool(s.pkg()) }

// nodes returns the nodes of one type for which keep returns true.
func nodes[N ast.Node](s source, keep func(N) bool) []ast.Node {
	var found []ast.Node
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n, ok := n.(N); ok && keep(n) {
			found = append(found, n)
		}
		return true
	})
	return found
}

// uses returns the uses of names of the package at path.
func uses(s source, path string, names ...string) []ast.Node {
	return slices.DeleteFunc(selectors(s, path), func(n ast.Node) bool {
		return !slices.Contains(names, n.(*ast.SelectorExpr).Sel.Name)
	})
}

// selectors returns the uses of any name of the package at path.
func selectors(s source, path string) []ast.Node {
	local := ""
	for _, spec := range s.file.Imports {
		if unquote(spec.Path) != path {
			continue
		}
		local = path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			local = spec.Name.Name
		}
	}
	return nodes(s, func(sel *ast.SelectorExpr) bool {
		x, _ := sel.X.(*ast.Ident)
		return local != "" && x != nil && x.Name == local
	})
}
