package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readTable reads the table as it is in the tree.
func readTable(t *testing.T) (table, []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(tableFile)))
	if err != nil {
		t.Fatal(err)
	}
	options := table{}
	if err := options.add(text); err != nil {
		t.Fatal(err)
	}
	return options, text
}

func TestTableIsAsItIsWritten(t *testing.T) {
	options, text := readTable(t)
	if diff := cmp.Diff(string(text), string(options.text())); diff != "" {
		t.Error(diff)
	}
}

func TestTableKnowsTheOptionsOfThisCurl(t *testing.T) {
	help, err := exec.CommandContext(t.Context(), "curl", "--help", "all").Output()
	if err != nil {
		t.Skip(err)
	}
	options, text := readTable(t)
	if err := options.add(help); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(options.text())); diff != "" {
		t.Errorf("go run ./scripts/curloptions would add:\n%s", diff)
	}
}

func TestHelpIsRead(t *testing.T) {
	const older = `Usage: curl [options...] <url>
     --abstract-unix-socket <path> Connect via abstract Unix domain socket
 -i, --include            Include protocol response headers in the output
 -:, --next               Make next URL use its separate set of options
     --no-alpn            Disable the ALPN TLS extension
 -N, --no-buffer          Disable buffering of the output stream
     --preproxy [protocol://]host[:port] Use this proxy first
     --trace-config       Configure which details to log in trace/verbose output
     --proxy1.0 <host[:port]> Use HTTP/1.0 proxy on given port
`
	const newer = ` -i, --show-headers       Show response headers in output
`
	options := table{}
	for _, help := range []string{older, newer} {
		if err := options.add([]byte(help)); err != nil {
			t.Fatal(err)
		}
	}
	want := "# What `curl --help all` lists, from 7.88 on. Written by scripts/curloptions.\n" + `--abstract-unix-socket <value>
--alpn
-N, --buffer
-i, --include
-:, --next
--preproxy <value>
--proxy1.0 <value>
--show-headers
--trace-config <value>
`
	if diff := cmp.Diff(want, string(options.text())); diff != "" {
		t.Error(diff)
	}
	for name, help := range map[string]string{
		"a contradiction": "     --include <file>     x\n", "another letter": " -i, --new <file>     x\n", "no help": "curl: option --help: is unknown\n", "nothing": "",
	} {
		if err := options.add([]byte(help)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
