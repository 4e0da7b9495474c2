package signing

// MACs are the algorithms whose key is a secret that both sides know, the one that everybody has first.
func MACs() []string { return []string{"HS256", "HS384", "HS512"} }

// MACBits is how long the key of one of [MACs] must be, in bits; 0 for any other algorithm. "A key of the same size as the
// hash output (for instance, 256 bits for "HS256") or larger MUST be used with this algorithm." RFC 7518 §3.2
func MACBits(algorithm string) int {
	switch algorithm {
	case "HS256":
		return 256
	case "HS384":
		return 384
	case "HS512":
		return 512
	}
	return 0
}
