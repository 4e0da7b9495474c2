package demoas

import (
	"sync"
	"time"
)

// registrationLifetime is for clients that nobody deletes.
const registrationLifetime = 30 * 24 * time.Hour

// registration is a client that registered itself.
type registration struct {
	client Client
	info   clientInformation
	token  digest // of its registration access token
}

// registry is the clients that the server knows: those of its configuration, and those that registered.
type registry struct {
	configured map[string]Client

	mu         sync.Mutex
	registered table[registration] // by client_id
}

func newRegistry(configured map[string]Client, now func() time.Time) *registry {
	return &registry{configured: configured, registered: newTable[registration](now)}
}

func (r *registry) client(id string) (Client, bool) {
	if client, known := r.configured[id]; known {
		return client, true
	}
	registration, known := r.registration(id)
	return registration.client, known
}

func (r *registry) registration(id string) (registration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.registered.get(id)
}

func (r *registry) add(registration registration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.registered.put(registration.client.ID, registration, registrationLifetime)
}

func (r *registry) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.registered.remove(id)
}
