package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is a line of `go test -json`, as `go doc test2json` defines it.
type event struct {
	Action  string
	Package string
	Test    string // empty for an event of the package
	Output  string
}

// outcome is the result of a test, from good to bad. A test that ran twice has the worse one.
type outcome int

const (
	unfinished outcome = iota
	passed
	skipped
	failed
)

// id names a test. Test is empty for a package that failed although none of its tests did: it did not build, its TestMain ended
// the process, or it timed out.
type id struct{ Package, Test string }

func (i id) String() string { return strings.TrimSpace(i.Package + " " + i.Test) }

type result struct {
	outcome outcome
	output  []string
}

// report collects results. It prints the output of failures at once and drops the rest.
type report struct {
	out     io.Writer
	results map[id]*result
}

func newReport(out io.Writer) *report { return &report{out: out, results: map[id]*result{}} }

func (r *report) at(i id) *result {
	if r.results[i] == nil {
		r.results[i] = &result{}
	}
	return r.results[i]
}

// read reads the output of one go test.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		fmt.Fprintf(r.out, "%s", line) // a message of the go command
		return
	}
	res := r.at(id{e.Package, e.Test})
	switch e.Action {
	case "start", "run":
		res.output = nil // of an earlier go test
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		res.output = append(res.output, e.Output)
	case "pass", "skip", "fail":
		if e.Test == "" {
			r.endPackage(e.Package, e.Action == "fail")
			return
		}
		res.outcome = max(res.outcome, map[string]outcome{"pass": passed, "skip": skipped, "fail": failed}[e.Action])
	}
}

// endPackage prints one line about a package that passed, or the output of the tests that failed.
func (r *report) endPackage(name string, fail bool) {
	pkg := r.at(id{Package: name})
	if !fail {
		for _, line := range pkg.output {
			if strings.HasPrefix(line, "ok ") {
				fmt.Fprint(r.out, line)
			}
		}
		return
	}
	ownFault := true
	for _, i := range r.sorted(func(i id) bool { return i.Package == name && i.Test != "" }) {
		// A test that did not end has ended the whole package.
		if res := r.results[i]; res.outcome == failed || res.outcome == unfinished {
			ownFault = ownFault && res.outcome != failed
			fmt.Fprint(r.out, strings.Join(told(res.output), ""))
		}
	}
	fmt.Fprint(r.out, strings.Join(pkg.output, ""))
	if ownFault {
		pkg.outcome = failed
	}
}

// fail adds a failure that no event has reported.
func (r *report) fail(name, why string) {
	fmt.Fprintf(r.out, "%s: %s\n", name, why)
	r.at(id{Package: name}).outcome = failed
}

func (r *report) failed() bool { return len(r.with(failed)) > 0 }

// with returns the tests with that outcome, sorted. A test with subtests is included only if its outcome is worse than theirs.
func (r *report) with(o outcome) []id {
	worst := map[id]outcome{}
	for i, res := range r.results {
		for at, c := range i.Test {
			if c == '/' {
				parent := id{i.Package, i.Test[:at]}
				worst[parent] = max(worst[parent], res.outcome)
			}
		}
	}
	return r.sorted(func(i id) bool { return r.results[i].outcome == o && o > worst[i] })
}

func (r *report) sorted(keep func(id) bool) []id {
	ids := slices.DeleteFunc(slices.Collect(maps.Keys(r.results)), func(i id) bool { return !keep(i) })
	slices.SortFunc(ids, func(a, b id) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
	})
	return ids
}

// summary prints the last lines and reports whether the run passed.
func (r *report) summary(ci bool) (good bool) {
	pass, fail, skip := r.with(passed), r.with(failed), r.with(skipped)
	if len(fail) > 0 {
		fmt.Fprintln(r.out, "\nFailed:")
		for _, i := range fail {
			fmt.Fprintf(r.out, "  %v\n", i)
		}
	}
	if len(skip) > 0 {
		fmt.Fprintln(r.out, "\nSkipped:")
		for _, i := range skip {
			fmt.Fprintf(r.out, "  %v: %s\n", i, reason(r.results[i].output))
		}
	}
	good = len(fail) == 0
	if len(skip) > 0 && ci {
		good = false
		fmt.Fprintln(r.out, "\nCI=true: a skipped test fails the run.")
	}
	if len(pass)+len(fail) == 0 {
		good = false
		fmt.Fprintln(r.out, "\nNo test ran.")
	}
	fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", len(pass), len(fail), len(skip))
	return good
}

// told returns the output of a test as go test without -json prints it: the outcome first, without lines for machines.
func told(output []string) []string {
	var head, body []string
	for _, line := range output {
		switch {
		case strings.HasPrefix(strings.TrimLeft(line, " "), "--- "):
			head = append(head, line)
		case !strings.HasPrefix(line, "=== "):
			body = append(body, line)
		}
	}
	return append(head, body...)
}

// reason returns the output of a skipped test.
func reason(output []string) string {
	var words []string
	for _, line := range told(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--- ") {
			words = append(words, line)
		}
	}
	return cmp.Or(strings.Join(words, " "), "no reason given")
}
