package demoas

import (
	"cmp"
	"net/http"
	"net/url"
	"time"
)

const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

// serveDevice is the device authorization endpoint (RFC 8628 §3.1).
func (s *Server) serveDevice(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	f := s.currentFaults()
	if spoilt := s.spoilPost(w, f.DeviceStatus, f.DeviceError); spoilt {
		return
	}
	d := &device{request: authorizationRequest{client: client, maxAge: -1}}
	if e := d.request.readScope(r.PostForm); e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	if e := d.request.readDetails(r.PostForm, s.config.Features); e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	audience, e := readAudience(r.PostForm)
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	d.request.audience = audience
	code := s.devices.begin(d)
	writeTokenJSON(w, http.StatusOK, s.deviceResponse(code, d.userCode, f))
}

// deviceResponse is RFC 8628 §3.2.
func (s *Server) deviceResponse(code, userCode string, f Faults) map[string]any {
	shown := cmp.Or(f.DeviceUserCode, userCode)
	response := map[string]any{
		"device_code":      code,
		"user_code":        shown,
		"verification_uri": cmp.Or(f.DeviceVerificationURI, s.url("/device")),
		"verification_uri_complete": cmp.Or(f.DeviceVerificationURIComplete,
			s.url("/device?")+url.Values{"user_code": {shown}}.Encode()),
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

// spoilPost answers with the status or with the error code, where there is one, and reports whether it did.
func (s *Server) spoilPost(w http.ResponseWriter, status int, code string) bool {
	switch {
	case code != "":
		s.writeError(w, cmp.Or(status, http.StatusBadRequest), &oauthError{code, "As the faults of this server demand."})
	case status != 0:
		w.WriteHeader(status)
	}
	return code != "" || status != 0
}

// pollDevice is the device access token request (RFC 8628 §3.4).
func (s *Server) pollDevice(q tokenRequest, f Faults) (issuing, *oauthError) {
	switch {
	case s.again("device_drop_polls", f.DeviceDropPolls):
		panic(http.ErrAbortHandler)
	case s.again("device_slow_down", f.DeviceSlowDown):
		return issuing{}, errSlowDown()
	case f.DeviceExpired:
		return issuing{}, errExpiredDevice()
	case f.DevicePending:
		return issuing{}, errPending()
	}
	d, e := s.devices.poll(q.form.Get("device_code"), q.client.ID)
	if e != nil {
		return issuing{}, e
	}
	s.decideForPerson(d, f)
	g, e := s.devices.redeem(d)
	if e != nil {
		return issuing{}, e
	}
	return s.firstTokens(q, g, f), nil
}

// decideForPerson stands in where there are no pages.
func (s *Server) decideForPerson(d *device, f Faults) {
	if s.devices.polls(d) <= s.config.DeviceDecideAfter {
		return
	}
	switch {
	case s.config.DenyAll:
		s.devices.decide(d, nil)
	case s.config.AutoApprove:
		s.devices.decide(d, d.request.grant(login{user: defaultUser, at: s.config.Now()}, f))
	}
}

// The errors of RFC 8628 §3.5.

func errPending() *oauthError {
	return &oauthError{"authorization_pending", "The person has not decided yet."}
}

func errSlowDown() *oauthError { return &oauthError{"slow_down", "Poll less often."} }

func errExpiredDevice() *oauthError {
	return &oauthError{"expired_token", "The device code has expired."}
}

// pollLeeway is forgiven to a poll that comes too early: timers and networks are not exact.
const pollLeeway = 250 * time.Millisecond
