package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"tollgate/pricing/escape"
	"tollgate/results"
)

// writeBenchfmt writes Go's benchmark format: a line for each block of each target, whose
// ns/op is the mean response time of its good responses. Blocks are what a run replicates,
// as benchstat takes the lines of one name to be.
// Format: https://go.dev/design/14313-benchmark-format
func writeBenchfmt(w io.Writer, r *Report) error {
	var b strings.Builder
	b.WriteString("Unit p50-ns better=lower\nUnit p99-ns better=lower\nUnit goodput-per-s better=higher\nUnit error-share better=lower\n\n")
	for _, line := range [][2]string{
		{"run", r.ID}, {"scenario", r.Scenario}, {"verdict", string(r.Verdict)}, {"result", string(r.Result)}, {"models", strings.Join(r.Models(), " ")},
	} {
		fmt.Fprintf(&b, "%s: %s\n", line[0], escape.Text(line[1]))
	}
	if names := r.Unverified(); len(names) > 0 {
		fmt.Fprintf(&b, "unverified: %s\n", escape.Text(strings.Join(names, " ")))
	}
	b.WriteByte('\n')
	blocks := r.Run.ByBlock()
	for _, turn := range slices.SortedFunc(maps.Keys(blocks), func(a, b results.Turn) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Block, b.Block))
	}) {
		if int(turn.Target) < len(r.Targets) {
			b.WriteString(benchLine(r, blocks[turn], turn))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// benchLine is one block of a target; nothing where nothing was good.
func benchLine(r *Report, block *results.Run, turn results.Turn) string {
	good, f := block.Good(turn.Target), block.Figures(turn.Target)
	if good.Count() == 0 {
		return ""
	}
	line := fmt.Sprintf("Benchmark%s/target=%s %d %d ns/op", capital(benchWord(r.Scenario)), benchWord(r.Targets[turn.Target].Name), good.Count(), good.Mean().Nanoseconds())
	for _, p := range []struct {
		q    float64
		unit string
	}{{0.5, "p50-ns"}, {0.99, "p99-ns"}} {
		if good.Carries(p.q) {
			line += fmt.Sprintf(" %d %s", good.Quantile(p.q).Nanoseconds(), p.unit)
		}
	}
	if f.Known(results.LackTimes) {
		line += fmt.Sprintf(" %g goodput-per-s", f.Goodput)
	}
	if f.Known(results.LackOutcomes) {
		line += fmt.Sprintf(" %g error-share", f.ErrorShare)
	}
	return line + "\n"
}

// benchWord is a name without what ends one in Go's format.
func benchWord(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '/' {
			return '_'
		}
		return r
	}, s)
}
