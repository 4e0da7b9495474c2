package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const credentialKubectlLong = `Be an exec credential plugin of Kubernetes clients (client.authentication.k8s.io, v1 and v1beta1).

The version is the one in KUBERNETES_EXEC_INFO, or v1. If that says that nobody can be asked, it means --no-input. Clusters
whose users sign in by OpenID Connect want the ID Token: --id-token.`

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
			return a.credentialKubectl(cmd, nameOf(args), request)
		},
	}
	cmd.Flags().BoolVar(&request.IDToken, "id-token", false, "give the ID Token, as clusters with OpenID Connect want it")
	a.addRequestFlags(cmd, &request)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (a *app) credentialKubectl(cmd *cobra.Command, name string, request tokensource.Request) error {
	info, err := credential.ParseExecInfo(a.getenv("KUBERNETES_EXEC_INFO"))
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	a.global.noInput = a.global.noInput || !info.Interactive
	s, err := a.open(cmd, name)
	if err != nil {
		return err
	}
	return a.answer(cmd.Context(), s, request, "kubectl", func(set token.Set) (string, error) {
		switch {
		case !request.IDToken:
			return credential.ExecCredential(info.APIVersion, set.AccessToken, set.Expiry)
		case set.IDToken.Empty():
			return "", output.ErrNoIDToken
		}
		a.warnOfExpiry(s, set)
		return credential.ExecCredential(info.APIVersion, set.IDToken, set.IDTokenExpiry)
	})
}
