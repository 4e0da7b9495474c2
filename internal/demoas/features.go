package demoas

// Features are the parts of the server that are off unless they are asked for. The metadata lists what is on.
type Features struct {
	// Device turns the device authorization grant on (RFC 8628). AutoApprove and DenyAll decide for the person here too.
	Device bool `json:"device"`
	// DeviceInterval is in seconds. Polls may come as fast as they like where it is zero.
	DeviceInterval int `json:"device_interval"`
	// DeviceExpiresIn is how long device code and user code live, in seconds; 600 where it is zero.
	DeviceExpiresIn int `json:"device_expires_in"`
	// DeviceDecideAfter is how many polls AutoApprove and DenyAll let pass before they decide.
	DeviceDecideAfter int `json:"device_decide_after"`
}

func (f Features) withDefaults() Features {
	if f.DeviceExpiresIn == 0 {
		f.DeviceExpiresIn = 600
	}
	return f
}

// addFeatures tells of them in the metadata.
func (s *Server) addFeatures(document map[string]any) {
	if s.config.Device {
		document["device_authorization_endpoint"] = s.url("/device_authorization")
	}
}
