package config

import "net/url"

// text is where a key that holds one string is kept in a Profile; nil for other keys.
func (p *Profile) text(key string) *string {
	switch key {
	case "issuer":
		return &p.Issuer
	case "authorization_endpoint":
		return &p.AuthorizationEndpoint
	case "token_endpoint":
		return &p.TokenEndpoint
	case "device_authorization_endpoint":
		return &p.DeviceAuthorizationEndpoint
	case "pushed_authorization_request_endpoint":
		return &p.PushedAuthorizationRequestEndpoint
	case "revocation_endpoint":
		return &p.RevocationEndpoint
	case "introspection_endpoint":
		return &p.IntrospectionEndpoint
	case "userinfo_endpoint":
		return &p.UserinfoEndpoint
	case "registration_endpoint":
		return &p.RegistrationEndpoint
	case "jwks_uri":
		return &p.JWKSURI
	case "client_id":
		return &p.ClientID
	case "token_endpoint_auth_method":
		return &p.TokenEndpointAuthMethod
	case "redirect_uri":
		return &p.RedirectURI
	case "listen_address":
		return &p.ListenAddress
	case keyStore:
		return &p.Store
	case keyIdentityFile:
		return &p.IdentityFile
	case "account":
		return &p.Account
	case "browser":
		return &p.Browser
	default:
		return nil
	}
}

// list is where a key that holds strings is kept; nil for other keys.
func (p *Profile) list(key string) *[]string {
	switch key {
	case "scopes":
		return &p.Scopes
	case "audience":
		return &p.Audience
	case "resource":
		return &p.Resource
	case keyPassphraseCommand:
		return &p.PassphraseCommand
	default:
		return nil
	}
}

// table is where a key that holds parameters is kept; nil for other keys.
func (p *Profile) table(key string) *url.Values {
	switch key {
	case "authorization_parameters":
		return &p.AuthorizationParameters
	case "token_parameters":
		return &p.TokenParameters
	default:
		return nil
	}
}
