package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
)

// The limits within which shards are taken to have sent side by side.
const (
	mostStartSkew = 100 * time.Millisecond
	// mostTurnSkew is what turns of one target may begin apart, as a share of a block: what is
	// more goes to a target while another has its turn.
	mostTurnSkew = 0.1
	leastTurn    = 250 * time.Millisecond
	// mostShown is of how many shards a reason names what is wrong.
	mostShown = 3
)

// shardVerdict says whether the numbers of a single shard may be trusted: all that is about
// the load generator, and nothing about what only the whole run has enough of.
func (r *Run) shardVerdict(all *totals) (Verdict, []string) {
	a := &assessor{run: r, all: all, assessment: assessment{verdict: Valid, reasons: []string{}}}
	a.completeness()
	for _, i := range sortedTargets(r) {
		name, p := r.Document.Targets[i].Name, all.part(allOf(i))
		n, own := p.requests(), p.sum.Errors[ErrGenerator]
		if n+own == 0 {
			continue
		}
		a.faults(name+": ", &Conduct{Requests: n + own, Own: own})
		if n == 0 || r.Document.stopped() {
			continue
		}
		a.percentiles(name+": ", r.Disturbance(uint16(i)))
		for number, population := range r.Document.populations() {
			if slices.Contains(population.Targets, name) {
				a.rate(i, number, &population)
			}
		}
	}
	a.load()
	a.clock()
	return a.verdict, a.reasons
}

// missing says which shards are not there: the first thing that is to be known of such a run.
func (a *assessor) missing() {
	d := &a.run.Document
	if missing := d.MissingShards(); len(missing) > 0 {
		text := fmt.Sprintf("%s missing, of %d: what was sent is not the load that was asked for", shardNumbers(missing), d.Shards[0].Count)
		if due, all := d.dueOfAll(); all > 0 {
			text = fmt.Sprintf("%s missing, of %d: the other shards were to send %s of the %s that were asked for, %.4g%%; up to %s more may have been sent, which are not recorded",
				shardNumbers(missing), d.Shards[0].Count, pricing.Count(due), pricing.Counted(all, "request"), 100*float64(due)/float64(all), pricing.Count(all-due))
		}
		if d.MissingAllowed {
			a.suspect("%s (allowed)", text)
		} else {
			a.invalid("%s", text)
		}
	}
}

// shards judges a run by the worst of its generators, and by whether they sent together.
func (a *assessor) shards() {
	d := &a.run.Document
	if cut := d.cutShards(); len(cut) > 0 {
		verdict := Invalid
		if d.MissingAllowed {
			verdict = Suspect
		}
		a.about(verdict, "%s cut off during the load, of %d: what was sent after the last upload is not counted", shardNumbers(cut), d.Shards[0].Count)
	}
	for _, worst := range []Verdict{Invalid, Suspect} {
		a.generators(worst)
	}
	a.together()
}

// cutShards are the numbers of the shards whose process died during the load.
func (d *Document) cutShards() (cut []int) {
	for _, s := range d.Shards {
		if s.State == Torn || s.State == Running {
			cut = append(cut, s.Index)
		}
	}
	return cut
}

// generators repeats why the generators of shards are in doubt.
func (a *assessor) generators(v Verdict) {
	shown, more := 0, 0
	for _, s := range a.run.Document.Shards {
		switch {
		case s.Verdict != v:
		case shown == mostShown:
			more++
		default:
			shown++
			reason := "its load generator is " + string(v)
			if len(s.Reasons) > 0 {
				reason = s.Reasons[0]
			}
			if n := len(s.Reasons) - 1; n > 0 {
				reason += fmt.Sprintf(" (and %s)", pricing.Counted(n, "more reason"))
			}
			a.about(v, "shard %d of %d%s: %s", s.Index, s.Count, onHost(s.Host), reason)
		}
	}
	if more > 0 {
		a.about(v, "%s more of %d: the load generator is %s", pricing.Counted(more, "shard"), a.run.Document.Shards[0].Count, v)
	}
}

func (a *assessment) about(v Verdict, format string, args ...any) {
	if v == Invalid {
		a.invalid(format, args...)
		return
	}
	a.suspect(format, args...)
}

func onHost(host string) string {
	if host == "" {
		return ""
	}
	return " on " + host
}

// together says whether the shards began together, and took the same turns.
func (a *assessor) together() {
	all := a.run.Document.Shards
	first := slices.MinFunc(all, func(a, b ShardDoc) int { return cmp.Compare(a.Late, b.Late) })
	last := slices.MaxFunc(all, func(a, b ShardDoc) int { return cmp.Compare(a.Late, b.Late) })
	if skew := millisOf(last.Late - first.Late); skew > mostStartSkew {
		a.suspect("shard %d%s began %s after shard %d: until then the load was not the whole", last.Index, onHost(last.Host), tidy(skew), first.Index)
	}
	vague := slices.MaxFunc(all, func(a, b ShardDoc) int { return cmp.Compare(a.Tolerance, b.Tolerance) })
	if u := millisOf(vague.Tolerance); u > mostStartSkew {
		a.suspect("the clock of shard %d%s is known to ±%s only: whether the shards began together cannot be told", vague.Index, onHost(vague.Host), tidy(u))
	}
	behind := slices.MaxFunc(all, func(a, b ShardDoc) int { return cmp.Compare(a.Turns, b.Turns) })
	block := math.Inf(1)
	for _, s := range a.run.Document.Stages {
		block = min(block, s.BlockS)
	}
	if d := millisOf(behind.Turns); len(a.run.Document.Targets) > 1 && d > leastTurn && d.Seconds() > mostTurnSkew*block {
		a.suspect("shard %d%s began turns up to %s late: it sent to one target while others sent to another, so blocks are not those of one load", behind.Index, onHost(behind.Host), tidy(d))
	}
}

func millisOf(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// shardNumbers names shards: "shard 3 is", "shards 3, 5 and 9 are", "shards 3, 4, 5 and 12 more are".
func shardNumbers(all []int) string {
	if len(all) == 1 {
		return fmt.Sprintf("shard %d is", all[0])
	}
	text, shown := "shards ", min(len(all), 10)
	for i, n := range all[:shown] {
		switch {
		case i == 0:
		case i == len(all)-1:
			text += " and "
		default:
			text += ", "
		}
		text += fmt.Sprint(n)
	}
	if more := len(all) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + " are"
}
