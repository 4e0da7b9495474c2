package config

// shape holds TOML's rules on defining a name once, which go-toml's parser leaves to whoever uses it.
//
// "You cannot define a table more than once." "Dotted keys create and define a table for each key part before the last
// one." "Inline tables are fully self-contained and define all keys and sub-tables within them." TOML 1.0.0
type shape struct {
	tables map[shapeName]int // to forms
	forms  []form
}

type shapeName struct {
	parent int // in forms
	name   string
}

type form byte

const (
	root     form = iota
	implied       // named on the way to another header: a header of its own may follow
	explicit      // has its header
	byDots        // made by dotted keys: more dotted keys may follow, a header may not
	closed        // a value, or an inline table
)

func newShape() *shape { return &shape{tables: map[shapeName]int{}, forms: []form{root}} }

// scope is a table's full name and its number in the shape.
type scope struct {
	path [][]byte
	id   int
}

// header records [path] and returns it as the scope of what follows.
func (s *shape) header(path [][]byte) (scope, *Error) {
	id := 0
	for i, part := range path {
		last := i == len(path)-1
		child, known := s.tables[shapeName{id, string(part)}]
		switch {
		case !known && last:
			child = s.add(id, part, explicit)
		case !known:
			child = s.add(id, part, implied)
		case s.forms[child] == closed, last && s.forms[child] != implied:
			return scope{}, defined(path[:i+1])
		case last:
			s.forms[child] = explicit
		}
		id = child
	}
	return scope{path, id}, nil
}

// setting records a key in a scope and returns it as the scope of what is in its value.
func (s *shape) setting(in scope, path [][]byte) (scope, *Error) {
	id := in.id
	for i := len(in.path); i < len(path); i++ {
		last := i == len(path)-1
		child, known := s.tables[shapeName{id, string(path[i])}]
		switch {
		case !known && last:
			child = s.add(id, path[i], closed)
		case !known:
			child = s.add(id, path[i], byDots)
		case last || s.forms[child] != byDots:
			return scope{}, defined(path[:i+1])
		}
		id = child
	}
	return scope{path, id}, nil
}

func (s *shape) add(parent int, name []byte, f form) int {
	id := len(s.forms)
	s.tables[shapeName{parent, string(name)}] = id
	s.forms = append(s.forms, f)
	return id
}

func defined(path [][]byte) *Error {
	return wrong("", "%s is defined twice", printable(dotted(path)))
}
