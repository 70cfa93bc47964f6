package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Observed is observed.json: what AWS says it saw of each target during the run.
type Observed struct {
	From    time.Time     `json:"from"` // the window that was asked for, on whole minutes
	To      time.Time     `json:"to"`
	Read    time.Time     `json:"read"`
	Settled bool          `json:"settled"`           // two reads in a row agreed
	Asked   int           `json:"metrics_requested"` // by all reads together; AWS bills these
	Targets []ObservedDoc `json:"targets"`           // in the order of the run's targets
}

// ObservedDoc is one target as AWS and the client saw it.
type ObservedDoc struct {
	Target  string           `json:"target" text:"name"`
	Error   string           `json:"error,omitempty"` // why there is nothing, with the way out
	Metrics []ObservedMetric `json:"metrics,omitempty"`
	Checks  []Reconciled     `json:"reconciliation,omitempty"`

	Functions []ObservedFunction `json:"functions,omitempty"` // of several behind the target

	Routes []ObservedRoute `json:"routes,omitempty"` // of which it has metrics one by one

	Blocks []ColdBlock `json:"cold_by_block,omitempty"` // by the REPORT lines of the target's function
}

// An ObservedMetric is one metric over the window.
type ObservedMetric struct {
	Role   string             `json:"role" text:"name"`
	Name   string             `json:"name" text:"name"` // as AWS calls it, with its namespace
	Unit   string             `json:"unit" text:"name"` // "count", "ms", "bytes", "lcu", "percent"
	Total  map[string]float64 `json:"total"`            // by statistic over the window: Sum, SampleCount, Average; no percentiles, which cannot be merged
	Points []ObservedPoint    `json:"points"`
}

// An ObservedPoint is one minute of a metric.
type ObservedPoint struct {
	At     time.Time          `json:"at"`
	Values map[string]float64 `json:"values"` // by statistic
}

// Reconciled compares the client's number with AWS's.
type Reconciled struct {
	What   string   `json:"what" text:"name"` // "requests", "4xx", "5xx", "latency", and those of a function's log
	Unit   string   `json:"unit"`             // "count", "ms" or "percent"
	Client *float64 `json:"client"`           // null: the client cannot know
	AWS    *float64 `json:"aws"`              // null: AWS does not say
	Gap    *float64 `json:"unexplained"`      // AWS − client for counts; the part of the client's mean that no metric explains for latencies
	Note   string   `json:"note,omitempty"`

	// Answered is, of the requests that the client counts, what AWS must have counted:
	// those that got a response other than a refusal (4xx). nil: another row, or an
	// older run.
	Answered *float64 `json:"answered,omitempty"`
}

// CheckInvocations is the row of how often the function behind a target was invoked, and
// SharedFunction how its note begins where other targets invoke it too.
const (
	CheckInvocations = "function invocations"
	SharedFunction   = "the function is shared with"
)

// CheckRequests is the row that compares how many requests there were.
const CheckRequests = "requests"

// CheckOrigin is the row of what is behind a distribution.
const CheckOrigin = "requests at the origin"

// CheckWAF is the row that compares the client's 403 with what AWS WAF blocked.
const CheckWAF = "403 by AWS WAF"

// Those of a target of messages compare connections, and messages in both directions.
const (
	CheckConnections = "connections"
	CheckMessages    = "messages"
)

// countGap is by how much of the client's count AWS's may differ.
const countGap = 0.005

// tolerated is the difference of counts that says nothing.
func (c *Reconciled) tolerated() float64 { return math.Max(1, countGap**c.Client) }

// missing is how many requests AWS did not count, if more than is tolerated. They are
// suspicious if it must have counted them: those that it did not answer may be lost on
// the way, it need not count what it refuses, and a count that grows is not complete.
func (o *Observed) missing(c *Reconciled) (n float64, suspicious bool) {
	if c.What != CheckRequests || c.Client == nil || c.AWS == nil || *c.Client-*c.AWS <= c.tolerated() {
		return 0, false
	}
	return *c.Client - *c.AWS, o.Settled && c.Answered != nil && *c.Answered-*c.AWS > c.tolerated()
}

// Shortfalls says at which targets AWS counted fewer requests than were sent, where
// that is not suspicious: then it is among the reasons of the run's verdict.
func (o *Observed) Shortfalls() (all []string) {
	for _, t := range o.Targets {
		for i := range t.Checks {
			c := &t.Checks[i]
			n, suspicious := o.missing(c)
			if n == 0 || suspicious {
				continue
			}
			why := c.Note
			if !o.Settled {
				why = "CloudWatch had not published all of them when it was last read; tollgate observe reads them again"
			}
			all = append(all, fmt.Sprintf("%s: the target's metrics count %.0f of the %.0f requests that this run sent (%s)", t.Target, *c.AWS, *c.Client, why))
		}
	}
	return all
}

// What a function's log adds to what CloudWatch says.
const (
	ColdStarts = "cold starts"
	InitMedian = "INIT, p50"
	InitMost   = "INIT, longest"
)

// A ColdBlock is how many invocations of a target's function ended in one block
// of the target, and how many of those began with INIT.
type ColdBlock struct {
	Block       uint32 `json:"block"`
	Invocations int64  `json:"invocations"`
	Cold        int64  `json:"cold"`
}

// ColdStarts returns how many invocations there were for each block of a target,
// as far as its function's log was read.
func (r *Run) ColdStarts(target uint16) (blocks []ColdBlock) {
	if r.Observed == nil || int(target) >= len(r.Document.Targets) {
		return nil
	}
	for i := range r.Observed.Targets {
		if o := &r.Observed.Targets[i]; o.Target == r.Document.Targets[target].Name {
			blocks = append(blocks, o.Blocks...)
		}
	}
	return blocks
}

// Turns are the turns of a run in the order in which they began.
type Turns struct {
	turns []startedTurn
}

// A startedTurn is a turn, or the first probe, after which there are no turns.
type startedTurn struct {
	Turn
	at    time.Time
	probe bool
}

// Turns returns the turns of a run. A turn lasts until the next begins.
func (r *Run) Turns() Turns {
	var t Turns
	first := map[Turn]time.Duration{}
	for i := range r.Seconds {
		s := &r.Seconds[i]
		k := Turn{s.Target, s.Block}
		if at, ok := first[k]; !ok || s.FirstDue < at {
			first[k] = s.FirstDue
		}
	}
	for k, at := range first {
		t.turns = append(t.turns, startedTurn{Turn: k, at: r.Document.Started.Add(at)})
	}
	if len(r.ProbeSeconds) > 0 {
		s := slices.MinFunc(r.ProbeSeconds, func(a, b Second) int { return cmp.Compare(a.FirstDue, b.FirstDue) })
		t.turns = append(t.turns, startedTurn{at: r.Document.Started.Add(s.FirstDue), probe: true})
	}
	slices.SortFunc(t.turns, func(a, b startedTurn) int { return a.at.Compare(b.at) })
	return t
}

// At returns whose turn it was; false before the first and after the load.
func (t Turns) At(when time.Time) (Turn, bool) {
	i, _ := slices.BinarySearchFunc(t.turns, when, func(b startedTurn, when time.Time) int {
		if b.at.After(when) {
			return 1
		}
		return -1
	})
	if i == 0 || t.turns[i-1].probe {
		return Turn{}, false
	}
	return t.turns[i-1].Turn, true
}
