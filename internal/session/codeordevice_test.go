package session

import (
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
)

// narrates is a Narrator that tells nobody.
type narrates struct{ Narrator }

func TestDeviceGrantIsOfferedWhereTheServerHasItAndNoBrowserIs(t *testing.T) {
	offers := func(change func(*Session, *discovery.Metadata)) bool {
		overSSH := map[string]string{"SSH_CONNECTION": "198.51.100.7 50022 192.0.2.1 22"}
		s := newSession(optionsFor(t, &person{attended: true}, overSSH), nil, config.Profile{OfferDeviceCode: true}, t.TempDir())
		var server discovery.Metadata
		server.DeviceAuthorizationEndpoint = "https://as.example/device"
		change(s, &server)
		return s.offersDevice(&flow.Client{Server: server})
	}
	if !offers(func(*Session, *discovery.Metadata) {}) {
		t.Error("it is not offered")
	}
	for why, change := range map[string]func(*Session, *discovery.Metadata){
		"a browser is named":              func(s *Session, _ *discovery.Metadata) { s.Profile.Browser = "firefox" },
		"the server has no such endpoint": func(_ *Session, m *discovery.Metadata) { m.DeviceAuthorizationEndpoint = "" },
		"the server lists other grants":   func(_ *Session, m *discovery.Metadata) { m.GrantTypesSupported = []string{"authorization_code"} },
		"the security profile has none":   func(s *Session, _ *discovery.Metadata) { s.Profile.SecurityProfile = config.FAPI2 },
		"one grant is told step by step":  func(s *Session, _ *discovery.Metadata) { s.options.Narrator = narrates{} },
		"the profile says false":          func(s *Session, _ *discovery.Metadata) { s.Profile.OfferDeviceCode = false },
		"nobody is there":                 func(s *Session, _ *discovery.Metadata) { s.console.(*person).attended = false },
	} {
		if offers(change) {
			t.Errorf("%s, and it is offered", why)
		}
	}
}
