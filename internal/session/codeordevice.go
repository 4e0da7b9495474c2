package session

import (
	"context"
	"errors"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// offersDevice reports whether the device grant is offered beside the redirect: the server supports it, and no browser can
// be opened here. The security profile excludes it, and a narrated login shows one grant.
func (s *Session) offersDevice(client *flow.Client) bool {
	listed := client.Server.GrantTypesSupported
	return s.Profile.OfferDeviceCode && client.Server.DeviceAuthorizationEndpoint != "" &&
		(len(listed) == 0 || slices.Contains(listed, config.GrantType(config.GrantDeviceCode))) &&
		s.Profile.SecurityProfile == "" && s.options.Narrator == nil &&
		s.Browser().Obstacle() != "" && s.console.Attended()
}

// errOtherGrant ends the grant that was slower.
var errOtherGrant = errors.New("the other grant has ended the login")

// outcome is how one of the two grants ended.
type outcome struct {
	set    token.Set
	err    error
	device bool
}

// final reports whether the outcome ends the other grant too: it brought a token, or the user denied the access.
func (o outcome) final() bool { return o.err == nil || flow.Denied(o.err) }

// codeOrDevice runs the authorization code grant and the device grant at once. The first that brings a token, or is
// denied by the user, ends the other. If one of them fails, as where the redirect's port is taken or this client may not
// use the device grant, the other goes on.
func (s *Session) codeOrDevice(ctx context.Context, client *flow.Client) (token.Set, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	outcomes := make(chan outcome, 2)
	codeShown := make(chan struct{})
	device := *client
	device.ShowCode = func(_ context.Context, d flow.DeviceAuthorization) {
		s.console.ShowCode(d, true)
		close(codeShown)
	}
	go func() {
		set, err := s.authorizationCode(ctx, client)
		outcomes <- outcome{set, err, false}
	}()
	go func() {
		set, err := device.DeviceCode(ctx)
		outcomes <- outcome{set, err, true}
	}()
	first := <-outcomes
	if first.final() {
		stop(errOtherGrant)
		<-outcomes
		return first.set, first.err
	}
	if first.device || errors.Is(first.err, flow.ErrPatience) || ctx.Err() != nil {
		s.console.Step("one of the two grants failed: %v", first.err)
	} else {
		select {
		case <-codeShown:
			s.console.Warn("%v; log in with the code above instead", first.err)
		case second := <-outcomes:
			outcomes <- second
		}
	}
	second := <-outcomes
	if second.device && !second.final() { // the redirect is what the profile asks for
		return first.set, first.err
	}
	return second.set, second.err
}
