package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

// The versions of ExecCredential. kubectl uses v1 since 1.22, and v1beta1 before.
const (
	ExecV1      = "client.authentication.k8s.io/v1"
	ExecV1Beta1 = "client.authentication.k8s.io/v1beta1"
)

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
