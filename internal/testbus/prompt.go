package testbus

import "github.com/godbus/dbus/v5"

// Person is who sits before the screen when the service asks for the password of its collection.
type Person int

// The people there are.
const (
	Dismissing Person = iota // closes the window
	Absent                   // never answers: the client waits
	Approving                // gives the right password
)

// prompt is a question to the person, which is asked when the client says so.
type prompt struct {
	owner     string // the unique name of the client
	person    Person
	dismissed dbus.Variant        // the result where it is
	approve   func() dbus.Variant // does what was asked for and returns the result
}

// dismissal is a prompt that the person dismisses, whoever they are.
func dismissal(owner string, result any) prompt {
	return prompt{owner: owner, person: Dismissing, dismissed: dbus.MakeVariant(result)}
}

func (s *secrets) ask(p prompt) dbus.ObjectPath {
	path := s.path(promptPrefix)
	s.prompts[path] = p
	return path
}

func (s *secrets) showPrompt(c call) answer {
	p, ok := s.prompts[c.path]
	switch {
	case !ok || p.owner != c.sender:
		return noSuchObject(c.path)
	case p.person == Absent:
		return reply()
	case p.person == Approving:
		return s.complete(c, false, p.approve())
	default:
		return s.complete(c, true, p.dismissed)
	}
}

func (s *secrets) dismissPrompt(c call) answer {
	p, ok := s.prompts[c.path]
	if !ok || p.owner != c.sender {
		return noSuchObject(c.path)
	}
	return s.complete(c, true, p.dismissed)
}

// complete tells the client alone, which need not have asked the bus for the signal: what is addressed to a client
// reaches it.
func (s *secrets) complete(c call, dismissed bool, result dbus.Variant) answer {
	delete(s.prompts, c.path)
	a := reply()
	a.signal = &signal{c.path, promptInterface, "Completed", []any{dismissed, result}}
	return a
}
