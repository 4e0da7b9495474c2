package output

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// memberTemplate is a Go template over the members of a token response.
//
// The syntax is parsed by the standard library. It is carried out here, because text/template finds methods by name,
// and a program that does so keeps every exported method of every type it links: two megabytes, a fifth of ours. What is
// left out, loops and definitions, has nothing to work on in a flat set of members.
type memberTemplate struct{ root *parse.ListNode }

func parseTemplate(text string) (*memberTemplate, error) {
	trees, err := parse.Parse("output", text, "", "", functionNames())
	if err != nil {
		return nil, fmt.Errorf("parse template: %s", strings.TrimPrefix(err.Error(), "template: output:"))
	}
	if len(trees) != 1 {
		return nil, errors.New("parse template: definitions are not supported")
	}
	t := &memberTemplate{trees["output"].Root}
	// One run without members finds what is not supported before a token is asked for.
	if err := (&run{dry: true}).list(t.root); err != nil {
		return nil, fmt.Errorf("parse template: %w", err)
	}
	return t, nil
}

func (t *memberTemplate) execute(members map[string]any) (string, error) {
	r := run{members: members}
	if err := r.list(t.root); err != nil {
		return "", fmt.Errorf("execute template: %w", err)
	}
	return r.out.String(), nil
}

// run is one execution. A dry one goes through every branch and evaluates nothing.
type run struct {
	members map[string]any
	dot     any // inside with; nil for the members themselves
	dry     bool
	out     strings.Builder
}

func (r *run) list(l *parse.ListNode) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := r.node(n); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) node(n parse.Node) error {
	switch n := n.(type) {
	case *parse.TextNode:
		r.out.Write(n.Text)
	case *parse.ActionNode:
		value, err := r.pipe(n.Pipe)
		if err != nil {
			return err
		}
		fmt.Fprint(&r.out, value)
	case *parse.IfNode:
		return r.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return r.branch(&n.BranchNode, true)
	case *parse.CommentNode:
	default:
		return fmt.Errorf("not supported: %s", n)
	}
	return nil
}

func (r *run) branch(b *parse.BranchNode, moveDot bool) error {
	value, err := r.pipe(b.Pipe)
	if _, absent := errors.AsType[*missingError](err); err != nil && !absent {
		return err
	}
	if r.dry {
		return errors.Join(r.list(b.List), r.list(b.ElseList))
	}
	if err != nil || !truth(value) {
		return r.list(b.ElseList)
	}
	if !moveDot {
		return r.list(b.List)
	}
	outer := r.dot
	r.dot = value
	defer func() { r.dot = outer }()
	return r.list(b.List)
}

func (r *run) pipe(p *parse.PipeNode) (any, error) {
	if len(p.Decl) > 0 {
		return nil, fmt.Errorf("variables are not supported: %s", p)
	}
	var value any
	for i, command := range p.Cmds {
		var err error
		if value, err = r.command(command, value, i > 0); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// command evaluates one command of a pipeline; piped is the value of the one before it and becomes the last argument.
func (r *run) command(c *parse.CommandNode, piped any, hasPiped bool) (any, error) {
	name, isFunction := c.Args[0].(*parse.IdentifierNode)
	if !isFunction {
		if len(c.Args) > 1 || hasPiped {
			return nil, fmt.Errorf("not a function: %s", c.Args[0])
		}
		return r.argument(c.Args[0])
	}
	var args []any
	for _, node := range c.Args[1:] {
		value, err := r.argument(node)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	if hasPiped {
		args = append(args, piped)
	}
	if r.dry {
		return "", nil
	}
	return functions()[name.Ident](args)
}

func (r *run) argument(n parse.Node) (any, error) {
	switch n := n.(type) {
	case *parse.FieldNode:
		return r.member(n.Ident)
	case *parse.VariableNode: // $.member, from inside with
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			return (&run{members: r.members, dry: r.dry}).member(n.Ident[1:])
		}
	case *parse.DotNode:
		if r.dot != nil || r.dry {
			return r.dot, nil
		}
	case *parse.StringNode:
		return n.Text, nil
	case *parse.BoolNode:
		return n.True, nil
	case *parse.NumberNode:
		if n.IsInt {
			return n.Int64, nil
		}
	case *parse.IdentifierNode:
		return r.command(&parse.CommandNode{Args: []parse.Node{n}}, nil, false)
	case *parse.PipeNode:
		return r.pipe(n)
	}
	return nil, fmt.Errorf("not supported: %s", n)
}

func (r *run) member(path []string) (any, error) {
	if r.dry {
		return "", nil
	}
	value, ok := r.members[path[0]]
	if !ok || len(path) > 1 || r.dot != nil {
		return nil, &missingError{strings.Join(path, "."), slices.Sorted(maps.Keys(r.members))}
	}
	return value, nil
}

// missingError says that the response has no such member. In the condition of if and with it counts as false.
type missingError struct {
	name  string
	known []string
}

func (e *missingError) Error() string {
	return fmt.Sprintf("there is no member %q: there are %s", e.name, strings.Join(e.known, ", "))
}
