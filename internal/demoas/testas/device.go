package testas

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

// serveDevice is the device authorization endpoint (RFC 8628 §3.1).
func (s *Server) serveDevice(w http.ResponseWriter, r *http.Request) {
	client, e := s.Authenticate(r)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	f := s.currentFaults()
	if f.spoil(w, f.DeviceStatus, f.DeviceError) {
		return
	}
	d, e := s.newDevice(client, r.PostForm, f)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	code := s.devices.begin(d)
	demoas.WriteJSON(w, http.StatusOK, s.deviceResponse(code, d.userCode, f))
}

func (s *Server) newDevice(client demoas.Client, form url.Values, f Faults) (*device, *demoas.Error) {
	f.readScope(form)
	scopes, e := demoas.ReadScopes(form)
	if e != nil {
		return nil, e
	}
	details, e := readDetails(form, s.config.AuthorizationDetailsTypes)
	if e != nil {
		return nil, e
	}
	audience, e := demoas.ReadAudience(form)
	if e != nil {
		return nil, e
	}
	return &device{request: demoas.AuthorizationRequest{
		Client: client, Scopes: narrowed(scopes, f), Audience: audience, Extra: &extra{details: details},
	}}, nil
}

// deviceResponse is the response of RFC 8628 §3.2.
func (s *Server) deviceResponse(code, userCode string, f Faults) map[string]any {
	shown := cmp.Or(f.DeviceUserCode, userCode)
	response := map[string]any{
		"device_code":      code,
		"user_code":        shown,
		"verification_uri": cmp.Or(f.DeviceVerificationURI, s.URL("/device")),
		"verification_uri_complete": cmp.Or(f.DeviceVerificationURIComplete,
			s.URL("/device?")+url.Values{"user_code": {shown}}.Encode()),
		"expires_in": s.config.DeviceExpiresIn,
		"interval":   s.config.DeviceInterval,
	}
	if f.DeviceOmitComplete {
		delete(response, "verification_uri_complete")
	}
	if f.DeviceOmitInterval {
		delete(response, "interval")
	}
	return response
}

// pollDevice is the device access token request (RFC 8628 §3.4).
func (s *Server) pollDevice(q tokenRequest, f Faults) (demoas.Issuing, *demoas.Error) {
	switch {
	case s.again("device_drop_polls", f.DeviceDropPolls):
		panic(http.ErrAbortHandler)
	case s.again("device_slow_down", f.DeviceSlowDown):
		return demoas.Issuing{}, errSlowDown()
	case f.DeviceExpired:
		return demoas.Issuing{}, errExpiredDevice()
	case f.DevicePending:
		return demoas.Issuing{}, errPending()
	}
	d, e := s.devices.poll(q.form.Get("device_code"), q.client.ID)
	if e != nil {
		return demoas.Issuing{}, e
	}
	s.decideForPerson(d)
	g, e := s.devices.redeem(d)
	if e != nil {
		return demoas.Issuing{}, e
	}
	answer := s.FirstTokens(q.client, g)
	if len(q.audience) > 0 {
		answer.Audience = q.audience
	}
	return s.first(answer, q, f), nil
}

func (s *Server) decideForPerson(d *device) {
	if s.devices.polls(d) <= s.config.DeviceDecideAfter {
		return
	}
	req := d.request
	req.Respond = func(_ http.ResponseWriter, response url.Values) { s.decide(d, response) }
	switch {
	case s.config.DenyAll:
		s.Refuse(nil, req, failure("access_denied", "The person denied the request."))
	case s.config.AutoApprove:
		s.Approve(nil, req, s.login(demoas.DefaultUser))
	}
}

// decide takes the authorization response for the device, and reports whether it has a code.
func (s *Server) decide(d *device, response url.Values) bool {
	g, ok := s.Grant(response.Get("code"))
	s.devices.decide(d, g)
	return ok
}

// showDevice is the page at the verification URI (RFC 8628 §3.3).
func (s *Server) showDevice(w http.ResponseWriter, r *http.Request) {
	// RFC 8628 §3.3.1 allows the code in verification_uri_complete. It is a suggestion: the person compares it.
	askUserCode(w, http.StatusOK, r.URL.Query().Get("user_code"), "Enter the code that your device shows.")
}

func askUserCode(w http.ResponseWriter, status int, suggested, message string) {
	showPage(w, status, "form-action 'self'", `<h1>Connect a device</h1><form method="post" data-page="device"><p>`+message+
		`<label>Code <input name="user_code" value="`+html.EscapeString(suggested)+`"></label><button>Continue</button></form>`)
}

// enterUserCode goes on to login and consent.
func (s *Server) enterUserCode(w http.ResponseWriter, r *http.Request) {
	if s.RefuseForeignForm(w, r) {
		return
	}
	d, waiting := s.devices.byUserCode(r.PostFormValue("user_code"))
	if !waiting {
		askUserCode(w, http.StatusUnprocessableEntity, "", "This code is unknown, was used or has expired.")
		return
	}
	req := d.request
	req.Note = "Allow it only if the device in front of you shows the code " + d.userCode + ", and you have just started it there."
	req.Respond = func(w http.ResponseWriter, response url.Values) {
		message := "You have denied it. You can close this page."
		if s.decide(d, response) {
			message = "You have allowed it. Go back to your device."
		}
		showPage(w, http.StatusOK, "form-action 'none'", "<h1>Connect a device</h1><p>"+message)
	}
	s.Ask(w, r, req)
}

// The errors of RFC 8628 §3.5.

func errPending() *demoas.Error {
	return failure("authorization_pending", "The person has not decided yet.")
}

func errSlowDown() *demoas.Error { return failure("slow_down", "Poll less often.") }

func errExpiredDevice() *demoas.Error {
	return failure("expired_token", "The device code has expired.")
}

// pollLeeway is how much too early a poll may be: timers and networks are not exact.
const pollLeeway = 250 * time.Millisecond
