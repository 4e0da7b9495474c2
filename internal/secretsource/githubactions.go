package secretsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/refusal"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// The variables by which a job of GitHub Actions obtains its identity token. Jobs without the permission have neither.
const (
	gitHubRequestURL = "ACTIONS_ID_TOKEN_REQUEST_URL"
	// GitHubRequestToken holds a secret.
	GitHubRequestToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
)

// IdentityTokenError is returned if the CI system was asked for the job's identity token and did not issue one. Err is fit to be
// shown.
type IdentityTokenError struct {
	Status int // the HTTP status of a refusal; 0 for no answer, or for one that is not to be trusted
	Err    error
}

func (e *IdentityTokenError) Error() string { return "get the job's identity token: " + e.Err.Error() }
func (e *IdentityTokenError) Unwrap() error { return e.Err }

// identityToken obtains the identity token of a job of GitHub Actions for audience. An error is an *IdentityTokenError, or a
// *config.Error if this is no such job.
func identityToken(ctx context.Context, audience string, access Access) (string, error) {
	request, bearer, err := identityRequest(ctx, audience, access)
	if err != nil {
		return "", err
	}
	resp, err := access.HTTP.Do(request)
	if err != nil {
		return "", &IdentityTokenError{Err: untrusted.Network(ctx, err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body) // endpoint bounds it
	if err != nil {
		return "", &IdentityTokenError{Err: untrusted.Network(ctx, err)}
	}
	if resp.StatusCode != http.StatusOK {
		text := fmt.Sprintf("%s answered %d %s", untrusted.Quote(request.URL.Host), resp.StatusCode, http.StatusText(resp.StatusCode))
		if why := refusal.Read(resp.Header.Get("Content-Type"), body).Description; why != "" {
			text += ": " + untrusted.Quote(why, bearer)
		}
		return "", &IdentityTokenError{Status: resp.StatusCode, Err: errors.New(text)}
	}
	var answer struct {
		Value string `json:"value"`
	}
	if josejson.Unmarshal(body, &answer) != nil || answer.Value == "" || strings.ContainsFunc(answer.Value, unprintable) {
		return "", &IdentityTokenError{Err: &untrusted.Error{Op: "read answer", Err: errors.New("it is not a JSON object with the token as its value")}}
	}
	return answer.Value, nil
}

func unprintable(r rune) bool { return r <= ' ' || r > '~' }

// identityRequest makes the request from the job's environment. It returns the secret in it too.
func identityRequest(ctx context.Context, audience string, access Access) (*http.Request, token.Secret, error) {
	var values [2]string
	for i, variable := range []string{gitHubRequestURL, GitHubRequestToken} {
		value, err := lookUp(variable, access)
		if err == nil && value == "" {
			err = fmt.Errorf("$%s is empty", variable)
		}
		if err != nil {
			return nil, token.Secret{}, &config.Error{
				Err: err, Advice: "give the job the permission id-token: write; GitHub gives none to pull requests from forks",
			}
		}
		values[i] = value
	}
	u, err := url.Parse(values[0])
	if err != nil || !confidential.URL(u) {
		return nil, token.Secret{}, &config.Error{
			Err: fmt.Errorf("$%s is not an https URL", gitHubRequestURL), Advice: "leave the variable as GitHub sets it",
		}
	}
	// The URL has a query of its own.
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&audience="+url.QueryEscape(audience), "&")
	bearer := token.NewSecret(values[1])
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, token.Secret{}, err
	}
	request.Header.Set("Authorization", "Bearer "+bearer.Reveal())
	return request, bearer, nil
}
