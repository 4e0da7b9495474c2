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
	case "client_key_file":
		return &p.ClientKey.File
	case "client_key_id":
		return &p.ClientKey.ID
	case "client_assertion_audience":
		return &p.ClientKey.AssertionAudience
	case "tls_certificate_file":
		return &p.TLS.CertificateFile
	case "tls_key_file":
		return &p.TLS.KeyFile
	case "tls_ca_file":
		return &p.TLS.CAFile
	case "grant":
		return &p.Grant
	case "authorization_details":
		return &p.AuthorizationDetails
	case "prompt":
		return &p.OpenID.Prompt
	case "login_hint":
		return &p.OpenID.LoginHint
	case "max_age":
		return &p.OpenID.MaxAge
	case "acr_values":
		return &p.OpenID.ACRValues
	case "claims":
		return &p.OpenID.Claims
	case "ui_locales":
		return &p.OpenID.UILocales
	case "id_token_signed_response_alg":
		return &p.OpenID.IDTokenSignedResponseAlg
	case "assertion_subject":
		return &p.Assertion.Subject
	case "assertion_audience":
		return &p.Assertion.Audience
	case "subject_token_type":
		return &p.Exchange.SubjectType
	case "actor_token_type":
		return &p.Exchange.ActorType
	case "requested_token_type":
		return &p.Exchange.RequestedType
	case "response_mode":
		return &p.ResponseMode
	case "request_object_signing_alg":
		return &p.RequestObjectSigningAlg
	case "security_profile":
		return &p.SecurityProfile
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
	case "api_hosts":
		return &p.APIHosts
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
	case "token_headers":
		return &p.TokenHeaders
	default:
		return nil
	}
}

// flag is where a key that is true or false is kept; nil for other keys.
func (p *Profile) flag(key string) *bool {
	switch key {
	case "pkce":
		return &p.PKCE
	case "require_pushed_authorization_requests":
		return &p.RequirePAR
	case "dpop":
		return &p.DPoP
	case "dpop_allow_bearer":
		return &p.DPoPAllowBearer
	default:
		return nil
	}
}

// secret is where a group of keys that gives a secret is kept.
func (p *Profile) secret(group string) *SecretSource {
	switch group {
	case keyAssertion:
		return &p.Assertion.Source
	case keySubjectToken:
		return &p.Exchange.Subject
	case keyActorToken:
		return &p.Exchange.Actor
	default:
		return &p.ClientSecret
	}
}
