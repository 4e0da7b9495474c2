package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
)

// proofFlags are those of token that say which API request is to be signed.
type proofFlags struct {
	url, method, nonce string
}

func (p *proofFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.url, "url", "", "with -o dpop: the `URL` of the request that is signed")
	cmd.Flags().StringVar(&p.method, "method", "", "with -o dpop: its `METHOD` (default GET)")
	cmd.Flags().StringVar(&p.nonce, "dpop-nonce", "", "with -o dpop: the `NONCE` in the API's last DPoP-Nonce header, if it wants one")
}

// apply makes f the format of the request that the flags describe.
func (p *proofFlags) apply(f output.Format) (output.Format, error) {
	switch {
	case f.ForRequest == nil && *p == proofFlags{}:
		return f, nil
	case f.ForRequest == nil:
		return f, errors.New("--url, --method and --dpop-nonce are for -o dpop")
	case p.url == "":
		return f, errors.New("-o dpop signs one request: say with --url which")
	}
	r := output.Request{Method: p.method, Nonce: p.nonce}
	var err error
	if r.URL, err = url.Parse(p.url); err == nil {
		err = dpop.CheckURL(r.URL)
	}
	if err != nil {
		return f, errors.New("--url must be an absolute http or https URL")
	}
	if strings.ContainsFunc(p.method, notInMethod) {
		return f, errors.New("--method is not the name of an HTTP method")
	}
	if p.nonce != "" {
		if err := dpop.CheckNonce(p.nonce); err != nil {
			return f, fmt.Errorf("--dpop-nonce: %w", err)
		}
	}
	f.Render = f.ForRequest(r)
	return f, nil
}

// notInMethod reports whether r is in no method's name, which is case-sensitive (RFC 9110 §9.1). All that are registered
// are letters and dashes.
func notInMethod(r rune) bool {
	return r != '-' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// checkProvable fails, before anybody is asked for anything, where the tokens of the profile are bound to no key.
func checkProvable(s *session.Session, f output.Format) error {
	if f.ForRequest == nil || s.Profile.DPoP || s.Profile.SecurityProfile == config.FAPI2 { // which has it on where it can
		return nil
	}
	return &config.Error{
		Key: "dpop", Err: errors.New("-o dpop is for tokens that are bound to a key, and dpop is not on in the profile"),
		Advice: "set dpop = true in the profile, or use -o header",
	}
}
