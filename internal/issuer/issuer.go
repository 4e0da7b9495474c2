// Package issuer compares issuer identifiers (RFC 8414 §2).
package issuer

import "strings"

// Tenant stands in an issuer for one segment of its path: the tid of an ID Token. The metadata of Microsoft's endpoints for
// several tenants names such an issuer.
const Tenant = "{tenantid}"

// Several reports whether issuer stands for several.
func Several(issuer string) bool { return strings.Contains(issuer, Tenant) }

// Valid reports whether [Tenant] is one whole segment, if it is in issuer at all.
func Valid(issuer string) bool {
	return !Several(issuer) || strings.Count(issuer, Tenant) == 1 && strings.Contains(issuer+"/", "/"+Tenant+"/")
}

// Match reports whether got is the issuer want, or one of those that it stands for. In the latter case tenant is the segment
// in place of [Tenant].
func Match(want, got string) (tenant string, ok bool) {
	before, after, several := strings.Cut(want, Tenant)
	if !several {
		return "", got == want
	}
	rest, ok := strings.CutPrefix(got, before)
	if !ok {
		return "", false
	}
	tenant, ok = strings.CutSuffix(rest, after)
	return tenant, ok && tenant != "" && !strings.ContainsAny(tenant, "/?#{}")
}

// Audience returns issuer, or alternative if that is empty or stands for several.
func Audience(issuer, alternative string) string {
	if issuer == "" || Several(issuer) {
		return alternative
	}
	return issuer
}
