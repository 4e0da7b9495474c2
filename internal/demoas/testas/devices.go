package testas

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

// deviceMemory is how long an expired device code is known, so that a poll learns that it has expired.
const deviceMemory = time.Hour

// device is a device that waits for tokens. request and userCode do not change; devices guards the rest.
type device struct {
	request  demoas.AuthorizationRequest
	userCode string

	expires  time.Time
	interval time.Duration
	lastPoll time.Time
	polls    int
	decided  bool
	grant    *demoas.Grant // nil if the person has denied it
	spent    bool
}

// devices are the devices that wait.
type devices struct {
	prefix             string
	lifetime, interval time.Duration
	now                func() time.Time

	mu          sync.Mutex
	byCode      demoas.Table[*device]
	byUserCodes demoas.Table[*device]
}

func newDevices(c Config) *devices {
	return &devices{
		prefix: c.Prefix, now: c.Now,
		lifetime: time.Duration(c.DeviceExpiresIn) * time.Second, interval: time.Duration(c.DeviceInterval) * time.Second,
		byCode: demoas.NewTable[*device](c.Now), byUserCodes: demoas.NewTable[*device](c.Now),
	}
}

// begin adds d and returns its device code.
func (ds *devices) begin(d *device) string {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	code := ds.prefix + rand.Text()
	d.userCode, d.expires, d.interval = randomUserCode(), ds.now().Add(ds.lifetime), ds.interval
	ds.byCode.Put(code, d, ds.lifetime+deviceMemory)
	ds.byUserCodes.Put(plainUserCode(d.userCode), d, ds.lifetime)
	return code
}

// byUserCode returns the device that waits for the person with that code.
func (ds *devices) byUserCode(typed string) (*device, bool) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d, ok := ds.byUserCodes.Get(plainUserCode(typed))
	return d, ok && !d.decided
}

// decide sets the decision, once; a nil grant denies.
func (ds *devices) decide(d *device, g *demoas.Grant) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if !d.decided {
		d.decided, d.grant = true, g
	}
}

// poll counts a poll and refuses one that comes too early or too late.
func (ds *devices) poll(code, clientID string) (*device, *demoas.Error) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d, ok := ds.byCode.Get(code)
	if !ok || d.request.Client.ID != clientID || d.spent {
		return nil, failure("invalid_grant", "The device code is unknown, was used or was issued to another client.")
	}
	now := ds.now()
	if !now.Before(d.expires) {
		return nil, errExpiredDevice()
	}
	early := !d.lastPoll.IsZero() && now.Before(d.lastPoll.Add(d.interval-pollLeeway))
	d.lastPoll = now
	d.polls++
	// RFC 8628 §3.5 on slow_down: "the interval MUST be increased by 5 seconds for this and all subsequent requests."
	if early {
		d.interval += 5 * time.Second
		return nil, errSlowDown()
	}
	return d, nil
}

func (ds *devices) polls(d *device) int {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return d.polls
}

// redeem spends the device code once the person has allowed it.
func (ds *devices) redeem(d *device) (*demoas.Grant, *demoas.Error) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	switch {
	case !d.decided:
		return nil, errPending()
	case d.spent:
		return nil, failure("invalid_grant", "The device code was used.")
	}
	d.spent = true
	if d.grant == nil {
		return nil, failure("access_denied", "The person denied the request.")
	}
	return d.grant, nil
}

// userCodeLetters are those of RFC 8628 §6.1: without vowels, so that no code is a word, and without letters that look like a
// digit.
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// randomUserCode returns eight letters, 34 bits: too many to guess while the code lives.
func randomUserCode() string {
	var code strings.Builder
	for n := 0; n < 8; {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails: it ends the program instead
		// A byte that would favour the first letters is not used.
		if int(b[0]) >= 256/len(userCodeLetters)*len(userCodeLetters) {
			continue
		}
		if n == 4 {
			code.WriteByte('-')
		}
		code.WriteByte(userCodeLetters[int(b[0])%len(userCodeLetters)])
		n++
	}
	return code.String()
}

// plainUserCode returns the letters of a user code: people type small letters, and other dashes or none.
func plainUserCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if !strings.ContainsRune(userCodeLetters, r) {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
}
