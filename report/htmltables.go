package report

import (
	"maps"
	"slices"
	"strings"

	"tollgate/results"
)

// The tables of a run's page. What they are sorted by is the value itself, and
// not the text that is printed of it.

// DoorTable has a row for each target, and for each of its requests if there are several.
func (p *page) DoorTable() *htmlTable {
	s := &htmlTable{ID: "by-target", Caption: "Targets and requests; latencies are response times of good responses in milliseconds"}
	names := []string{"target", "requests", "per second", "p50", "p90", "p99", "max", "errors", "$ a month"}
	requests := slices.ContainsFunc(p.Doors, func(d Door) bool { return len(d.ByRequest) > 1 })
	if requests {
		names = slices.Insert(names, 1, "text:request")
	}
	s.Columns = heads(names...)
	row := func(d Door, request string, f results.Figures, month htmlCell) {
		l := f.Latency[results.Response.String()]
		entries := []htmlCell{words(d.Name)}
		if requests {
			entries = append(entries, words(request))
		}
		failed := figureOf(f.ErrorShare, errorText(f))
		if f.Failed > 0 {
			failed = failed.classed("bad")
		}
		s.add(append(entries, countOf(f.Requests), figureOf(f.Rate, rateText(f, f.Rate)),
			figureOr(l.P50, digits), figureOr(l.P90, digits), figureOr(l.P99, digits), figureOf(l.Max, longest(l)), failed, month)...)
	}
	for _, d := range p.Doors {
		month := htmlCell{Text: none}
		if d.priced() {
			month = figureOf(d.Bill.Month.Float(), dollars(d.Bill.Month))
		}
		row(d, "all", d.Figures, month)
		if len(d.ByRequest) > 1 {
			for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
				row(d, name, d.ByRequest[name], htmlCell{Text: none})
			}
		}
	}
	return s.sorted()
}

func (p *page) ClockTable() *htmlTable {
	s := &htmlTable{
		ID: "by-clock", Caption: "Latency of good responses in milliseconds",
		Columns: heads("target", "text:clock", "p50", "p90", "p95", "p99", "p99.9", "max", "mean", "requests"),
	}
	for _, d := range p.Doors {
		for clock, title := range clockTitles {
			if c := d.Latency[results.Clock(clock).String()]; c.N > 0 {
				s.add(words(d.Name), words(title), figureOr(c.P50, digits), figureOr(c.P90, digits), figureOr(c.P95, digits),
					figureOr(c.P99, digits), figureOr(c.P999, digits), figureOf(c.Max, digits(c.Max)), figureOf(c.Mean, digits(c.Mean)), countOf(c.N))
			}
		}
	}
	return s.sorted()
}

func (p *page) MomentTable() *htmlTable {
	s := &htmlTable{
		ID: "by-time", Caption: "Response time of good responses in milliseconds, by stretches of each target’s own time",
		Columns: heads("target", "from, s", "to, s", "responses", "p50", "p90", "p99", "max"),
	}
	for _, m := range p.Moments {
		s.add(words(m.Target), figureOf(m.From, digits(m.From)), figureOf(m.To, digits(m.To)), countOf(m.Requests),
			figureOr(m.P50, digits), figureOr(m.P90, digits), figureOr(m.P99, digits), figureOf(m.Max, digits(m.Max)))
	}
	return s.sorted()
}

func (p *page) OutcomeTable() *htmlTable {
	s := &htmlTable{ID: "by-outcome", Caption: "What came of the requests", Columns: heads("target", "text:outcome", "requests", "share", "p50 ms", "p99 ms")}
	for _, d := range p.Doors {
		for _, o := range outcomeRows(d) {
			s.add(words(d.Name), words(o.Title+o.Codes), countOf(o.Count), figureOf(o.Share, share(o.Share)), figureOr(o.Response.P50, digits), figureOr(o.Response.P99, digits))
		}
	}
	return s.sorted()
}

// ReconciliationTable compares the client's numbers with CloudWatch's. Units differ: it is not sorted.
func (p *page) ReconciliationTable() *htmlTable {
	s := &htmlTable{ID: "by-check", Caption: "Reconciliation", Columns: heads("target", "text:what", "client", "CloudWatch", "unexplained", "text:note")}
	for _, d := range p.Doors {
		if d.Observed == nil {
			continue
		}
		if d.Observed.Error != "" {
			s.add(words(d.Name), htmlCell{Text: plain(d.Observed.Error), Class: "text bad", Span: 5})
		}
		for _, c := range d.Observed.Checks {
			what := c.What
			if c.Unit == "ms" {
				what += ", ms"
			}
			s.add(words(d.Name), words(what), htmlCell{Text: amount(c.Client, c.Unit)}, htmlCell{Text: amount(c.AWS, c.Unit)}, htmlCell{Text: signed(c.Gap, c.Unit)}, prosaic(c.Note))
		}
	}
	return s.sorted()
}

func (p *page) CrossingTable() *htmlTable {
	s := &htmlTable{ID: "by-crossing", Caption: "Break-even points", Columns: heads("no.", "requests per month", "both cost", "text:cheaper below", "text:cheaper above")}
	for i, x := range p.Costing.Crossings {
		s.add(countOf(int64(i+1)), figureOf(x.Requests.Float(), whole(x.Requests)), figureOf(x.Cost.Float(), dollars(x.Cost)), words(x.Before), words(x.After))
	}
	return s.sorted()
}

func (p *page) ThresholdTable() *htmlTable {
	s := &htmlTable{ID: "by-threshold", Caption: "Limits that the scenario sets", Columns: heads("target", "text:threshold", "measured", "text:result")}
	for _, t := range p.Thresholds {
		limit, found, result := words(t.Threshold), htmlCell{Text: measured(t)}, words("pass").classed("good")
		limit.Code = true
		if t.Measured != nil {
			found = figureOf(*t.Measured, measured(t))
		}
		if !t.Passed {
			result = words("fail").classed("bad")
		}
		s.add(words(p.thresholdOf(t)), limit, found.noted(t.Why), result)
	}
	return s.sorted()
}

// ofProbes is what the probes sent to a target and received from it.
func (p *page) ofProbes(d Door) (sum results.Second) {
	for i := range p.Run.ProbeSeconds {
		if s := &p.Run.ProbeSeconds[i]; int(s.Target) == d.Index {
			sum.Opened, sum.In, sum.Out = sum.Opened+s.Opened, sum.In+s.In, sum.Out+s.Out
		}
	}
	return sum
}

// AddressTable has what the load and the probes sent and received.
func (p *page) AddressTable() *htmlTable {
	s := &htmlTable{ID: "by-address", Caption: "Targets", Columns: heads("target", "text:kind", "text:address", "text:protocol", "connections", "received", "sent")}
	for _, d := range p.Doors {
		probed := p.ofProbes(d)
		opened, in, out := d.Opened+probed.Opened, d.BytesIn+probed.In, d.BytesOut+probed.Out
		s.add(words(d.Name), words(d.kind()), words(d.URL).classed("id"), words(d.Protocol()).noted(d.headers()), countOf(opened),
			figureOf(float64(in), bytesText(in)).noted(bodiesText(d.Bodies)), figureOf(float64(out), bytesText(out)))
	}
	return s.sorted()
}

// ProbeStageTable has the stages of the probes, and how the generator performed in each.
func (p *page) ProbeStageTable() *htmlTable {
	s := &htmlTable{
		ID: "by-probe-stage", Caption: "Stages of probes, and the load generator in each: lag and control in milliseconds",
		Columns: heads("probe and stage", "requests", "lag p99", "control p50", "control max", "CPU cores", "run queue", "text:verdict", "text:use"),
	}
	for _, st := range p.ProbeStages {
		g := &st.Generator
		median, most := htmlCell{Text: none}, htmlCell{Text: none}
		if g.Control != nil {
			most = figureOf(g.Control.Max, digits(g.Control.Max))
			if g.Control.P50 != nil {
				median = figureOf(*g.Control.P50, digits(*g.Control.P50))
			}
		}
		s.add(words(st.Probe+" at "+st.Target+": "+st.Stage), countOf(st.Requests), figureOf(g.Lag.P99, digits(g.Lag.P99)), median, most,
			figureOf(g.CPUMax, digits(g.CPUMax)), figureOf(g.RunQueueMax, digits(g.RunQueueMax)),
			words(string(st.Verdict)).noted(strings.Join(st.Reasons, "; ")), words(useText(st.Use)))
	}
	return s
}

// useText says what became of a probe's stage.
func useText(u results.StageUse) string { return strings.ReplaceAll(string(u), "_", " ") }

func checkTable(id string, f Finding) *htmlTable {
	s := &htmlTable{ID: id + "-claims", Caption: "What was expected of " + plain(f.Target), Columns: heads("claim", "text:source", "text:measured", "text:holds")}
	for _, c := range f.Checks {
		tone := map[string]string{"yes": "good", "no": "bad"}[c.Holds]
		s.add(words(c.Claim), words(c.Source), words(measuredText(c)).noted(checkNote(c)), words(holdsText(c)).classed(tone))
	}
	return s.sorted()
}

// checkNote is what a claim was measured at, and why it is decided so.
func checkNote(c results.Check) string {
	return strings.Join(slices.DeleteFunc([]string{c.About, c.Why}, func(s string) bool { return s == "" }), "; ")
}

func holdsText(c results.Check) string {
	if c.Holds == results.OfModel {
		return "of the model"
	}
	return c.Holds
}

func valueTable(id string, f Finding) *htmlTable {
	s := &htmlTable{ID: id + "-values", Caption: "Values found at " + plain(f.Target), Columns: heads("value", "measured", "interval", "text:method")}
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		v := f.Values[name]
		interval := htmlCell{Text: none}
		if v.Low != nil && v.High != nil {
			interval = htmlCell{Text: inUnit(*v.Low, v.Unit) + " to " + inUnit(*v.High, v.Unit)}
		}
		s.add(words(strings.ReplaceAll(name, "_", " ")), htmlCell{Text: inUnit(v.Value, v.Unit)}, interval, prosaic(v.Method))
	}
	return s.sorted()
}

// LimitTable has the thresholds on changes; nil without.
func (p *page) LimitTable() *htmlTable {
	if len(p.Gate.Limits) == 0 {
		return nil
	}
	s := &htmlTable{ID: "by-limit", Caption: "Thresholds on changes", Columns: heads("target", "text:threshold", "text:result", "long:measured")}
	for _, l := range p.Gate.Limits {
		result, tone := "fail", "bad"
		if l.Passed {
			result, tone = "pass", "good"
		}
		s.add(words(l.Target), words(l.Threshold), words(result).classed(tone), prosaic(normalize(l.Why)))
	}
	return s.sorted()
}

func (p *page) GateTable() *htmlTable {
	s := &htmlTable{ID: "by-gate", Caption: "The gate, metric by metric", Columns: heads("target", "text:metric", "measured", "expected", "limit", "text:result")}
	for _, g := range p.Gate.Gates {
		in := func(v *float64) htmlCell {
			return figureOr(v, func(v float64) string { return inUnit(v, g.Unit) })
		}
		result := p.Gate.Result(g)
		tone := map[string]string{"pass": "good", "alarm": "bad"}[result]
		s.add(words(g.Target), words(metricTitle(g.Metric)), in(g.Value), in(g.Expected), in(g.Limit), words(result).classed(tone).noted(g.Why))
	}
	return s.sorted()
}
