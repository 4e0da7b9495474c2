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

	PAR            bool `json:"par"`             // RFC 9126
	RequirePAR     bool `json:"require_par"`     // implies PAR
	RequestObjects bool `json:"request_objects"` // RFC 9101, signed by the client's JWKS, by value or pushed
	// RequireSignedRequest implies RequestObjects.
	RequireSignedRequest bool `json:"require_signed_request"`
	FormPost             bool `json:"form_post"` // the response mode
	JARM                 bool `json:"jarm"`      // the response modes jwt, query.jwt and form_post.jwt
	// AuthorizationDetailsTypes turns authorization details on (RFC 9396).
	AuthorizationDetailsTypes []string `json:"authorization_details_types"`

	// DPoP binds tokens to the keys of clients that prove to have one (RFC 9449).
	DPoP bool `json:"dpop"`
	// RequireDPoPNonce implies DPoP. The token endpoint and the API have nonces of their own.
	RequireDPoPNonce bool `json:"require_dpop_nonce"`

	// Registration lets clients register themselves (RFC 7591), read and delete their registration (RFC 7592).
	Registration bool `json:"registration"`
	// InitialAccessToken is wanted for it where it is not empty.
	InitialAccessToken string `json:"initial_access_token"`

	JWTAccessTokens bool `json:"jwt_access_tokens"` // RFC 9068
	SignedUserinfo  bool `json:"signed_userinfo"`   // always: userinfo answers with a JWT
}

func (f Features) withDefaults() Features {
	if f.DeviceExpiresIn == 0 {
		f.DeviceExpiresIn = 600
	}
	f.PAR = f.PAR || f.RequirePAR
	f.RequestObjects = f.RequestObjects || f.RequireSignedRequest
	f.DPoP = f.DPoP || f.RequireDPoPNonce
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
	document["response_modes_supported"] = s.config.responseModes()
	if s.config.PAR {
		document["pushed_authorization_request_endpoint"] = s.url("/par")
		document["require_pushed_authorization_requests"] = s.config.RequirePAR
	}
	if s.config.RequestObjects {
		document["request_parameter_supported"] = true
		document["require_signed_request_object"] = s.config.RequireSignedRequest
		document["request_object_signing_alg_values_supported"] = keyAlgorithms()
	}
	if s.config.JARM {
		document["authorization_signing_alg_values_supported"] = []string{"ES256"}
	}
	if s.config.Registration {
		document["registration_endpoint"] = s.url("/register")
	}
	if s.config.SignedUserinfo {
		document["userinfo_signing_alg_values_supported"] = []string{"ES256"}
	}
	if s.config.DPoP {
		document["dpop_signing_alg_values_supported"] = keyAlgorithms()
	}
	if types := s.config.AuthorizationDetailsTypes; len(types) > 0 {
		document["authorization_details_types_supported"] = types
	}
}
