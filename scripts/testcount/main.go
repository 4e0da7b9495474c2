// Command testcount runs go test and ends with one plain line: how many tests passed, failed and were skipped.
//
//	go run ./scripts/testcount [ARG…] [-- ARG…]…
//
// Each group of arguments is one `go test -json`. Above the last line it lists the tests that failed and those that were skipped,
// with the reason. With CI=true a skipped test fails the run. Which tests run, and in what order, is up to go test.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	r := newReport(os.Stdout)
	for _, args := range groups(os.Args[1:]) {
		if err := goTest(r, args); err != nil {
			fmt.Fprintf(os.Stderr, "testcount: %v\n", err)
			os.Exit(1)
		}
	}
	if !r.summary(os.Getenv("CI") == "true") {
		os.Exit(1)
	}
}

// groups splits args at each "--". There is at least one group, since go test needs no arguments.
func groups(args []string) [][]string {
	var all [][]string
	for {
		i := slices.Index(args, "--")
		if i < 0 {
			return append(all, args)
		}
		all, args = append(all, args[:i]), args[i+1:]
	}
}

// goTest runs go test once and adds its results to r. It returns an error if go test could not be run or read, and not if tests
// failed.
func goTest(r *report, args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run go test: %w", err)
	}
	if err := r.read(out); err != nil {
		_, _ = io.Copy(io.Discard, out) // or go test could not end
		_ = cmd.Wait()
		return fmt.Errorf("read the output of go test: %w", err)
	}
	if err := cmd.Wait(); err != nil && !r.failed() {
		r.fail("go test "+strings.Join(args, " "), err.Error())
	}
	return nil
}
