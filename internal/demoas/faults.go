package demoas

import "encoding/json"

// Faults are the things the server does wrong. The zero Faults does none of them. Each stands for something that a real
// authorization server, a proxy in between or an attacker has been seen to do.
type Faults struct {
	// Metadata.

	WrongIssuerInMetadata bool     `json:"wrong_issuer_in_metadata,omitempty"`
	MetadataStatus        int      `json:"metadata_status,omitempty"` // answer with this status instead
	MetadataHTML          bool     `json:"metadata_html,omitempty"`   // answer 200 with a web page, as captive portals do
	HangMetadata          bool     `json:"hang_metadata,omitempty"`   // never answer
	OmitTokenEndpoint     bool     `json:"omit_token_endpoint,omitempty"`
	AuthMethods           []string `json:"auth_methods,omitempty"` // token_endpoint_auth_methods_supported

	// The authorization response.

	AuthorizationError string `json:"authorization_error,omitempty"` // answer with this error code
	WrongState         bool   `json:"wrong_state,omitempty"`
	WrongIss           bool   `json:"wrong_iss,omitempty"` // a mix-up attack (RFC 9207)
	OmitIss            bool   `json:"omit_iss,omitempty"`  // although the metadata promises it
	// ErrorDescription takes the place of every error_description, from the token endpoint too.
	ErrorDescription string `json:"error_description,omitempty"`

	// The token endpoint answers this instead, before a code or refresh token is looked at, so that none is spent. Of
	// several, the first in this order is done.

	TokenDelayMillis      int    `json:"token_delay_millis,omitempty"` // wait so long, then go on
	HangToken             bool   `json:"hang_token,omitempty"`         // never answer
	EndlessToken          bool   `json:"endless_token,omitempty"`      // never end the body
	DropToken             bool   `json:"drop_token,omitempty"`         // break the connection off
	RedirectTokenTo       string `json:"redirect_token_to,omitempty"`  // 307 to this URL
	TokenBody             string `json:"token_body,omitempty"`         // this body, status TokenStatus or 200, …
	TokenContentType      string `json:"token_content_type,omitempty"` // … of this type or application/json
	TokenHTML             bool   `json:"token_html,omitempty"`         // a web page
	TokenError            string `json:"token_error,omitempty"`        // this error code, status TokenStatus or 400
	EchoSecret            bool   `json:"echo_secret,omitempty"`        // an error whose description holds what was sent
	EchoSecretSplit       bool   `json:"echo_secret_split,omitempty"`  // the same, with an invisible character in the middle
	TokenStatus           int    `json:"token_status,omitempty"`       // this status and nothing else
	InvalidGrantOnRefresh bool   `json:"invalid_grant_on_refresh,omitempty"`

	// A successful answer of the token endpoint.

	OmitExpiresIn     bool     `json:"omit_expires_in,omitempty"`
	ExpiresInString   bool     `json:"expires_in_string,omitempty"`   // a JSON string
	NarrowScope       []string `json:"narrow_scope,omitempty"`        // grant no scopes but these
	NoRefreshRotation bool     `json:"no_refresh_rotation,omitempty"` // refreshing brings no new refresh token, the old one lives
	OmitRefreshToken  bool     `json:"omit_refresh_token,omitempty"`  // redeeming a code does not bring one either

	// The ID Token.

	OmitIDToken          bool `json:"omit_id_token,omitempty"`
	WrongNonce           bool `json:"wrong_nonce,omitempty"`
	WrongAudience        bool `json:"wrong_audience,omitempty"`
	WrongIssuerInIDToken bool `json:"wrong_issuer_in_id_token,omitempty"`
	ExpiredIDToken       bool `json:"expired_id_token,omitempty"` // an hour ago
	WrongAtHash          bool `json:"wrong_at_hash,omitempty"`
	BadSignature         bool `json:"bad_signature,omitempty"` // another key's, under the published key's kid
	AlgNone              bool `json:"alg_none,omitempty"`      // no signature at all

	// The device authorization response.

	DeviceVerificationURI         string `json:"device_verification_uri,omitempty"`          // this one
	DeviceVerificationURIComplete string `json:"device_verification_uri_complete,omitempty"` // and this one
	DeviceUserCode                string `json:"device_user_code,omitempty"`                 // say this one, keep another
	DeviceOmitComplete            bool   `json:"device_omit_complete,omitempty"`             // no verification_uri_complete
	DeviceOmitInterval            bool   `json:"device_omit_interval,omitempty"`
	DeviceStatus                  int    `json:"device_status,omitempty"` // answer with this status instead
	DeviceError                   string `json:"device_error,omitempty"`  // or with this error code

	// A poll with a device code. Those that are counted come first, one after the other.

	DeviceDropPolls int  `json:"device_drop_polls,omitempty"` // break the connection off, so often
	DeviceSlowDown  int  `json:"device_slow_down,omitempty"`  // answer slow_down, so often
	DeviceExpired   bool `json:"device_expired,omitempty"`    // answer expired_token
	DevicePending   bool `json:"device_pending,omitempty"`    // answer authorization_pending for ever

	// The answer to a token exchange.

	ExchangeIssuedTokenType     string `json:"exchange_issued_token_type,omitempty"` // say this one
	ExchangeOmitIssuedTokenType bool   `json:"exchange_omit_issued_token_type,omitempty"`

	// The pushed authorization response. Of those that replace it, the first in this order is done.

	PARRedirectTo string `json:"par_redirect_to,omitempty"` // 307 to this URL
	PARHTML       bool   `json:"par_html,omitempty"`        // a web page
	PARError      string `json:"par_error,omitempty"`       // this error code, status PARStatus or 400
	PARStatus     int    `json:"par_status,omitempty"`      // this status and nothing else
	PARRequestURI string `json:"par_request_uri,omitempty"` // say this request_uri
	PAROK         bool   `json:"par_ok,omitempty"`          // 200 instead of 201

	// The authorization response in a JWT.

	JARMWrongAudience bool `json:"jarm_wrong_audience,omitempty"`
	JARMWrongIssuer   bool `json:"jarm_wrong_issuer,omitempty"`
	JARMExpired       bool `json:"jarm_expired,omitempty"`       // an hour ago
	JARMBadSignature  bool `json:"jarm_bad_signature,omitempty"` // another key's, under the published key's kid
	JARMPlain         bool `json:"jarm_plain,omitempty"`         // no JWT, although one was asked for

	// Authorization details.

	GrantedAuthorizationDetails json.RawMessage `json:"granted_authorization_details,omitempty"` // say these were granted
	OmitAuthorizationDetails    bool            `json:"omit_authorization_details,omitempty"`

	// DPoP. A proof is refused with use_dpop_nonce however right its nonce is.

	DPoPAnswerBearer bool `json:"dpop_answer_bearer,omitempty"`  // issue tokens that are not bound
	DPoPNonceLoop    bool `json:"dpop_nonce_loop,omitempty"`     // by the authorization server, always
	DPoPNonceTimes   int  `json:"dpop_nonce_times,omitempty"`    // so often
	DPoPNonceMissing bool `json:"dpop_nonce_missing,omitempty"`  // always, and no nonce comes along
	DPoPAPINonceLoop bool `json:"dpop_api_nonce_loop,omitempty"` // by the API and userinfo, always

	// The client registration response. Of those that replace it, the first in this order is done.

	RegistrationHTML         bool     `json:"registration_html,omitempty"`          // a web page
	RegistrationError        string   `json:"registration_error,omitempty"`         // this error code, status RegistrationStatus or 400
	RegistrationStatus       int      `json:"registration_status,omitempty"`        // this status and nothing else
	RegistrationRedirectURIs []string `json:"registration_redirect_uris,omitempty"` // say that these are registered
	RegistrationOmitClientID bool     `json:"registration_omit_client_id,omitempty"`

	// Other endpoints.

	RevokeStatus         int  `json:"revoke_status,omitempty"`          // answer revocation requests with this status
	WrongUserinfoSubject bool `json:"wrong_userinfo_subject,omitempty"` // somebody else's claims

	UserinfoStatus        int  `json:"userinfo_status,omitempty"`         // answer with this status
	UserinfoWrongAudience bool `json:"userinfo_wrong_audience,omitempty"` // in a signed answer
	UserinfoBadSignature  bool `json:"userinfo_bad_signature,omitempty"`  // another key's, under the published key's kid
	IntrospectStatus      int  `json:"introspect_status,omitempty"`       // answer with this status
	IntrospectHTML        bool `json:"introspect_html,omitempty"`         // a web page
	IntrospectInactive    bool `json:"introspect_inactive,omitempty"`     // no token is active
	IntrospectOmitActive  bool `json:"introspect_omit_active,omitempty"`  // say all but that
}
