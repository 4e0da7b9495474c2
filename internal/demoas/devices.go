package demoas

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"
)

// deviceMemory is how long a device code is known after it expired, so that a poll is told so.
const deviceMemory = time.Hour

// device is one that waits for tokens. request and userCode stay as they were made; devices guards the rest.
type device struct {
	request  authorizationRequest
	userCode string

	expires  time.Time
	interval time.Duration
	lastPoll time.Time
	polls    int
	decided  bool
	grant    *grant // nil where the person has denied it
	spent    bool
}

// devices are those that wait.
type devices struct {
	prefix             string
	lifetime, interval time.Duration
	now                func() time.Time

	mu          sync.Mutex
	byCode      table[*device]
	byUserCodes table[*device]
}

func newDevices(c Config) *devices {
	return &devices{
		prefix: c.Prefix, now: c.Now,
		lifetime: time.Duration(c.DeviceExpiresIn) * time.Second, interval: time.Duration(c.DeviceInterval) * time.Second,
		byCode: newTable[*device](c.Now), byUserCodes: newTable[*device](c.Now),
	}
}

// begin fills d in and returns its device code.
func (ds *devices) begin(d *device) string {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	code := randomSecret(ds.prefix)
	d.userCode, d.expires, d.interval = randomUserCode(), ds.now().Add(ds.lifetime), ds.interval
	ds.byCode.put(code, d, ds.lifetime+deviceMemory)
	ds.byUserCodes.put(plainUserCode(d.userCode), d, ds.lifetime)
	return code
}

// byUserCode returns the device that still waits for the person.
func (ds *devices) byUserCode(typed string) (*device, bool) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d, ok := ds.byUserCodes.get(plainUserCode(typed))
	return d, ok && !d.decided
}

// decide holds for the first decision; a nil grant denies.
func (ds *devices) decide(d *device, g *grant) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if !d.decided {
		d.decided, d.grant = true, g
	}
}

// poll counts a poll and refuses one that comes too early or too late.
func (ds *devices) poll(code, clientID string) (*device, *oauthError) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d, ok := ds.byCode.get(code)
	if !ok || d.request.client.ID != clientID || d.spent {
		return nil, &oauthError{"invalid_grant", "The device code is unknown, was used or was issued to another client."}
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
func (ds *devices) redeem(d *device) (*grant, *oauthError) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	switch {
	case !d.decided:
		return nil, errPending()
	case d.spent:
		return nil, &oauthError{"invalid_grant", "The device code was used."}
	}
	d.spent = true
	if d.grant == nil {
		return nil, &oauthError{"access_denied", "The person denied the request."}
	}
	return d.grant, nil
}

// userCodeLetters are those of RFC 8628 §6.1: no vowels, so that no code is a word, and nothing that looks like a digit.
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// randomUserCode has eight letters, 34 bits: too many to be guessed while it lives.
func randomUserCode() string {
	var code strings.Builder
	for n := 0; n < 8; {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails: it ends the program instead
		// Bytes that would favour the first letters are thrown away.
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

// plainUserCode forgives what people type: small letters, and other or no dashes.
func plainUserCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if !strings.ContainsRune(userCodeLetters, r) {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
}
