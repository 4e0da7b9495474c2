package session

import (
	"context"
	"errors"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// offersDevice reports whether the person is to have the device grant beside the redirect: no browser here can show them
// anything, and the server has it. The security profile has no device grant, and a walk through one grant is not about two.
func (s *Session) offersDevice(client *flow.Client) bool {
	listed := client.Server.GrantTypesSupported
	return client.Server.DeviceAuthorizationEndpoint != "" &&
		(len(listed) == 0 || slices.Contains(listed, config.GrantType(config.GrantDeviceCode))) &&
		s.Profile.SecurityProfile == "" && s.options.Narrator == nil &&
		s.Browser().Obstacle() != "" && s.console.Attended()
}

// errOtherWay ends the grant that was not first.
var errOtherWay = errors.New("the person took another way")

// way is how one of the two grants ended.
type way struct {
	set    token.Set
	err    error
	device bool
}

// decides reports whether it ends the other one too: with a token, or with the person's no.
func (w way) decides() bool { return w.err == nil || flow.Denied(w.err) }

// codeOrDevice runs the authorization code grant and the device grant at once. Whichever ends first with a token, or with the
// person's no, ends the other. One that does not work, as where this client may not use the device grant or the redirect's
// port is taken, leaves it to the other.
func (s *Session) codeOrDevice(ctx context.Context, client *flow.Client) (token.Set, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ways := make(chan way, 2)
	other := *client
	go func() {
		set, err := s.authorizationCode(ctx, client)
		ways <- way{set, err, false}
	}()
	go func() {
		set, err := s.alsoDevice(ctx, &other)
		ways <- way{set, err, true}
	}()
	first := <-ways
	if first.decides() {
		stop(errOtherWay)
		<-ways
		return first.set, first.err
	}
	if !first.device && !errors.Is(first.err, flow.ErrPatience) && ctx.Err() == nil {
		s.console.Warn("%v; the code above is left", first.err)
	} else {
		s.console.Step("one way in is closed: %v", first.err)
	}
	second := <-ways
	if second.device && !second.decides() { // the redirect is what was asked for
		return first.set, first.err
	}
	return second.set, second.err
}

// alsoDevice is the device grant as the second way in, which is told in fewer words.
func (s *Session) alsoDevice(ctx context.Context, client *flow.Client) (token.Set, error) {
	client.ShowCode = func(_ context.Context, d flow.DeviceAuthorization) {
		s.console.ShowCode(d, true)
	}
	return client.DeviceCode(ctx)
}
