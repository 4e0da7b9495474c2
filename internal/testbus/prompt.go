package testbus

import "github.com/godbus/dbus/v5"

// Person is how the person answers when the service asks for the password of its collection.
type Person int

// The ways to answer.
const (
	Dismissing Person = iota // closes the prompt
	Absent                   // never answers: the client waits
	Approving                // gives the right password
)

// prompt is a question to the person. The client decides when it is asked.
type prompt struct {
	owner     string // the unique name of the client
	person    Person
	dismissed dbus.Variant        // the result if it is dismissed
	approve   func() dbus.Variant // does what was asked for and returns the result
}

// dismissal returns a prompt that is always dismissed.
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

// complete ends the prompt with a signal to the client. The client need not have a match rule for it, since it is addressed to
// the client.
func (s *secrets) complete(c call, dismissed bool, result dbus.Variant) answer {
	delete(s.prompts, c.path)
	a := reply()
	a.signal = &signal{c.path, promptInterface, "Completed", []any{dismissed, result}}
	return a
}
