package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/scenarios/session"
)

// A Size is a terminal's, in columns and rows.
type Size struct{ Width, Height int }

// widest is the longest line that is easy to read.
const widest = 110

// View draws s for a terminal of the given size: never more lines than it has
// rows, and none that is wider. What matters least goes first when room is
// short. With color it uses the terminal's own palette.
func View(s Snapshot, size Size, color bool) string {
	d := &drawing{Snapshot: s, width: max(20, min(size.Width, widest)), pen: pen(color)}
	blocks := []block{
		{0, d.head()},
		{1, d.rates()},
		{0, d.latencies(size.Height - 12)},
		{2, d.outcomesLine()},
		{3, d.generator()},
		{4, d.cost()},
	}
	if s.Help {
		blocks = []block{{0, d.head()}, {0, d.help()}}
	}
	return d.compose(blocks, size)
}

// A block is some lines that belong together. Those with the highest rank are
// left out first.
type block struct {
	rank  int
	lines []string
}

// A drawing is one view in the making.
type drawing struct {
	Snapshot
	width int
	pen   pen
}

// compose lays the blocks out with the keys at the bottom of the screen.
func (d *drawing) compose(blocks []block, size Size) string {
	rows := max(3, size.Height)
	for rank := 4; rank > 0 && height(blocks) > rows-1; rank-- {
		for i := range blocks {
			if blocks[i].rank == rank {
				blocks[i].lines = nil
			}
		}
	}
	var lines []string
	for _, b := range blocks {
		if len(b.lines) > 0 && len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, b.lines...)
	}
	lines = lines[:min(len(lines), rows-1)]
	for len(lines) < min(rows-1, 22) {
		lines = append(lines, "")
	}
	lines = append(lines, d.keys())
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], min(d.width, max(1, size.Width)), "…")
	}
	return strings.Join(lines, "\n")
}

func height(blocks []block) (n int) {
	for _, b := range blocks {
		if len(b.lines) > 0 {
			n += len(b.lines) + 1
		}
	}
	return n - 1
}

// head says what runs, how far it is and how long it will take.
func (d *drawing) head() []string {
	state := d.state()
	name := ansi.Truncate(escape.Text(d.Scenario), max(8, d.width-ansi.StringWidth(state)-2), "…")
	lines := []string{d.spread(d.pen.strong(name), state), d.bar()}
	if d.Step == session.Loading {
		lines = append(lines, d.spread(
			underText(d.Under),
			clock(d.Elapsed)+" of "+clock(d.Total)))
		if look := d.Undecided(); look != "" {
			lines = append(lines, escape.Text(look))
		}
	}
	if d.Warning != "" {
		for line := range strings.SplitSeq(ansi.Wrap(escape.Text(d.Warning), d.width, ""), "\n") {
			lines = append(lines, d.pen.warn(line))
		}
	}
	return lines
}

func (d *drawing) state() string {
	switch {
	case d.Stopping:
		return d.pen.warn("stopping, results are kept")
	case d.Step == session.Loading:
		return clock(d.left()) + " left"
	case d.Step == session.Observing:
		return "waiting for CloudWatch’s view"
	case d.Step == "":
		return string(session.Preparing)
	}
	return string(d.Step)
}

// bar is how much of the load has passed.
func (d *drawing) bar() string {
	share := d.share()
	if !d.Stopping && d.Step != session.Loading && d.Step != "" && d.Step != session.Preparing && d.Step != session.Trying && d.Step != session.Aligning {
		share = 1
	}
	room := d.width - 6
	full := int(share*float64(room) + 0.5)
	return d.pen.good(strings.Repeat("━", full)) + d.pen.faint(strings.Repeat("─", room-full)) + fmt.Sprintf(" %3.0f %%", 100*share)
}

// rates compares what was asked for with what came.
func (d *drawing) rates() []string {
	line := label("rate")
	switch {
	case d.Asked > 0:
		line += "asked " + rate(d.Asked) + ", "
	case d.Step == session.Loading && !d.Stopping:
		line += "asked by users, "
	}
	line += "achieved " + rate(d.Achieved)
	requests := label("requests") + whole(d.Ended)
	if d.Planned > 0 {
		requests += " of " + whole(d.Planned)
	}
	requests += ", " + whole(int64(d.Health.InFlight)) + " in flight"
	return []string{line, requests, label("last minute") + d.sparkline()}
}

// outcomesLine lists the outcomes of requests; failures are marked.
func (d *drawing) outcomesLine() []string {
	var parts []string
	for o, n := range d.outcomes() {
		if n == 0 {
			continue
		}
		part := results.Outcome(o).String() + " " + whole(n)
		if results.Outcome(o) != results.OK {
			part = d.pen.warn("! " + part)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = []string{d.pen.faint("none yet")}
	}
	return []string{label("outcomes") + strings.Join(parts, "   ")}
}

// generator shows the health of the load generator.
func (d *drawing) generator() []string {
	lag := "lag p99 " + millis(d.Health.LagP99) + " ms"
	if d.Health.LagP99 > 10*time.Millisecond {
		lag = d.pen.warn("! " + lag)
	}
	cpu := fmt.Sprintf("CPU %.2f of %d cores", d.Health.CPU, d.CPUs)
	if d.CPUs > 0 && d.Health.CPU > 0.8*float64(d.CPUs) {
		cpu = d.pen.warn("! " + cpu)
	}
	return []string{label("generator") + lag + ", " + cpu}
}

func (d *drawing) cost() []string {
	if d.Cost == "" {
		return nil
	}
	return []string{label("cost") + d.Cost}
}

func (d *drawing) keys() string {
	switch {
	case d.Hurried:
		return d.pen.faint("Ctrl-C again: stop at once, results of the last second are lost")
	case d.Stopping:
		return d.pen.faint("Ctrl-C again: wait no longer for the requests in flight")
	}
	if d.width < 60 {
		return d.pen.faint("Ctrl-C stop   ? help")
	}
	return d.pen.faint("Ctrl-C stop and keep results   ? what the words mean")
}

func (d *drawing) help() []string {
	return []string{
		label("response") + "from when a request was due to its last byte",
		label("p50 p90 p99") + "50, 90, 99 % of good responses were at least as fast",
		label("–") + "too few requests for that percentile",
		label("in flight") + "sent and not yet answered",
		label("lag") + "how late the generator was against its schedule",
		label("outcomes") + "ok, throttled (429), other 4xx, 5xx, …: each apart",
	}
}

// spread puts left and right at the two ends of a line.
func (d *drawing) spread(left, right string) string {
	gap := d.width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 2 {
		left = ansi.Truncate(left, max(0, d.width-ansi.StringWidth(right)-2), "…")
		gap = max(1, d.width-ansi.StringWidth(left)-ansi.StringWidth(right))
	}
	return left + strings.Repeat(" ", gap) + right
}
