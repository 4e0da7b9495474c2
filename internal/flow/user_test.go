package flow

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/token"
)

func TestLoginAsAnotherUserIsRefusedBeforeTheBrowserReportsSuccess(t *testing.T) {
	r := newRig(t, testas.Config{})
	first, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.Stored = first
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Errorf("the same user: %v", err)
	}
	r.Stored = token.Set{Subject: "another", Username: "bob"}
	page := make(chan string, 1)
	r.Open = func(_ context.Context, request AuthorizationRequest) {
		go func() {
			text := ""
			if resp, err := http.Get(request.URL.String()); err == nil {
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				text = string(body)
			}
			page <- text
		}()
	}
	_, err = r.AuthorizationCode(t.Context())
	if e, ok := errors.AsType[*OtherUserError](err); !ok || e.Got != "ada" || e.Stored != "bob" {
		t.Errorf("another user: %v", err)
	}
	if text := <-page; strings.Contains(text, "You are signed in") || !strings.Contains(text, "the stored tokens belong to bob") {
		t.Errorf("the page says %s", text)
	}
}

func TestUserIsIdentifiedWhereNoIDTokenNamesThem(t *testing.T) {
	for name, c := range map[string]struct {
		identify bool
		status   int  // of the UserInfo endpoint
		idToken  bool // there is one, with the subject alone
		want     string
	}{
		"asked for":                    {identify: true, want: "ada"},
		"not asked for":                {},
		"the endpoint is not well":     {identify: true, status: http.StatusServiceUnavailable},
		"a subject is no name":         {identify: true, idToken: true, want: "ada"},
		"a subject is what there is":   {identify: true, idToken: true, status: http.StatusServiceUnavailable, want: "the subject"},
		"a subject, and not asked for": {idToken: true, want: "the subject"},
	} {
		r := newRig(t, testas.Config{Faults: testas.Faults{OmitIDToken: !c.idToken, NamelessIDToken: c.idToken, UserinfoStatus: c.status}})
		r.Identify = c.identify
		set, err := r.AuthorizationCode(t.Context())
		if c.want == "the subject" {
			c.want = set.Subject
		}
		if err != nil || set.User() != c.want || (set.Subject == "") != (!c.idToken && c.want == "") {
			t.Errorf("%s: %q, %v", name, set.User(), err)
		}
		told := slices.ContainsFunc(r.events, func(e Event) bool { _, ok := e.(UserUnknown); return ok })
		if told != (c.status != 0) {
			t.Errorf("%s: told that the user is unknown: %v", name, told)
		}
	}
}
