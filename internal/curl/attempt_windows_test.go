package curl

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestMain makes the test binary a curl, too: one that prints the config that it is given.
func TestMain(m *testing.M) {
	if os.Getenv("OAUTHGET_TEST_CURL") == "" {
		os.Exit(m.Run())
	}
	config, err := os.ReadFile(os.Args[2])
	if err != nil || os.Args[1] != "--config" {
		os.Stderr.WriteString(strings.Join(os.Args, " "))
		os.Exit(1)
	}
	os.Stdout.Write(config)
}

func TestConfigIsReadFromAPipeAndInNoFile(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	temporary := t.TempDir()
	t.Setenv("TMP", temporary)
	var stdout, stderr bytes.Buffer
	want := strings.Repeat("header = \"Authorization: Bearer canary-1\"\n", 2000) // more than a pipe holds
	result, err := Attempt{
		Program: program, Env: append(os.Environ(), "OAUTHGET_TEST_CURL=1"),
		Header: want, Stdout: &stdout, Stderr: &stderr,
	}.Run()
	if err != nil || result.Status.Code != 0 || !strings.HasSuffix(stdout.String(), want) {
		t.Errorf("%+v %v\n%s\n%d bytes, want %d", result, err, &stderr, stdout.Len(), len(want))
	}
	if entries, err := os.ReadDir(temporary); err != nil || len(entries) > 0 {
		t.Error("left behind:", entries, err)
	}
}

func TestCurlThatReadsNoConfigEndsTheAttempt(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command, err := Parse([]string{"-q"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := Attempt{Program: program, Env: append(os.Environ(), "OAUTHGET_TEST_CURL=1"), Command: command}.Run()
	if err != nil || result.Status.Code != 1 {
		t.Error(result, err)
	}
}
