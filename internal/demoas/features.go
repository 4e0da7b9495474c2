package demoas

import "slices"

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

	ClientCredentials bool `json:"client_credentials"` // RFC 6749 §4.4
	JWTBearer         bool `json:"jwt_bearer"`         // RFC 7523 §2.1
	TokenExchange     bool `json:"token_exchange"`     // RFC 8693
	// ClientAssertions lists the client authentication methods of RFC 7523 §2.2; a client that uses one turns it on.
	ClientAssertions bool `json:"client_assertions"`
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
	if s.config.ClientAssertions {
		for _, endpoint := range []string{"token", "revocation", "introspection"} {
			document[endpoint+"_endpoint_auth_signing_alg_values_supported"] = slices.Concat(keyAlgorithms(), secretAlgorithms())
		}
	}
}
