package config

// DefaultRedirectURI is the redirect URI where a profile names none. RFC 8252 §7.3 recommends the IP literal over
// localhost, which may resolve to an interface that is not loopback; the port is whichever is free.
const DefaultRedirectURI = "http://127.0.0.1/callback"
