package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const credentialKubectlLong = `Be an exec credential plugin of Kubernetes clients (client.authentication.k8s.io, v1 and v1beta1).

The version is the one that KUBERNETES_EXEC_INFO asks for, and v1 without it; where that says that nobody can be asked, it is
as --no-input. Clusters that have people sign in by OpenID Connect want the ID Token: --id-token.`

const credentialKubectlExample = `  kubectl config set-credentials me --exec-api-version client.authentication.k8s.io/v1 \
    --exec-interactive-mode IfAvailable --exec-command oauthget \
    --exec-arg credential --exec-arg kubectl --exec-arg work --exec-arg --id-token`

func (a *app) credentialKubectlCommand() *cobra.Command {
	var request tokensource.Request
	cmd := &cobra.Command{
		Use:     "kubectl [NAME]",
		Short:   "Be a credential plugin of kubectl",
		Long:    credentialKubectlLong,
		Example: credentialKubectlExample,
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRequest(cmd, request); err != nil {
				return err
			}
			info, err := credential.ParseExecInfo(a.getenv("KUBERNETES_EXEC_INFO"))
			if err != nil {
				return &hint.UsageError{Err: err}
			}
			a.global.noInput = a.global.noInput || !info.Interactive
			s, err := a.open(cmd, nameOf(args))
			if err != nil {
				return err
			}
			return a.answerKubectl(cmd, s, info, request)
		},
	}
	cmd.Flags().BoolVar(&request.IDToken, "id-token", false, "give the ID Token, as clusters with OpenID Connect want it")
	addRequestFlags(cmd, &request)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (a *app) answerKubectl(cmd *cobra.Command, s *session.Session, info credential.ExecInfo, request tokensource.Request) error {
	set, _, err := s.AccessToken(cmd.Context(), request)
	if err != nil {
		return err
	}
	bearer, expiry := set.AccessToken, set.Expiry
	switch {
	case request.IDToken && set.IDToken.Empty():
		return s.Failed(fmt.Errorf("answer kubectl: %w", output.ErrNoIDToken))
	case request.IDToken:
		bearer, expiry = set.IDToken, set.IDTokenExpiry
		a.warnOfExpiry(s, set)
	case dpop.Bound(set):
		return fmt.Errorf("answer kubectl: %w", dpop.ErrBound)
	}
	text, err := credential.ExecCredential(info.APIVersion, bearer, expiry)
	if err != nil {
		return fmt.Errorf("answer kubectl: %w", err)
	}
	if _, err := io.WriteString(a.stdout, text); err != nil {
		return fmt.Errorf("answer kubectl: %w", err)
	}
	return nil
}
