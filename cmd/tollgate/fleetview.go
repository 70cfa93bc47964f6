package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/launch"
)

// lines are those of several goroutines on standard error.
type lines struct {
	mu    sync.Mutex
	w     io.Writer
	quiet bool
}

func (l *lines) say(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.quiet {
		fmt.Fprintln(l.w, text)
	}
}

// A fleetView says how far a part of a fleet is.
type fleetView struct {
	ctx    context.Context
	lines  *lines
	part   *fleetPart
	store  fleet.Store
	folder string // of what was collected so far

	last   string
	stuck  string
	times  string        // the latencies that were last told
	looked time.Time     // when latencies were last read
	took   time.Duration // by that
}

// tell prints news: a line when something changed, and the latencies every ten seconds if they
// did.
func (v *fleetView) tell(p launch.Progress) {
	if v.lines.quiet {
		return
	}
	if now := fmt.Sprint(p.Ready, p.Sending, p.Done, p.Note, p.Start.IsZero()); now != v.last {
		v.last = now
		v.lines.say(v.part.in(p.String()))
	}
	if stuck := strings.Join(p.StuckLines(), "\n  "); stuck != v.stuck && p.Elapsed > 5*time.Second {
		if v.stuck = stuck; stuck != "" {
			v.lines.say("  " + v.part.in(stuck))
		}
	}
	if p.Sending > 0 && time.Since(v.looked) > max(10*time.Second, 10*v.took) {
		began := time.Now()
		if text := v.latencies(); text != "" && text != v.times {
			v.times = text
			v.lines.say(text)
		}
		v.looked, v.took = time.Now(), time.Since(began)
	}
}

// latencies are those of what is uploaded so far, merged.
func (v *fleetView) latencies() string {
	if v.folder == "" {
		folder, err := os.MkdirTemp("", "tollgate-view-")
		if err != nil {
			return ""
		}
		v.folder = folder
	}
	found, err := fleet.Collect(v.ctx, v.store, v.part.RunID, v.folder)
	if err != nil {
		return ""
	}
	var runs []*results.Run
	for _, dir := range found.Whole() {
		if run, err := results.Open(dir); err == nil {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 {
		return ""
	}
	merged, err := results.Merge(runs...)
	if err != nil {
		return ""
	}
	var lines []string
	for i, t := range merged.Document.Targets {
		f := merged.Figures(uint16(i))
		if f.Requests == 0 {
			continue
		}
		text := fmt.Sprintf("      %s so far (%s): %s, %.2f %% failed", v.part.in(t.Name), pricing.Counted(len(runs), "shard"), pricing.Counted(f.Requests, "request"), 100*f.ErrorShare)
		if l := f.Latency["response"]; l.P50 != nil && l.P99 != nil {
			text += fmt.Sprintf(", p50 %.1f ms, p99 %.1f ms", *l.P50, *l.P99)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

func (v *fleetView) close() {
	if v.folder != "" {
		_ = os.RemoveAll(v.folder) // of the system's temporary files
	}
}
