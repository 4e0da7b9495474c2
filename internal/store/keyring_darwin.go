package store

func systemKeyring(o KeychainOptions) keyring {
	return securityKeyring("/usr/bin/security", o)
}
