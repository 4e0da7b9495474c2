package flow

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
)

// scripted answers the requests in their order, the last answer again and again, and writes down what came.
type scripted struct {
	answers []func() (canned, error)
	forms   []url.Values
	times   []time.Time
	headers []http.Header
}

func says(status int, body string) func() (canned, error) {
	return func() (canned, error) { return canned{status, "application/json", body}, nil }
}

func fails(err error) func() (canned, error) {
	return func() (canned, error) { return canned{}, err }
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	i := min(len(s.forms), len(s.answers)-1)
	s.forms, s.times, s.headers = append(s.forms, form), append(s.times, time.Now()), append(s.headers, r.Header)
	answer, err := s.answers[i]()
	if err != nil {
		return nil, err
	}
	return answer.RoundTrip(r)
}

// gaps are the whole seconds between the requests.
func (s *scripted) gaps() []int {
	var gaps []int
	for i := range s.times[1:] {
		gaps = append(gaps, int(s.times[i+1].Sub(s.times[i])/time.Second))
	}
	return gaps
}

// newScripted is a client of a server that answers so.
func newScripted(p config.Profile, answers ...func() (canned, error)) (*rig, *scripted) {
	s := &scripted{answers: answers}
	p.ClientID = "c"
	r := &rig{}
	r.Client = &Client{
		Profile: p, HTTP: &http.Client{Transport: s}, Now: time.Now, Patience: time.Hour,
		Server: discovery.Metadata{Endpoints: discovery.Endpoints{
			TokenEndpoint: "https://as.example/token", DeviceAuthorizationEndpoint: "https://as.example/device_authorization",
		}},
		Auth:    clientauth.Client{ID: "c", Method: clientauth.None},
		Observe: func(e Event) { r.events = append(r.events, e) },
		Warn:    func(text string) { r.warnings = append(r.warnings, text) },
	}
	return r, s
}

func wantForm(t *testing.T, got, want url.Values) {
	t.Helper()
	if got.Encode() != want.Encode() {
		t.Errorf("sent %s\nwant %s", got.Encode(), want.Encode())
	}
}
