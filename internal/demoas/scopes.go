package demoas

// The scopes that mean something here. Others are granted too, and mean nothing.
const (
	scopeOpenID  = "openid"
	scopeProfile = "profile"
	scopeEmail   = "email"
	scopeOffline = "offline_access"
	scopeOrders  = "orders:read"
)

func supportedScopes() []string {
	return []string{scopeOpenID, scopeProfile, scopeEmail, scopeOffline, scopeOrders}
}

// scopeInWords says what a scope allows, to follow "It will be able to".
func scopeInWords(scope string) string {
	switch scope {
	case scopeOpenID:
		return "Know that it is you"
	case scopeProfile:
		return "See your name and user name"
	case scopeEmail:
		return "See your email address"
	case scopeOffline:
		return "Act while you are away"
	case scopeOrders:
		return "Read your orders"
	default:
		return "Do what this scope stands for"
	}
}
