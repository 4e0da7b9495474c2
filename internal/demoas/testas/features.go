package testas

import (
	"maps"
	"net/http"
	"slices"

	"github.com/oauthget/oauthget/internal/demoas"
)

// Features are the parts of the server that are off by default. The metadata lists those that are on.
type Features struct {
	// Device turns on the device authorization grant (RFC 8628). AutoApprove and DenyAll apply to it too.
	Device bool `json:"device"`
	// DeviceInterval is in seconds; zero allows any rate of polling.
	DeviceInterval int `json:"device_interval"`
	// DeviceExpiresIn is the lifetime of device code and user code in seconds; 600 by default.
	DeviceExpiresIn int `json:"device_expires_in"`
	// DeviceDecideAfter is the number of polls before AutoApprove and DenyAll decide.
	DeviceDecideAfter int `json:"device_decide_after"`

	ClientCredentials bool `json:"client_credentials"` // RFC 6749 §4.4
	JWTBearer         bool `json:"jwt_bearer"`         // RFC 7523 §2.1
	TokenExchange     bool `json:"token_exchange"`     // RFC 8693
	// GitHubActions turns on a stand-in for the endpoint that issues identity tokens to jobs, and trust in these tokens.
	GitHubActions bool `json:"github_actions"`
	// ClientAssertions lists the client authentication methods of RFC 7523 §2.2. A client that uses one turns it on.
	ClientAssertions bool `json:"client_assertions"`

	PAR            bool `json:"par"`             // RFC 9126
	RequirePAR     bool `json:"require_par"`     // implies PAR
	RequestObjects bool `json:"request_objects"` // RFC 9101, signed by the client's JWKS, by value or pushed
	// RequireSignedRequest implies RequestObjects.
	RequireSignedRequest bool `json:"require_signed_request"`
	FormPost             bool `json:"form_post"` // the response mode
	JARM                 bool `json:"jarm"`      // the response modes jwt, query.jwt and form_post.jwt
	// AuthorizationDetailsTypes turns on authorization details (RFC 9396).
	AuthorizationDetailsTypes []string `json:"authorization_details_types"`

	// DPoP binds tokens to the keys of clients that send a proof (RFC 9449).
	DPoP bool `json:"dpop"`
	// RequireDPoPNonce implies DPoP. The token endpoint and the API have different nonces.
	RequireDPoPNonce bool `json:"require_dpop_nonce"`

	// Registration lets clients register themselves (RFC 7591), and read and delete their registration (RFC 7592).
	Registration bool `json:"registration"`
	// InitialAccessToken is required to register unless it is empty.
	InitialAccessToken string `json:"initial_access_token"`

	JWTAccessTokens bool `json:"jwt_access_tokens"` // RFC 9068
	SignedUserinfo  bool `json:"signed_userinfo"`   // userinfo answers with a JWT, always
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

// publish adds the features to the metadata.
func (s *Server) publish() {
	s.Publish("grant_types_supported", s.grantNames())
	s.Publish("response_modes_supported", s.config.responseModes())
	s.Publish("introspection_endpoint", s.URL("/introspect"))
	for _, endpoint := range []string{"token", "revocation", "introspection"} {
		s.Publish(endpoint+"_endpoint_auth_methods_supported", s.authMethods())
		if s.config.ClientAssertions {
			s.Publish(endpoint+"_endpoint_auth_signing_alg_values_supported", slices.Concat(keyAlgorithms(), secretAlgorithms()))
		}
	}
	if s.config.Device {
		s.Publish("device_authorization_endpoint", s.URL("/device_authorization"))
	}
	if s.config.PAR {
		s.Publish("pushed_authorization_request_endpoint", s.URL("/par"))
		s.Publish("require_pushed_authorization_requests", s.config.RequirePAR)
	}
	if s.config.RequestObjects {
		s.Publish("request_parameter_supported", true)
		s.Publish("require_signed_request_object", s.config.RequireSignedRequest)
		s.Publish("request_object_signing_alg_values_supported", keyAlgorithms())
	}
	if s.config.JARM {
		s.Publish("authorization_signing_alg_values_supported", []string{"ES256"})
	}
	if s.config.SignedUserinfo {
		s.Publish("userinfo_signing_alg_values_supported", []string{"ES256"})
	}
	if s.config.DPoP {
		s.Publish("dpop_signing_alg_values_supported", keyAlgorithms())
	}
	if types := s.config.AuthorizationDetailsTypes; len(types) > 0 {
		s.Publish("authorization_details_types_supported", types)
	}
}

// grantNames returns the grant types that are on.
func (s *Server) grantNames() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(s.grants)), demoas.GrantTypes()...)))
}

func (s *Server) authMethods() []string {
	if s.config.ClientAssertions {
		return append(demoas.AuthMethods(), AuthClientSecretJWT, AuthPrivateKeyJWT)
	}
	return demoas.AuthMethods()
}

// elsewhere is another path of the metadata.
const elsewhere = "/elsewhere"

func (s *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	f := s.currentFaults()
	switch {
	case f.HangMetadata:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // without it net/http would send an empty answer
	case f.MetadataStatus != 0:
		w.WriteHeader(f.MetadataStatus)
		return
	case f.MetadataElsewhere && r.URL.Path != elsewhere:
		http.NotFound(w, r)
		return
	case f.MetadataHTML:
		writePortal(w)
		return
	case f.MetadataRedirectTo != "":
		http.Redirect(w, r, f.MetadataRedirectTo, http.StatusFound)
		return
	}
	document := s.Metadata()
	document["issuer"] = s.issuer(f)
	if f.WrongIssuerInMetadata {
		document["issuer"] = attacker
	}
	if f.AuthMethods != nil {
		for _, endpoint := range []string{"token", "revocation", "introspection"} {
			document[endpoint+"_endpoint_auth_methods_supported"] = f.AuthMethods
		}
	}
	if f.Tenant != "" {
		document["issuer"] = s.Issuer() + "/{tenantid}"
		delete(document, "authorization_response_iss_parameter_supported")
	}
	if f.OmitTokenEndpoint {
		delete(document, "token_endpoint")
	}
	replaceMembers(document, f.MetadataMembers)
	demoas.WriteJSON(w, http.StatusOK, document)
}
