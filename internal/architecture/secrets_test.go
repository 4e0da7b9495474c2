package architecture

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// revealers are the packages that may call token.Secret.Reveal, and why. A review should read this list: a new line needs a
// good reason.
var revealers = map[string]string{
	"cmd/oauthget":          "puts the token into the environment of the program that exec runs",
	"internal/agent":        "is the protocol in which an agent gives the access token to its clients",
	"internal/agentserver":  "gives a proof to the client that asks for one",
	"internal/clientauth":   "puts the client secret into a request to the authorization server",
	"internal/credential":   "hands the token to programs that ask for it, in the form that each of them reads",
	"internal/curl":         "puts a proof into the config that curl reads",
	"internal/demo":         "shows the beginning of the secrets of its own server",
	"internal/dpop":         "reads the key that tokens are bound to, and puts proofs made with it into the requests they are for",
	"internal/flow":         "puts codes, verifiers and refresh tokens into the requests that redeem them",
	"internal/idtoken":      "verifies the signature over the ID Token's own text",
	"internal/output":       "prints the token: the result that was asked for",
	"internal/proxy":        "puts the access token into the requests to the upstream",
	"internal/secretsource": "reads a secret from where the profile says, be it the profile itself or another one's token",
	"internal/registration": "sends the token that a server gave for the registration back to it",
	"internal/store":        "derives from a passphrase the key that opens sealed files, and puts a client secret into the keychain",
	"internal/token":        "defines it, and marshals a set to be sealed",
}

func TestOnlyTheListedPackagesReveal(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		if !product(s) {
			continue
		}
		for _, call := range nodes(s, isReveal) {
			used[s.pkg()] = true
			if revealers[s.pkg()] == "" {
				t.Errorf("%s: %s reveals a secret and is not in the list of internal/architecture/secrets_test.go: "+
					"pass the token.Secret on, or add a line with a reason", s.at(call), s.pkg())
			}
		}
	}
	exists := packages(t)
	for pkg := range revealers {
		if exists[pkg] != nil && !used[pkg] {
			t.Errorf("%s reveals no secret: remove it from the list of internal/architecture/secrets_test.go", pkg)
		}
	}
}

func isReveal(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Reveal" && len(call.Args) == 0
}

// secretNames are names of secrets that are compared with input.
var secretNames = []string{
	"accesstoken", "clientsecret", "codeverifier", "idtoken", "nonce", "passphrase", "password", "refreshtoken", "state",
	"verifier",
}

// comparing are functions whose time depends on how much is equal.
var comparing = map[string][]string{
	"bytes":   {"Compare", "Equal", "EqualFold", "HasPrefix", "Contains"},
	"cmp":     {"Compare"},
	"reflect": {"DeepEqual"},
	"slices":  {"Compare", "Contains", "Equal", "Index"},
	"strings": {"Compare", "EqualFold"},
}

// enumerated are constants such as stateNone, which no OAuth state is compared with.
var enumerated = regexp.MustCompile(`^[sS]tate[A-Z]`)

func comparedSecrets(s source) []ast.Node {
	var leaky []ast.Node
	for path, names := range comparing {
		leaky = append(leaky, uses(s, path, names...)...)
	}
	found := nodes(s, func(call *ast.CallExpr) bool {
		return slices.Contains(leaky, ast.Node(call.Fun)) && slices.ContainsFunc(call.Args, reveals)
	})
	return append(found, nodes(s, func(b *ast.BinaryExpr) bool {
		if b.Op != token.EQL && b.Op != token.NEQ {
			return false
		}
		return reveals(b.X) || reveals(b.Y) || isSecret(b.X) && !constant(b.Y) || isSecret(b.Y) && !constant(b.X)
	})...)
}

// reveals reports whether e is the text of a secret, converted or not.
func reveals(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	return isReveal(call) || len(call.Args) == 1 && conversion(call.Fun) && reveals(call.Args[0])
}

func conversion(fun ast.Expr) bool {
	name, ok := fun.(*ast.Ident)
	_, bytes := fun.(*ast.ArrayType)
	return bytes || ok && name.Name == "string"
}

func isSecret(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return slices.Contains(secretNames, strings.ToLower(e.Name))
	case *ast.SelectorExpr:
		return isSecret(e.Sel)
	default:
		return false
	}
}

// constant reports whether e is a constant, so that the time of a comparison says nothing new.
func constant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "nil" || enumerated.MatchString(e.Name)
	default:
		return false
	}
}
