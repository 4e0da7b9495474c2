package testbus

// A fault holds until it is taken back. Each stands for something that a session or a keyring has been seen to do.

// frozen tells what has stopped answering.
type frozen int

const (
	thawed frozen = iota
	theService
	wholeBus
)

// writes tells what becomes of what clients write.
type writes int

const (
	kept writes = iota
	refused
	dropped
)

// set changes something under the lock, and wakes whoever waits for it.
func (b *Bus) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.changed.Broadcast()
}

// Lock locks the collection, as a login without a password does. What is in it can be found but not read or written,
// and a client that asks to unlock it is told to prompt the person.
func (b *Bus) Lock() { b.set(func() { b.service.secrets.locked = true }) }

// Unlock takes Lock back.
func (b *Bus) Unlock() { b.set(func() { b.service.secrets.locked = false }) }

// Seat puts a person before the screen, for the prompts that are made from then on. The one who sits there first is
// Dismissing.
func (b *Bus) Seat(p Person) { b.set(func() { b.service.secrets.person = p }) }

// RemoveCollection removes the collection and all in it: a service that was never set up.
func (b *Bus) RemoveCollection() {
	b.set(func() { b.service.secrets.missing, b.service.secrets.items = true, nil })
}

// RefuseWrites has the service answer every write with an error: a full disk, a policy.
func (b *Bus) RefuseWrites() { b.set(func() { b.service.secrets.writes = refused }) }

// DropWrites has the service ask the person at every write, who dismisses that. The write then ends without an error,
// and nothing is written, which go-keyring does not notice.
func (b *Bus) DropWrites() { b.set(func() { b.service.secrets.writes = dropped }) }

// KeepWrites takes RefuseWrites and DropWrites back.
func (b *Bus) KeepWrites() { b.set(func() { b.service.secrets.writes = kept }) }

// NoService ends the service: its name has no owner, what it had not answered gets the bus's NoReply.
func (b *Bus) NoService() {
	b.mu.Lock()
	orphans := b.kill()
	b.mu.Unlock()
	bereave(orphans)
}

// StartService starts the service again, with the items it had.
func (b *Bus) StartService() { b.set(func() { b.service.running = true }) }

// MakeActivatable teaches the bus to start the service when a client calls it or StartServiceByName, as an installed
// .service file does.
func (b *Bus) MakeActivatable() { b.set(func() { b.service.activatable = true }) }

// DieAfter lets the service answer n more calls and die of the one after them, which gets the bus's NoReply.
func (b *Bus) DieAfter(n int) { b.set(func() { b.service.left = n }) }

// Freeze stops the service as SIGSTOP does: the bus still answers for itself and says that the name is owned, the
// service answers nothing until Thaw.
func (b *Bus) Freeze() { b.set(func() { b.frozen = theService }) }

// FreezeBus stops bus and service: clients can connect, and not even their authentication is answered until Thaw.
func (b *Bus) FreezeBus() { b.set(func() { b.frozen = wholeBus }) }

// Thaw takes Freeze and FreezeBus back. What came in the meantime is answered now.
func (b *Bus) Thaw() { b.set(func() { b.frozen = thawed }) }
