package flow

import (
	"strings"
	"testing"
)

func TestGrantedDetailsAreKeptAndComparedWithTheAsked(t *testing.T) {
	const asked = `[{"type":"payment","amount":"1"},{"type":"account"}]`
	for name, c := range map[string]struct{ asked, granted, kept, warning string }{
		"as asked":         {asked, asked, `[{"amount":"1","type":"payment"},{"type":"account"}]`, ""},
		"in another order": {asked, `[{"type":"account"},{"amount":"1","type":"payment"}]`, `[{"type":"account"},{"amount":"1","type":"payment"}]`, ""},
		"fewer":            {asked, `[{"type":"account"}]`, `[{"type":"account"}]`, "granted other authorization_details than requested"},
		"enriched":         {asked, `[{"type":"payment","amount":"2"},{"type":"account"}]`, `[{"amount":"2","type":"payment"},{"type":"account"}]`, "granted other"},
		"not told":         {asked, ``, ``, "does not say which"},
		"not asked":        {``, `[{"type":"account"}]`, `[{"type":"account"}]`, ""},
		"not an array":     {asked, `{"type":"account"}`, ``, "are ignored: they are not an array"},
		"not of objects":   {asked, `["\u001b[2J"]`, ``, "are ignored"},
		"without a type":   {asked, `[{"actions":[]}]`, ``, "are ignored"},
		"without end":      {asked, `[{"type":"` + strings.Repeat("x", maxDetails) + `"}]`, ``, "are ignored: they are longer"},
	} {
		t.Run(name, func(t *testing.T) {
			f, r := newFront(t)
			r.Profile.AuthorizationDetails, f.grants = c.asked, c.granted
			set, err := r.AuthorizationCode(t.Context())
			if err != nil || set.AuthorizationDetails != c.kept {
				t.Errorf("%v, kept %.100q", err, set.AuthorizationDetails)
			}
			if text := strings.Join(r.warnings, "\n"); (c.warning == "") != (text == "") || !strings.Contains(text, c.warning) || len(text) > 1000 {
				t.Errorf("warnings %.300q", r.warnings)
			}
		})
	}
}

func TestRefreshKeepsTheDetailsThatItsAnswerLeavesOut(t *testing.T) {
	f, r := newFront(t)
	f.grants = `[{"type":"account"}]`
	old, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.grants = ""
	if fresh, err := r.Refresh(t.Context(), old); err != nil || fresh.AuthorizationDetails != old.AuthorizationDetails {
		t.Errorf("%v, %q", err, fresh.AuthorizationDetails)
	}
	f.grants = `[{"type":"less"}]`
	if fresh, err := r.Refresh(t.Context(), old); err != nil || fresh.AuthorizationDetails != f.grants {
		t.Errorf("%v, %q", err, fresh.AuthorizationDetails)
	}
}

func TestDetailsOfAnUnknownTypeAreRefusedBeforeTheBrowserOpens(t *testing.T) {
	_, r := newFront(t)
	r.Server.AuthorizationDetailsTypesSupported = []string{"account"}
	r.Profile.AuthorizationDetails = `[{"type":"account"},{"type":"payment"}]`
	if err := refusedBeforeTheBrowser(t, r, `authorization_details: the server does not support "payment"`); !isConfigError(err) {
		t.Errorf("%T", err)
	}
}
