package usageplan

import (
	"errors"
	"fmt"
	"math"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// work is what planning and concluding take time for.
const work = "fitting all kinds of limiter to"

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "expect", "most", "bursts", "quota", "keys")
	p := readOptions(o, about.Target, about.Scenario.Requests)
	if o.Has("keys") {
		return parseKeys(o, about, p)
	}
	p.announce()
	return probe.Question{
		Requests: p.requests, For: p.length, Peak: p.peak(), Plan: p.plan, Refused: p.refused(about, "the key"),
		Tolerates: probe.OfSending, Spare: p.spare(), Suffices: suffices,
		Wants: probe.Wants{Limits: true},
		Work:  work,
		Conclude: func(h probe.History, e probe.Evidence) results.Finding {
			f, _ := p.conclude(h, e.Limits)
			f.Assumptions = append(f.Assumptions, e.Troubles...)
			return f
		},
	}
}

// readOptions reads the options of a question. A key that a request has of its own is the
// key that it is about.
func readOptions(o document.Fields, t targets.Target, requests []scenarios.Request) *question {
	for _, r := range requests {
		if a := r.AuthAt(&t); !a.APIKey.IsZero() {
			t.Auth = a
		}
	}
	p := &question{target: t, from: 20, most: defaultMost}
	p.readExpected(o)
	if o.Has("most") {
		p.most = o.Get("most").Rate().PerSecond()
		p.from = min(p.from, p.most)
	}
	if o.Has("quota") {
		p.quota = o.Get("quota").Whole(1, 1e15)
	}
	for _, text := range o.Get("bursts").Each(20) {
		b, err := parseBurst(text)
		if err != nil {
			o.ProblemAt("bursts", "%v", err)
		}
		p.bursts = append(p.bursts, b)
	}
	return p
}

func (p *question) readExpected(o document.Fields) {
	v := o.Get("expect")
	if v.Node == nil {
		return
	}
	e := v.Fields("rate", "burst")
	e.Need("rate", "burst")
	p.expects, p.rate, p.burst = true, e.Get("rate").Rate().PerSecond(), float64(e.Get("burst").Whole(1, 1_000_000))
	p.from, p.most = 2*p.rate, max(floodTimes*p.rate, 8)
}

// announce limits what the probe sends. If a plan is expected, one that is half as
// large again, in rate and in burst, can still be measured.
func (p *question) announce() {
	rate, burst := p.most/floodTimes, p.most
	p.length = 3 * time.Minute // windows of a minute begin twice
	if p.expects {
		rate, burst = 1.5*min(p.rate, rate), 1.5*p.burst
		p.length = time.Duration((8*burst/rate + 60) * float64(time.Second))
	}
	p.requests = int64(6*burst + rate*40 + 400)
	p.widest = [2]float64{rate, burst}
}

// spare is for a flood and an overload, with the pause before, in which the generator was
// disturbed: they are sent again once, or twice if they are short.
func (p *question) spare() probe.Effort {
	return probe.Effort{Requests: p.requests / 2, For: p.length / 2}
}

// peak is the highest rate of any stage: a flood of a bucket whose rate is the
// highest that is tried.
func (p *question) peak() float64 { return 1.5 * p.most }

// refused says why the probe needs a confirmation: it may use up a quota.
func (p *question) refused(about probe.About, key string) error {
	requests := p.requests + p.spare().Requests
	if p.quota == 0 || requests <= p.quota/10 || about.Yes {
		return nil
	}
	return fmt.Errorf("probe usage-plan at %s may send %d requests, more than a tenth of %s's quota of %d: confirm with --yes that it may use them up", about.Target.Name, requests, key, p.quota)
}

// A plannedBurst is a number of requests at a rate, of which the finding predicts
// how many pass.
type plannedBurst struct {
	text     string
	requests float64
	rate     float64
}

var errBurst = errors.New(`write it as "7500 at 1500/s"`)

func parseBurst(text string) (plannedBurst, error) {
	var n int64
	var rate string
	if _, err := fmt.Sscanf(text, "%d at %s", &n, &rate); err != nil || n < 1 {
		return plannedBurst{}, fmt.Errorf("%q is not a burst: %w", text, errBurst)
	}
	r, err := scenarios.ParseRate(rate)
	if err != nil || r.IsZero() {
		return plannedBurst{}, fmt.Errorf("%q is not a burst: %w", text, errBurst)
	}
	return plannedBurst{text, float64(n), r.PerSecond()}, nil
}

// passes is how many of a burst's requests a full bucket lets through.
func (b plannedBurst) passes(rate, burst float64) float64 {
	if b.rate <= rate {
		return b.requests
	}
	return math.Min(b.requests, math.Floor(burst+rate*b.requests/b.rate))
}
