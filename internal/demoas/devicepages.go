package demoas

import "net/http"

// showDevice is the page at the verification URI (RFC 8628 §3.3).
func (s *Server) showDevice(w http.ResponseWriter, r *http.Request) {
	// RFC 8628 §3.3.1 lets verification_uri_complete bear the code. It is only suggested: the person compares it.
	s.askUserCode(w, r.URL.Query().Get("user_code"), "")
}

func (s *Server) askUserCode(w http.ResponseWriter, suggested, problem string) {
	if len(suggested) > maxUserCode {
		suggested = ""
	}
	s.show(w, showing{page: "device", status: statusOf(problem), title: "Connect a device", formEnd: s.issuer}, content{
		"UserCode": suggested, "Problem": problem,
	})
}

// maxUserCode is in bytes, with room for dashes.
const maxUserCode = 32

// enterUserCode goes on to login and consent.
func (s *Server) enterUserCode(w http.ResponseWriter, r *http.Request) {
	if s.refuseForeignForm(w, r) {
		return
	}
	d, waiting := s.devices.byUserCode(r.PostFormValue("user_code"))
	if !waiting {
		s.askUserCode(w, "", "This code is not known, was used, or has expired.")
		return
	}
	req := d.request
	req.device = d
	s.beginInteraction(w, r, req)
}
