package token

import (
	"encoding/json"
	"time"
)

// Registration is a client that was registered at an authorization server (RFC 7591 §3.2.1), as it is stored.
type Registration struct {
	Issuer       string
	ClientID     string
	ClientSecret Secret // empty for a public client
	// SecretExpiry is zero if the secret does not expire.
	SecretExpiry time.Time
	AuthMethod   string // token_endpoint_auth_method
	// RedirectURI is the one that was registered, with its port: some servers compare it.
	RedirectURI string
	// ManagementURI and ManagementToken are for RFC 7592. They are empty if the server does not have it.
	ManagementURI   string
	ManagementToken Secret
}

// registered is the serialized form of a Registration.
type registered struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"`
	Expiry       int64  `json:"client_secret_expires_at,omitempty"`
	AuthMethod   string `json:"token_endpoint_auth_method,omitempty"`
	RedirectURI  string `json:"redirect_uri,omitempty"`
	URI          string `json:"registration_client_uri,omitempty"`
	Token        string `json:"registration_access_token,omitempty"`
}

// MarshalJSON returns the serialized form. It contains the secrets in clear: only [Set.Marshal] calls it.
func (r *Registration) MarshalJSON() ([]byte, error) {
	return json.Marshal(registered{
		Issuer: r.Issuer, ClientID: r.ClientID, ClientSecret: r.ClientSecret.Reveal(), Expiry: unix(r.SecretExpiry),
		AuthMethod: r.AuthMethod, RedirectURI: r.RedirectURI, URI: r.ManagementURI, Token: r.ManagementToken.Reveal(),
	})
}

// UnmarshalJSON reads the serialized form.
func (r *Registration) UnmarshalJSON(data []byte) error {
	var st registered
	if err := json.Unmarshal(data, &st); err != nil {
		return err
	}
	*r = Registration{
		Issuer: st.Issuer, ClientID: st.ClientID, ClientSecret: NewSecret(st.ClientSecret), SecretExpiry: fromUnix(st.Expiry),
		AuthMethod: st.AuthMethod, RedirectURI: st.RedirectURI, ManagementURI: st.URI, ManagementToken: NewSecret(st.Token),
	}
	return nil
}
