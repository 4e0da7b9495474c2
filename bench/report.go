//go:build linux

package main

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

// report is the table of results, in the form of docs/internals/performance.md.
type report struct{ rows []row }

type row struct{ what, measured, ratio, goal, met string }

// ratio adds a time and its ratio to another. A goal of 0 is none.
func (r *report) ratio(what string, took time.Duration, than string, other time.Duration, goal float64) {
	ratio := float64(took) / float64(other)
	added := row{
		what: what, measured: fmt.Sprintf("%.2f ms", milliseconds(took)),
		ratio: fmt.Sprintf("%.2f × %s (%.2f ms)", ratio, than, milliseconds(other)),
	}
	added.judge(ratio, goal, "× ")
	r.rows = append(r.rows, added)
}

// limit adds a figure with its own goal.
func (r *report) limit(what string, figure float64, unit string, goal float64) {
	added := row{what: what, measured: fmt.Sprintf("%.4g %s", figure, unit)}
	added.judge(figure, goal, "")
	r.rows = append(r.rows, added)
}

func (r *row) judge(figure, goal float64, times string) {
	switch {
	case goal == 0:
		return
	case figure <= goal:
		r.met = "met"
	default:
		r.met = "missed"
	}
	r.goal = fmt.Sprintf("≤ %s%v", times, goal)
}

func (r *report) print(w io.Writer) error {
	fmt.Fprintf(w, "%d processors, %s/%s, %s; medians\n\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(w, "| %-46s | %12s | %-52s | %-8s | %-6s |\n|---|---:|---|---|---|\n", "what", "measured", "beside", "goal", "")
	for _, r := range r.rows {
		if _, err := fmt.Fprintf(w, "| %-46s | %12s | %-52s | %-8s | %-6s |\n", r.what, r.measured, r.ratio, r.goal, r.met); err != nil {
			return err
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
