package testas

import (
	"encoding/json"
	"net/http"
)

// Faults are what the server does wrong; by default nothing. Each is something that a real authorization server, a proxy or
// an attacker has been seen to do.
type Faults struct {
	Dialect
	APIFaults

	// Metadata.

	MetadataElsewhere     bool     `json:"metadata_elsewhere,omitempty"` // only at /elsewhere
	WrongIssuerInMetadata bool     `json:"wrong_issuer_in_metadata,omitempty"`
	MetadataStatus        int      `json:"metadata_status,omitempty"` // answer with this status instead
	MetadataHTML          bool     `json:"metadata_html,omitempty"`   // answer 200 with a web page, as captive portals do
	HangMetadata          bool     `json:"hang_metadata,omitempty"`   // never answer
	OmitTokenEndpoint     bool     `json:"omit_token_endpoint,omitempty"`
	AuthMethods           []string `json:"auth_methods,omitempty"`         // token_endpoint_auth_methods_supported
	MetadataRedirectTo    string   `json:"metadata_redirect_to,omitempty"` // 302 to this URL
	// MetadataMembers are put into the document, in place of those that are there. A null removes one.
	MetadataMembers map[string]any `json:"metadata_members,omitempty"`

	// Tenant makes the server one of several tenants: the issuer in the metadata ends with /{tenantid}, that of ID Tokens with
	// this tenant. There is no iss in authorization responses.
	Tenant      string `json:"tenant,omitempty"`
	WrongTenant bool   `json:"wrong_tenant,omitempty"` // tid names another

	// The authorization response.

	AuthorizationError string `json:"authorization_error,omitempty"` // answer with this error code
	WrongState         bool   `json:"wrong_state,omitempty"`
	WrongIss           bool   `json:"wrong_iss,omitempty"` // a mix-up attack (RFC 9207)
	OmitIss            bool   `json:"omit_iss,omitempty"`  // although the metadata promises it
	OmitState          bool   `json:"omit_state,omitempty"`
	// ResponseParameters are in place of code or error, as a query.
	ResponseParameters string `json:"response_parameters,omitempty"`
	AuthorizationPage  bool   `json:"authorization_page,omitempty"` // show a page with an error, and send nobody back
	// ErrorDescription replaces every error_description, that of the token endpoint too.
	ErrorDescription string `json:"error_description,omitempty"`

	// The token endpoint answers this instead, before a code or refresh token is looked at, so that none is spent. If there
	// are several, the first in this order is done.

	TokenDelayMillis      int    `json:"token_delay_millis,omitempty"` // wait so long, then go on
	HoldToken             bool   `json:"hold_token,omitempty"`         // wait until the faults are replaced, then go on
	HangToken             bool   `json:"hang_token,omitempty"`         // never answer
	EndlessToken          bool   `json:"endless_token,omitempty"`      // never end the body
	DropToken             bool   `json:"drop_token,omitempty"`         // close the connection
	RedirectTokenTo       string `json:"redirect_token_to,omitempty"`  // 307 to this URL
	TokenBody             string `json:"token_body,omitempty"`         // this body, status TokenStatus or 200, …
	TokenContentType      string `json:"token_content_type,omitempty"` // … of this type or application/json
	TokenHTML             bool   `json:"token_html,omitempty"`         // a web page
	TokenError            string `json:"token_error,omitempty"`        // this error code, status TokenStatus or 400
	EchoSecret            bool   `json:"echo_secret,omitempty"`        // an error whose description holds what was sent
	EchoSecretSplit       bool   `json:"echo_secret_split,omitempty"`  // the same, with an invisible character in the middle
	TokenStatus           int    `json:"token_status,omitempty"`       // this status and no body
	InvalidGrantOnRefresh bool   `json:"invalid_grant_on_refresh,omitempty"`

	// A successful answer of the token endpoint.

	OmitExpiresIn     bool     `json:"omit_expires_in,omitempty"`
	ExpiresInZero     bool     `json:"expires_in_zero,omitempty"`
	ExpiresInString   bool     `json:"expires_in_string,omitempty"`   // a JSON string
	NarrowScope       []string `json:"narrow_scope,omitempty"`        // grant no other scopes
	NoRefreshRotation bool     `json:"no_refresh_rotation,omitempty"` // a refresh returns no new refresh token, and the old one stays valid
	OmitRefreshToken  bool     `json:"omit_refresh_token,omitempty"`  // redeeming a code returns none either

	// The ID Token.

	OmitIDToken          bool `json:"omit_id_token,omitempty"`
	WrongNonce           bool `json:"wrong_nonce,omitempty"`
	OmitNonce            bool `json:"omit_nonce,omitempty"`
	NamelessIDToken      bool `json:"nameless_id_token,omitempty"` // says of the person what scope openid asks for alone
	WrongAudience        bool `json:"wrong_audience,omitempty"`
	WrongIssuerInIDToken bool `json:"wrong_issuer_in_id_token,omitempty"`
	ExpiredIDToken       bool `json:"expired_id_token,omitempty"` // an hour ago
	WrongAtHash          bool `json:"wrong_at_hash,omitempty"`
	BadSignature         bool `json:"bad_signature,omitempty"` // of another key, with the published key's kid
	AlgNone              bool `json:"alg_none,omitempty"`      // no signature

	// The device authorization response.

	DeviceVerificationURI         string `json:"device_verification_uri,omitempty"`          // this value
	DeviceVerificationURIComplete string `json:"device_verification_uri_complete,omitempty"` // this value
	DeviceUserCode                string `json:"device_user_code,omitempty"`                 // not the one that is expected
	DeviceOmitComplete            bool   `json:"device_omit_complete,omitempty"`             // no verification_uri_complete
	DeviceOmitInterval            bool   `json:"device_omit_interval,omitempty"`
	DeviceStatus                  int    `json:"device_status,omitempty"` // answer with this status instead
	DeviceError                   string `json:"device_error,omitempty"`  // or with this error code

	// A poll with a device code. Those with a count are done first, one after the other.

	DeviceDropPolls int  `json:"device_drop_polls,omitempty"` // close the connection, so many times
	DeviceSlowDown  int  `json:"device_slow_down,omitempty"`  // answer slow_down, so many times
	DeviceExpired   bool `json:"device_expired,omitempty"`    // answer expired_token
	DevicePending   bool `json:"device_pending,omitempty"`    // answer authorization_pending, always

	// The answer to a token exchange.

	ExchangeIssuedTokenType     string `json:"exchange_issued_token_type,omitempty"` // this value
	ExchangeOmitIssuedTokenType bool   `json:"exchange_omit_issued_token_type,omitempty"`

	// The pushed authorization response. If several replace it, the first in this order is done.

	PARRedirectTo string `json:"par_redirect_to,omitempty"` // 307 to this URL
	PARHTML       bool   `json:"par_html,omitempty"`        // a web page
	PARError      string `json:"par_error,omitempty"`       // this error code, status PARStatus or 400
	PARStatus     int    `json:"par_status,omitempty"`      // this status and no body
	PARRequestURI string `json:"par_request_uri,omitempty"` // this value
	PAROK         bool   `json:"par_ok,omitempty"`          // 200 instead of 201
	PARExpiresIn  int    `json:"par_expires_in,omitempty"`  // keep the request for so many seconds

	// The authorization response in a JWT.

	JARMWrongAudience bool `json:"jarm_wrong_audience,omitempty"`
	JARMWrongIssuer   bool `json:"jarm_wrong_issuer,omitempty"`
	JARMExpired       bool `json:"jarm_expired,omitempty"`       // an hour ago
	JARMBadSignature  bool `json:"jarm_bad_signature,omitempty"` // of another key, with the published key's kid
	JARMPlain         bool `json:"jarm_plain,omitempty"`         // no JWT, although the client asked for one

	// Authorization details.

	GrantedAuthorizationDetails json.RawMessage `json:"granted_authorization_details,omitempty"` // these as granted
	OmitAuthorizationDetails    bool            `json:"omit_authorization_details,omitempty"`

	// DPoP. The nonce faults refuse a proof with use_dpop_nonce although its nonce is right.

	DPoPAnswerBearer bool `json:"dpop_answer_bearer,omitempty"`  // issue bearer tokens
	DPoPNonceLoop    bool `json:"dpop_nonce_loop,omitempty"`     // by the authorization server, always
	DPoPNonceTimes   int  `json:"dpop_nonce_times,omitempty"`    // so many times
	DPoPNonceMissing bool `json:"dpop_nonce_missing,omitempty"`  // always, and without a nonce
	DPoPAPINonceLoop bool `json:"dpop_api_nonce_loop,omitempty"` // by the API and userinfo, always

	// The client registration response. If several replace it, the first in this order is done.

	RegistrationHTML         bool     `json:"registration_html,omitempty"`          // a web page
	RegistrationError        string   `json:"registration_error,omitempty"`         // this error code, status RegistrationStatus or 400
	RegistrationStatus       int      `json:"registration_status,omitempty"`        // this status and no body
	RegistrationRedirectURIs []string `json:"registration_redirect_uris,omitempty"` // these as registered
	RegistrationOmitClientID bool     `json:"registration_omit_client_id,omitempty"`
	RegistrationEndless      bool     `json:"registration_endless,omitempty"` // never end the body
	RegistrationBody         string   `json:"registration_body,omitempty"`    // this body, with status 201
	RegistrationStrict       bool     `json:"registration_strict,omitempty"`  // refuse members that no standard of registration names

	// Other endpoints.

	RevokeStatus         int  `json:"revoke_status,omitempty"`          // answer revocation requests with this status
	WrongUserinfoSubject bool `json:"wrong_userinfo_subject,omitempty"` // another person's

	UserinfoStatus        int  `json:"userinfo_status,omitempty"`         // answer with this status
	UserinfoWrongAudience bool `json:"userinfo_wrong_audience,omitempty"` // in a signed answer
	UserinfoBadSignature  bool `json:"userinfo_bad_signature,omitempty"`  // of another key, with the published key's kid
	IntrospectStatus      int  `json:"introspect_status,omitempty"`       // answer with this status
	IntrospectHTML        bool `json:"introspect_html,omitempty"`         // a web page
	IntrospectInactive    bool `json:"introspect_inactive,omitempty"`     // call every token inactive
	IntrospectOmitActive  bool `json:"introspect_omit_active,omitempty"`  // leave out that member
}

// attacker is the issuer in wrong answers. The top-level domain is reserved (RFC 2606 §2).
const attacker = "https://attacker.example"

const portalPage = "<!doctype html><title>Welcome to the airport</title><p>Accept our terms to go online."

// writePortal answers with a web page, as captive portals do.
func writePortal(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(portalPage))
}

// spoiltRevocation is the revocation endpoint with its faults.
func (s *Server) spoiltRevocation(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if status := s.currentFaults().RevokeStatus; status != 0 {
			w.WriteHeader(status)
			return
		}
		h(w, r)
	}
}
