//go:build interop && linux

package interop

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// kubernetes is as much of an API server as `kubectl get pods` needs.
var kubernetes = map[string]string{
	"/api":  `{"kind":"APIVersions","versions":["v1"]}`,
	"/apis": `{"kind":"APIGroupList","apiVersion":"v1","groups":[]}`,
	"/api/v1": `{"kind":"APIResourceList","groupVersion":"v1","resources":[
		{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list"]}]}`,
	"/api/v1/namespaces/default/pods": `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[
		{"kind":"Pod","apiVersion":"v1","metadata":{"name":"orders-7d4b","namespace":"default"}}]}`,
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: %q, certificate-authority-data: %s}}]
contexts: [{name: c, context: {cluster: c, user: me}}]
users:
- name: me
  user:
    exec: {apiVersion: %s, command: %q, args: [credential, kubectl, op], interactiveMode: IfAvailable}
`

func TestKubectlGetsWithTheToken(t *testing.T) {
	t.Parallel()
	need(t, "kubectl")
	r := newUser(t)
	s := startResource(t, "Bearer", true, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, ok := kubernetes[req.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`
		}
		fmt.Fprint(w, answer)
	}))
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	for _, version := range execVersions(t, r.world) {
		file := r.path("kubeconfig")
		r.write(t, file, fmt.Sprintf(kubeconfig, s.URL, base64.StdEncoding.EncodeToString(authority), version, product(t)))
		got := r.run(t, exec.Command("kubectl", "--kubeconfig", file, "get", "pods", "--output", "name"))
		if got.status != 0 || got.stdout != "pod/orders-7d4b\n" || strings.Contains(got.stderr, "oauthget") {
			t.Errorf("%s: %v", version, got)
		}
		for _, token := range s.tokens() {
			if !strings.HasPrefix(token, canary) {
				t.Errorf("%s: a request without the token", version)
			}
		}
	}
}

// execVersions are the versions that this kubectl supports: Debian's is older than v1.
func execVersions(t *testing.T, w *world) []string {
	t.Helper()
	got := w.run(t, exec.Command("kubectl", "version", "--client", "--output", "yaml"))
	versions := []string{"client.authentication.k8s.io/v1beta1"}
	var minor int
	for line := range strings.Lines(got.stdout) {
		if _, err := fmt.Sscanf(strings.TrimSpace(strings.ReplaceAll(line, `"`, "")), "minor: %d", &minor); err == nil && minor >= 22 {
			versions = append(versions, "client.authentication.k8s.io/v1")
		}
	}
	if minor == 0 {
		t.Errorf("kubectl does not say its version: %v", got)
	}
	return versions
}
