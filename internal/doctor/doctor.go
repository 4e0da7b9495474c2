// Package doctor judges, before a login is tried, whether one can work: what the profile asks for against what the
// server publishes (RFC 8414), the redirect URI against what known servers accept, the clock, the certificate and the
// proxy.
//
// It works on what others have fetched and looked up: it deliberately opens nothing and asks nobody. What a grant refuses
// of itself it leaves to package flow, whose Client.Check is the grant's own word.
package doctor

// Finding is what one check came to.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`       // what was seen, in one line
	Do     string `json:"do,omitempty"` // the thing to do; empty where nothing is
}

// Status says how bad it is.
type Status string

// The statuses.
const (
	OK   Status = "ok"
	Warn Status = "warn" // a login may well work
	Fail Status = "fail" // it will not
)

func ok(check, detail string) Finding       { return Finding{check, OK, detail, ""} }
func warn(check, detail, do string) Finding { return Finding{check, Warn, detail, do} }
func fail(check, detail, do string) Finding { return Finding{check, Fail, detail, do} }
