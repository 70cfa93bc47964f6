//go:build linux

package main

import (
	"fmt"
	"slices"
	"text/tabwriter"
)

// openShare is the share of the closed model's rate that the open model is asked for.
const openShare = 0.85

// models measures what the open model costs against the closed one, in turns: each open
// run is asked for a share of the rate that the closed run before it reached.
func (s *settings) models(c contest) {
	fmt.Fprintf(s.stdout, "\n%s\n", c.name)
	engine, l := wireTool(s.self), c.task
	l.length, l.dir = s.length, s.dir
	var closed, open []result
	var costs, asked []float64
	for range s.rounds {
		l.rate = 0
		first, err := s.measure(engine, l)
		if err != nil {
			fmt.Fprintf(s.stdout, "  wire, closed model, failed in some round: %v\n", err)
			continue
		}
		l.rate = openShare * first.rate
		second, err := s.measure(engine, l)
		if err != nil {
			fmt.Fprintf(s.stdout, "  wire, open model, failed in some round: %v\n", err)
			continue
		}
		closed, open = append(closed, first), append(open, second)
		costs, asked = append(costs, second.cpu/first.cpu), append(asked, l.rate)
	}
	if len(costs) == 0 {
		return
	}
	w := tabwriter.NewWriter(s.stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tmodel\tCPU µs/request\trate asked\trate/s\tlag p50 ms\tlag p99 ms\tp99 ms\t")
	for _, row := range []struct {
		name  string
		all   []result
		asked float64
	}{{"closed", closed, 0}, {"open", open, median(asked)}} {
		of := func(field func(result) float64) float64 { return middle(row.all, field) }
		fmt.Fprintf(w, "\t%s\t%.2f\t%.0f\t%.0f\t%s\t%s\t%s\t\n", row.name, of(cpuOf), row.asked, of(rateOf),
			known(of(func(r result) float64 { return r.lag[0] })), known(of(func(r result) float64 { return r.lag[1] })), known(of(p99Of)))
	}
	_ = w.Flush()
	fmt.Fprintf(s.stdout, "  open ÷ closed: %.2f (%.2f to %.2f)\n", median(costs), slices.Min(costs), slices.Max(costs))
}
