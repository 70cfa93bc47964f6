package imports

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tollgate/results"
)

// step is the width of the first buckets of Tollgate's histograms, up to a millisecond. Of
// what is shorter than shortest it is more than a percent.
const (
	step     = 512 * time.Nanosecond
	shortest = 100 * step
)

// readBenchfmt reads Go's benchmark format: "BenchmarkName-8 1000 52341 ns/op …". Each line
// of a name is one sample, the mean of its operations, and one block.
// Format: https://go.dev/design/14313-benchmark-format
func readBenchfmt(in io.Reader, r *Recording, o *Options) error {
	r.Program, r.Keeps, r.relative, r.block = "go test -bench", results.KeepsMeans, true, time.Second
	r.Lacks = []results.Lack{
		results.LackGenerator, results.LackOutcomes, results.LackSizes, results.LackConnections, results.LackTimes, results.LackMachine,
	}
	lines, n := newLines(in), map[uint16]int64{}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return lines.problem(err)
		}
		err = r.benchLine(string(line), n, o)
		if errors.Is(err, errNotComparable) {
			return problem{lines.number, err}
		}
		if err := lines.collect(err); err != nil {
			return err
		}
	}
}

// benchLine takes in a line, if it is a benchmark's.
func (r *Recording) benchLine(line string, n map[uint16]int64, o *Options) error {
	fields := strings.Fields(line)
	if len(fields) < 4 || !benchName(fields[0]) {
		return nil
	}
	if count, err := strconv.ParseUint(fields[1], 10, 63); err != nil || count == 0 {
		return fmt.Errorf("%.40q is not a number of iterations", fields[1])
	}
	found := false
	for i := 2; i+1 < len(fields); i += 2 {
		if fields[i+1] != "ns/op" {
			continue
		}
		x, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || math.IsNaN(x) || x < 0 || x > 1e15 {
			return fmt.Errorf("%.40q is not a time", fields[i])
		}
		if x < float64(shortest) {
			return fmt.Errorf("%w: an operation of %s takes %g ns, of which a step of Tollgate's histograms (%v) is more than 1 %%: compare such benchmarks with benchstat", errNotComparable, fields[0], x, step)
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		target, err := r.target(o.targetOr(name))
		if err != nil {
			return err
		}
		found = true
		if precision := 100 * float64(step) / x; precision > 0.1 {
			r.coarse = max(r.coarse, precision)
		}
		s := sample{at: n[target] * int64(time.Second), took: int64(math.Round(x)), target: target, request: r.request("")}
		n[target]++
		if err := r.add(s); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%w: %.60s has no ns/op: other units, such as percentiles of a run, are summaries, and of a summary it cannot be told how it varies", errNotComparable, fields[0])
	}
	return nil
}

// benchName says whether a word names a benchmark: what follows Benchmark does not begin
// with a small letter.
func benchName(word string) bool {
	rest, ok := strings.CutPrefix(word, "Benchmark")
	if !ok {
		return false
	}
	for _, first := range rest {
		return !unicode.IsLower(first)
	}
	return true
}
