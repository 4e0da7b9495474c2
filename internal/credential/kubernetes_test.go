package credential

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

func TestExecInfoIsRead(t *testing.T) {
	for text, want := range map[string]ExecInfo{
		"": {APIVersion: ExecV1, Interactive: true},
		`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}`:       {APIVersion: ExecV1, Interactive: true},
		`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}`:      {APIVersion: ExecV1, Interactive: false},
		`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{}}`:                    {APIVersion: ExecV1Beta1, Interactive: true},
		`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}}`: {APIVersion: ExecV1Beta1, Interactive: false},
	} {
		got, err := ParseExecInfo(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
	for _, text := range []string{
		"x", "[]", "{}", `{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}`,
		`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}`, `{"kind":"ExecCredential","apiVersion":1}`,
	} {
		if _, err := ParseExecInfo(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestExecCredentialIsWhatKubernetesReads(t *testing.T) {
	for expiry, want := range map[time.Time]map[string]any{
		{}: {"token": "canary-t"},
		time.Unix(1800000000, 5).In(time.FixedZone("x", 3600)): {"token": "canary-t", "expirationTimestamp": "2027-01-15T08:00:00Z"},
	} {
		text, err := ExecCredential(ExecV1Beta1, token.NewSecret("canary-t"), expiry)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"apiVersion": ExecV1Beta1, "kind": "ExecCredential", "status": want}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDockerRequestIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"registry.example.com\n":           "https://registry.example.com",
		"https://index.docker.io/v1/":      "https://index.docker.io/v1/",
		"http://127.0.0.1:5000":            "http://127.0.0.1:5000",
		"registry.example.com:5000/team\n": "https://registry.example.com:5000/team",
	} {
		server, u, err := ParseDocker(t.Context(), strings.NewReader(text))
		if err != nil || u.String() != want || server != strings.TrimSpace(text) {
			t.Errorf("%q: %q %v %v", text, server, u, err)
		}
	}
	for _, text := range []string{"", "\n", "https://", "a b", "a\x00", "https://u:canary-p@h/", "a\nb", strings.Repeat("a", maxDockerServer+1)} {
		if _, u, err := ParseDocker(t.Context(), strings.NewReader(text)); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.20q: %v %v", text, u, err)
		}
	}
}

func TestDockerReadsTheAnswers(t *testing.T) {
	answer, err := DockerAnswer("registry.example.com", "u", token.NewSecret(`canary-"t`))
	if want := `{"ServerURL":"registry.example.com","Username":"u","Secret":"canary-\"t"}` + "\n"; answer != want || err != nil {
		t.Errorf("%s %v", answer, err)
	}
	for want, servers := range map[string][]string{"{}\n": nil, `{"a":"u","b":"u"}` + "\n": {"b", "a"}} {
		if got, err := DockerList(servers, "u"); got != want || err != nil {
			t.Errorf("%s %v", got, err)
		}
	}
}
