package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
)

// The versions of ExecCredential. kubectl uses v1 since 1.22, and v1beta1 before.
const (
	ExecV1      = "client.authentication.k8s.io/v1"
	ExecV1Beta1 = "client.authentication.k8s.io/v1beta1"
)

// kubectl is the protocol of exec credential plugins of Kubernetes clients.
func kubectl() Protocol {
	return Protocol{
		Name:  "kubectl",
		Short: "Act as a kubectl credential plugin",
		Long: `Act as an exec credential plugin of Kubernetes clients (client.authentication.k8s.io, v1 and v1beta1).

The version is the one in KUBERNETES_EXEC_INFO, or v1. If that says that nobody can be asked, it means --no-input. Clusters
whose users sign in by OpenID Connect want the ID Token: --id-token.

With --exec-provide-cluster-info, the server in the variable must be in api_hosts, and its certificate checked.`,
		Example: `  kubectl config set-credentials me --exec-api-version client.authentication.k8s.io/v1 \
    --exec-interactive-mode IfAvailable --exec-command oauthget \
    --exec-arg credential --exec-arg kubectl --exec-arg work --exec-arg --id-token`,
		IDTokenFlag: "give the ID Token, as clusters with OpenID Connect want it",
		Ask:         askKubectl,
		Strict:      true, // a kubeconfig names one helper for a user
	}
}

func askKubectl(_ context.Context, in Input) (Question, error) {
	text, _ := in.Env("KUBERNETES_EXEC_INFO")
	info, err := ParseExecInfo(text)
	switch {
	case err != nil:
		return Question{}, &hint.UsageError{Err: err}
	case info.Unverified && !confidential.Loopback(info.Server.Hostname()):
		return Question{}, fmt.Errorf("answer kubectl: %w", &RefusedError{Server: info.Server, Reason: Unverified})
	}
	// Where the client does not name the server, the kubeconfig decides.
	return Question{Server: info.Server, NoInput: !info.Interactive, Render: func(set token.Set, _ []string) (string, error) {
		switch {
		case !in.IDToken:
			return ExecCredential(info.APIVersion, set.AccessToken, set.Expiry)
		case set.IDToken.Empty():
			return "", token.ErrNoIDToken
		}
		return ExecCredential(info.APIVersion, set.IDToken, set.IDTokenExpiry)
	}}, nil
}

// ExecInfo is the content of KUBERNETES_EXEC_INFO.
type ExecInfo struct {
	APIVersion  string
	Interactive bool     // whether the user may be asked
	Server      *url.URL // the cluster's; nil unless provideClusterInfo is set where the plugin is configured
	Unverified  bool     // the client does not check the server's certificate
}

// ParseExecInfo reads the variable. An empty one, as from a client before 1.20 or at a prompt, means v1.
func ParseExecInfo(text string) (ExecInfo, error) {
	if text == "" {
		return ExecInfo{APIVersion: ExecV1, Interactive: true}, nil
	}
	var info struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Spec       struct {
			Interactive *bool `json:"interactive"`
			Cluster     *struct {
				Server     string `json:"server"`
				Unverified bool   `json:"insecure-skip-tls-verify"`
			} `json:"cluster"`
		} `json:"spec"`
	}
	if err := json.Unmarshal([]byte(text), &info); err != nil {
		return ExecInfo{}, errors.New("read KUBERNETES_EXEC_INFO: it is not an ExecCredential in JSON")
	}
	switch {
	case info.Kind != "ExecCredential":
		return ExecInfo{}, fmt.Errorf("read KUBERNETES_EXEC_INFO: its kind is %.50q, not ExecCredential", info.Kind)
	case info.APIVersion != ExecV1 && info.APIVersion != ExecV1Beta1:
		return ExecInfo{}, fmt.Errorf("read KUBERNETES_EXEC_INFO: it asks for %.80q; %s and %s are supported", info.APIVersion, ExecV1, ExecV1Beta1)
	}
	interactive := info.Spec.Interactive == nil || *info.Spec.Interactive // clients before 1.22 do not say
	known := ExecInfo{APIVersion: info.APIVersion, Interactive: interactive}
	if cluster := info.Spec.Cluster; cluster != nil {
		u, err := url.Parse(cluster.Server)
		if err != nil || u.User != nil || u.Hostname() == "" {
			return ExecInfo{}, errors.New("read KUBERNETES_EXEC_INFO: its spec.cluster.server is not the URL of a server")
		}
		known.Server, known.Unverified = u, cluster.Unverified
	}
	return known, nil
}

// ExecCredential returns the answer to a Kubernetes client: the token and, if known, its expiry.
func ExecCredential(apiVersion string, bearer token.Secret, expiry time.Time) (string, error) {
	type status struct {
		ExpirationTimestamp string `json:"expirationTimestamp,omitempty"` // RFC 3339
		Token               string `json:"token"`
	}
	answer := struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Status     status `json:"status"`
	}{apiVersion, "ExecCredential", status{Token: bearer.Reveal()}}
	if !expiry.IsZero() {
		answer.Status.ExpirationTimestamp = expiry.UTC().Format(time.RFC3339)
	}
	data, err := json.MarshalIndent(answer, "", "  ")
	return string(data) + "\n", err
}
