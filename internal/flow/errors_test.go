package flow

import (
	"errors"
	"fmt"
	"testing"

	"github.com/oauthget/oauthget/internal/dpop"
)

func TestDeadRefreshTokenIsKnownInEveryServersWords(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   bool
	}{
		{400, "invalid_grant", true},
		{500, "invalid_grant", true},
		{400, "invalid_refresh_token", true},
		{400, "BAD_REFRESH_TOKEN", true},
		{400, "expired_token", true},
		{401, "invalid_token", true},
		{400, "invalid_request", true},
		{403, "access_denied", true},
		{400, "interaction_required", true},
		{400, "", true},
		{200, "bad_refresh_token", true}, // GitHub
		{401, "invalid_client", false},
		{400, "invalid_client", false},
		{200, "incorrect_client_credentials", false},
		{400, "temporarily_unavailable", false},
		{408, "", false},
		{429, "invalid_request", false},
		{500, "", false},
		{503, "server_error", false},
		{302, "", false},
	} {
		err := fmt.Errorf("x: %w", &ServerError{Op: "refresh token", Status: c.status, Code: c.code})
		if got := RefreshTokenDead(err); got != c.want {
			t.Errorf("%d %s: %v", c.status, c.code, got)
		}
	}
	if !RefreshTokenDead(dpop.ErrKeyLost) || RefreshTokenDead(errors.New("x")) || RefreshTokenDead(nil) {
		t.Error("other errors")
	}
}
