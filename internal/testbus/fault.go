package testbus

// A fault lasts until it is undone. Each is something that a session or a keyring has been seen to do.

// frozen is what does not answer.
type frozen int

const (
	thawed frozen = iota
	theService
	wholeBus
)

// writes is what happens to writes.
type writes int

const (
	kept writes = iota
	refused
	dropped
)

// set changes something with b.mu held, and wakes those who wait for a change.
func (b *Bus) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.changed.Broadcast()
}

// Lock locks the collection, as a login without a password does. Its items can be found but not read or written, and a client
// that asks to unlock it is told to prompt the person.
func (b *Bus) Lock() { b.set(func() { b.service.secrets.locked = true }) }

// Unlock undoes Lock.
func (b *Bus) Unlock() { b.set(func() { b.service.secrets.locked = false }) }

// Seat sets who answers the prompts that are made from now on. It is Dismissing at first.
func (b *Bus) Seat(p Person) { b.set(func() { b.service.secrets.person = p }) }

// RemoveCollection removes the collection and its items, as in a service that was never set up.
func (b *Bus) RemoveCollection() {
	b.set(func() { b.service.secrets.missing, b.service.secrets.items = true, nil })
}

// RefuseWrites makes every write fail, as a full disk does.
func (b *Bus) RefuseWrites() { b.set(func() { b.service.secrets.writes = refused }) }

// DropWrites makes every write ask the person, who dismisses it. The write then ends without an error and nothing is written,
// which go-keyring does not notice.
func (b *Bus) DropWrites() { b.set(func() { b.service.secrets.writes = dropped }) }

// KeepWrites undoes RefuseWrites and DropWrites.
func (b *Bus) KeepWrites() { b.set(func() { b.service.secrets.writes = kept }) }

// NoService ends the service: its name has no owner, and calls that it has not answered get the bus's NoReply.
func (b *Bus) NoService() {
	b.mu.Lock()
	orphans := b.kill()
	b.mu.Unlock()
	noReply(orphans)
}

// StartService starts the service again, with the items it had.
func (b *Bus) StartService() { b.set(func() { b.service.running = true }) }

// MakeActivatable lets the bus start the service when a client calls it or StartServiceByName, as an installed .service file
// does.
func (b *Bus) MakeActivatable() { b.set(func() { b.service.activatable = true }) }

// DieAfter lets the service answer n more calls and die at the next, which gets the bus's NoReply.
func (b *Bus) DieAfter(n int) { b.set(func() { b.service.left = n }) }

// Freeze stops the service as SIGSTOP does: the bus still answers its own calls and says that the name is owned, and the service
// answers nothing until Thaw.
func (b *Bus) Freeze() { b.set(func() { b.frozen = theService }) }

// FreezeBus stops bus and service: clients can connect, but get no answer, not even to their authentication, until Thaw.
func (b *Bus) FreezeBus() { b.set(func() { b.frozen = wholeBus }) }

// Thaw undoes Freeze and FreezeBus. Calls that arrived in the meantime are answered.
func (b *Bus) Thaw() { b.set(func() { b.frozen = thawed }) }
