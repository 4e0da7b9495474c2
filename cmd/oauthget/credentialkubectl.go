package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
)

const credentialKubectlLong = `Act as an exec credential plugin of Kubernetes clients (client.authentication.k8s.io, v1 and v1beta1).

The version is the one in KUBERNETES_EXEC_INFO, or v1. If that says that nobody can be asked, it means --no-input. Clusters
whose users sign in by OpenID Connect want the ID Token: --id-token.

With --exec-provide-cluster-info, the server in the variable must be in api_hosts, and its certificate checked.`

const credentialKubectlExample = `  kubectl config set-credentials me --exec-api-version client.authentication.k8s.io/v1 \
    --exec-interactive-mode IfAvailable --exec-command oauthget \
    --exec-arg credential --exec-arg kubectl --exec-arg work --exec-arg --id-token`

func (a *app) credentialKubectlCommand() *cobra.Command {
	h := helper{app: a, program: "kubectl"}
	cmd := &cobra.Command{
		Use:     "kubectl [NAME]",
		Short:   "Act as a kubectl credential plugin",
		Long:    credentialKubectlLong,
		Example: credentialKubectlExample,
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return h.kubectl(cmd, nameOf(args))
		},
	}
	cmd.Flags().BoolVar(&h.request.IDToken, "id-token", false, "give the ID Token, as clusters with OpenID Connect want it")
	a.addRequestFlags(cmd, &h.request)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (h *helper) kubectl(cmd *cobra.Command, name string) error {
	info, err := credential.ParseExecInfo(h.getenv("KUBERNETES_EXEC_INFO"))
	if err != nil {
		return &hint.UsageError{Err: err}
	}
	h.noInput = !info.Interactive
	s, err := h.open(cmd, name)
	if err != nil {
		return err
	}
	if err := clusterRefusal(s, info); err != nil {
		return s.Failed(h.reply("", err))
	}
	return h.answer(cmd.Context(), s, func(set token.Set) (string, error) {
		switch {
		case !h.request.IDToken:
			return credential.ExecCredential(info.APIVersion, set.AccessToken, set.Expiry)
		case set.IDToken.Empty():
			return "", token.ErrNoIDToken
		}
		h.warnOfExpiry(s, set)
		return credential.ExecCredential(info.APIVersion, set.IDToken, set.IDTokenExpiry)
	})
}

// clusterRefusal returns why the cluster must not have the token, or nil. Where the client does not name it, the kubeconfig
// decides.
func clusterRefusal(s *session.Session, info credential.ExecInfo) error {
	switch {
	case info.Server == nil:
		return nil
	case info.Unverified && !confidential.Loopback(info.Server.Hostname()):
		return &credential.RefusedError{Server: info.Server, Reason: credential.Unverified}
	}
	return refusal(s, info.Server)
}
