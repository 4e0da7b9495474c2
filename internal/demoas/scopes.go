package demoas

// The scopes with a meaning. Others are granted too, and have none.
const (
	ScopeOpenID  = "openid"
	scopeProfile = "profile"
	scopeEmail   = "email"
	ScopeOffline = "offline_access"
	scopeOrders  = "orders:read"
)

func supportedScopes() []string {
	return []string{ScopeOpenID, scopeProfile, scopeEmail, ScopeOffline, scopeOrders}
}

// scopeInWords returns what a scope allows, to follow "It will be able to".
func scopeInWords(scope string) string {
	switch scope {
	case ScopeOpenID:
		return "Know that it is you"
	case scopeProfile:
		return "See your name and user name"
	case scopeEmail:
		return "See your email address"
	case ScopeOffline:
		return "Act while you are away"
	case scopeOrders:
		return "Read your orders"
	default:
		return "Do what this scope allows"
	}
}
