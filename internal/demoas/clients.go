package demoas

import (
	"fmt"
	"sync"
	"time"
)

// addedLifetime is how long a client that was added is known.
const addedLifetime = 30 * 24 * time.Hour

// clients are the registered clients: those of the configuration, and those added later.
type clients struct {
	configured map[string]Client

	mu    sync.Mutex
	added Table[Client] // by client_id
}

func newClients(c Config) (*clients, error) {
	known := &clients{configured: map[string]Client{}, added: NewTable[Client](c.Now)}
	for _, client := range c.Clients {
		if _, twice := known.configured[client.ID]; twice {
			return nil, fmt.Errorf("client %q is there twice", client.ID)
		}
		if err := client.check(); err != nil {
			return nil, fmt.Errorf("client %q: %w", client.ID, err)
		}
		known.configured[client.ID] = client
	}
	return known, nil
}

// Client returns the registered client with that client_id.
func (s *Server) Client(id string) (Client, bool) {
	if client, ok := s.clients.configured[id]; ok {
		return client, true
	}
	s.clients.mu.Lock()
	defer s.clients.mu.Unlock()
	return s.clients.added.Get(id)
}

// AddClient registers another client while the server runs.
func (s *Server) AddClient(c Client) error {
	if err := c.check(); err != nil {
		return err
	}
	s.clients.mu.Lock()
	defer s.clients.mu.Unlock()
	s.clients.added.Put(c.ID, c, addedLifetime)
	return nil
}

// RemoveClient removes a client that was added, and revokes all that was issued to it.
func (s *Server) RemoveClient(id string) {
	s.clients.mu.Lock()
	s.clients.added.Remove(id)
	s.clients.mu.Unlock()
	s.ledger.revokeAll(id)
}
