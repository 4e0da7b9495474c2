package output

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// parseTemplate returns the Render func for a template.
//
// A missing member is an error, so that "<no value>" is never taken for a token. In the condition of if, with and range
// it is false.
func parseTemplate(text string) (func(token.Set, time.Time) (string, error), error) {
	t, err := template.New("output").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse template: %s", strings.TrimPrefix(err.Error(), "template: output:"))
	}
	for _, defined := range t.Templates() {
		if err := prepare(t, defined.Root); err != nil {
			return nil, fmt.Errorf("parse template: %w", err)
		}
	}
	return func(s token.Set, now time.Time) (string, error) {
		var out strings.Builder
		m := members(s, now)
		if err := t.Execute(&out, m); err != nil {
			// The error may quote a value.
			why := untrusted.Text(strings.TrimPrefix(err.Error(), "template: output:"), s.AccessToken, s.RefreshToken, s.IDToken)
			return "", fmt.Errorf("execute template: %s (the members are %s)", why, strings.Join(slices.Sorted(maps.Keys(m)), ", "))
		}
		return strings.TrimSuffix(out.String(), "\n") + "\n", nil
	}, nil
}

// prepare allows missing members in the conditions below n, and refuses calls of templates that t does not define: text/template
// would notice them only when it executes the call.
func prepare(t *template.Template, n parse.Node) error {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, child := range n.Nodes {
			if err := prepare(t, child); err != nil {
				return err
			}
		}
	case *parse.IfNode:
		return prepareBranch(t, &n.BranchNode)
	case *parse.WithNode:
		return prepareBranch(t, &n.BranchNode)
	case *parse.RangeNode:
		return prepareBranch(t, &n.BranchNode)
	case *parse.TemplateNode:
		if t.Lookup(n.Name) == nil {
			return fmt.Errorf("%d: template %q is not defined", n.Line, n.Name)
		}
	}
	return nil
}

func prepareBranch(t *template.Template, b *parse.BranchNode) error {
	makeOptional(b.Pipe)
	if err := prepare(t, b.List); err != nil {
		return err
	}
	return prepare(t, b.ElseList)
}

// makeOptional replaces the members in pipe, .name and $.name, by calls of index, which returns nil for a missing one.
func makeOptional(pipe *parse.PipeNode) {
	for _, command := range pipe.Cmds {
		for i, argument := range command.Args {
			switch n := argument.(type) {
			case *parse.PipeNode:
				makeOptional(n)
			case *parse.FieldNode:
				if len(n.Ident) == 1 {
					command.Args[i] = index(&parse.DotNode{NodeType: parse.NodeDot, Pos: n.Pos}, n.Ident[0])
				}
			case *parse.VariableNode:
				if len(n.Ident) == 2 {
					variable := &parse.VariableNode{NodeType: parse.NodeVariable, Pos: n.Pos, Ident: n.Ident[:1]}
					command.Args[i] = index(variable, n.Ident[1])
				}
			}
		}
	}
}

// index returns the pipeline (index of "name").
func index(of parse.Node, name string) *parse.PipeNode {
	pos := of.Position()
	return &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{{
		NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{
			parse.NewIdentifier("index").SetPos(pos), of,
			&parse.StringNode{NodeType: parse.NodeString, Pos: pos, Quoted: strconv.Quote(name), Text: name},
		},
	}}}
}
