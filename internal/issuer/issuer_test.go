package issuer

import "testing"

func TestTenantStandsForOneSegment(t *testing.T) {
	const several = "https://login.example/{tenantid}/v2.0"
	for _, c := range []struct {
		want, got, tenant string
		ok                bool
	}{
		{"https://as.example", "https://as.example", "", true},
		{"https://as.example", "https://as.example/", "", false},
		{several, "https://login.example/t1/v2.0", "t1", true},
		{several, "https://login.example/{tenantid}/v2.0", "{tenantid}", false},
		{several, "https://login.example/t1/x/v2.0", "t1/x", false},
		{several, "https://login.example//v2.0", "", false},
		{several, "https://login.example/v2.0", "", false},
		{several, "https://login.example/t1/v2.0/", "", false},
		{several, "https://evil.example/t1/v2.0", "", false},
		{several, "", "", false},
		{"https://login.example/{tenantid}", "https://login.example/t1", "t1", true},
	} {
		tenant, ok := Match(c.want, c.got)
		if ok != c.ok || ok && tenant != c.tenant {
			t.Errorf("Match(%q, %q) = %q, %v", c.want, c.got, tenant, ok)
		}
	}
}

func TestTenantIsOneWholeSegment(t *testing.T) {
	for text, want := range map[string]bool{
		"https://as.example":                       true,
		"https://as.example/{tenantid}":            true,
		"https://as.example/{tenantid}/v2":         true,
		"https://as.example/a{tenantid}":           false,
		"https://as.example/{tenantid}b/":          false,
		"https://as.example/{tenantid}/{tenantid}": false,
	} {
		if got := Valid(text); got != want {
			t.Errorf("Valid(%q) = %v", text, got)
		}
	}
	if Audience("https://as.example/{tenantid}", "t") != "t" || Audience("", "t") != "t" || Audience("i", "t") != "i" {
		t.Error("an issuer for several is no audience")
	}
}
