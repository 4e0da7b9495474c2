package discovery

import "testing"

func TestErrorAboutMissingMetadataIsShort(t *testing.T) {
	const issuer = "https://as.example/realms/one"
	at := func(path, answer string) Attempt { return Attempt{"https://as.example" + path, answer} }
	for want, tried := range map[string][]Attempt{
		`none found for "https://as.example/realms/one": /a and /b answered 404 Not Found`:                                         {at("/a", "404 Not Found"), at("/b", "404 Not Found")},
		`none found for "https://as.example/realms/one": /a answered 404 Not Found; /b answered 403 Forbidden`:                     {at("/a", "404 Not Found"), at("/b", "403 Forbidden")},
		`none found for "https://as.example/realms/one": 3 well-known addresses of it answered 404; /d?x=1 answered 403 Forbidden`: {at("/a", "404"), at("/b", "404"), at("/c", "404"), at("/d?x=1", "403 Forbidden")},
		`none found for "https://as.example/realms/one": https://other.example/m answered 404 Not Found`:                           {{"https://other.example/m", "404 Not Found"}},
	} {
		if got := (&NotFoundError{issuer, tried}).Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
