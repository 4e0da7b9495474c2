package flow

import (
	"errors"

	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// page tells the user in the browser how the login ended, briefly. The terminal has the details.
func page(err error) loopback.Page {
	if err == nil {
		return loopback.Page{OK: true, Title: "You are signed in", Detail: "You can close this tab and go back to the terminal."}
	}
	p := loopback.Page{Title: "The sign-in did not work", Hint: "Go back to the terminal for the details and what to do."}
	_, distrusted := errors.AsType[*untrusted.Error](err)
	_, refused := errors.AsType[*ServerError](err)
	switch {
	case Denied(err):
		p.Title, p.Detail = "Access was not granted", "No token was issued. To try again, run the command once more."
	case distrusted:
		p.Detail = "The authorization server's answer could not be trusted, so no token was kept."
	case isNetwork(err):
		p.Detail = "The authorization server could not be reached to redeem the code."
	case refused:
		p.Detail = "The authorization server refused: " + untrusted.Text(err.Error())
	default:
		p.Detail = untrusted.Text(err.Error())
	}
	return p
}
