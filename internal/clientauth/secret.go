package clientauth

import (
	"encoding/base64"
	"net/url"
)

// basic is what HTTP Basic sends. RFC 6749 §2.3.1: "The client identifier is encoded using the
// "application/x-www-form-urlencoded" encoding algorithm …, and the encoded value is used as the username; the client
// password is encoded using the same algorithm and used as the password."
func (c Client) basic() string { return base64.StdEncoding.EncodeToString([]byte(c.pair())) }

func (c Client) pair() string {
	return url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret.Reveal())
}
