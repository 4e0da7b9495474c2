package untrusted

// Error says that a server answered, but with something that must not be trusted or cannot be used: another issuer's
// name, a bad signature, a body without end. It is told apart from a server that could not be reached, where trying
// again may help, and from an error answer, which is the server's considered word.
type Error struct {
	Op  string // what was being done, as in "read metadata"
	Err error  // what was wrong, in our words; text of the server's in it has gone through Quote
}

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }
