package probe

import (
	"fmt"

	"tollgate/results"
)

// A Tolerance is how much of the generator's own doing a question can bear. The rules
// are those of a run of load ([results.Conduct]). A question only says what it
// concludes from, which delays are compared with, and how much of that they may be.
type Tolerance struct {
	from  source
	limit results.Tolerance
}

// A source is what a question concludes from.
type source uint8

const (
	responseTimes source = iota
	serviceTimes
	timesOfSending
)

// The tolerances. The zero Tolerance is OfResponseTimes.
var (
	// OfResponseTimes is for a question that concludes from response times, or from a
	// rate that was reached: whatever the generator adds is in them. The limits are
	// those of a run.
	OfResponseTimes = Tolerance{responseTimes, results.Strict}

	// OfServiceTimes is for a question that concludes from service times, which begin
	// when a request is sent: lag is not in them. Requests that were begun later than
	// a response takes were not sent together, so there is a doubt then, and no more.
	// What the machine adds while a response is under way, the control measurement
	// shows; a busy generator which that does not show did no harm.
	OfServiceTimes = Tolerance{serviceTimes, results.Tolerance{
		Lag: [2]float64{1, results.Never}, Control: results.Strict.Control, Busy: [2]float64{results.Never, results.Never},
	}}

	// OfReports is OfServiceTimes for a question whose counts are from what the target
	// says by itself (a log, a header, its own clocks). Service times only illustrate
	// them, so a delay makes a doubt and never more.
	OfReports = Tolerance{serviceTimes, results.Tolerance{
		Lag: [2]float64{1, results.Never}, Control: [2]float64{results.Strict.Control[0], results.Never}, Busy: [2]float64{results.Never, results.Never},
	}}

	// OfSending is for a question that concludes from when requests were sent and
	// whether they were refused. Lag is known of each request, and makes a doubt only
	// where a stage was not sent as planned: late by two percent of its length. By a
	// tenth, other requests were sent together than those that were to be. Not known is
	// how long a request was under way before it was decided upon. A delay of one
	// percent of the stage can move a rate by one percent, which is a third of the
	// interval that the probe promises; five percent make it worthless.
	OfSending = Tolerance{timesOfSending, results.Tolerance{
		Lag: [2]float64{0.02, 0.10}, Control: [2]float64{0.01, 0.05}, Busy: [2]float64{results.Never, results.Never},
	}}
)

// Worse is the worse of two verdicts.
func Worse(a, b results.Verdict) results.Verdict {
	rank := map[results.Verdict]int{results.Valid: 0, results.Suspect: 1, results.Invalid: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// History evaluates how the generator performed in every stage. The worst decides. Where
// none is in doubt, all of them together are evaluated once more: a control measurement
// of a short stage is too small for its upper percentiles, and theirs is not.
func (t Tolerance) History(h History) (results.Verdict, []string) {
	verdict, all := results.Valid, []string(nil)
	for i := range h {
		v, reasons := t.Stage(&h[i])
		verdict = Worse(verdict, v)
		for _, r := range reasons {
			all = append(all, fmt.Sprintf("stage %s: %s", h[i].Name, r))
		}
	}
	if verdict != results.Valid || len(h) < 2 || t.from == timesOfSending {
		return verdict, all
	}
	return t.together(h)
}

// together evaluates the stages of a history as one.
func (t Tolerance) together(h History) (results.Verdict, []string) {
	c := results.Conduct{CPUs: h[0].CPUs, Lag: results.New(), Control: results.New(), Measured: results.New()}
	for i := range h {
		if len(h[i].Samples) == 0 {
			continue
		}
		one := h[i].conduct(t.from)
		c.Of = one.Of
		c.Lag.Merge(one.Lag)
		c.Measured.Merge(one.Measured)
		if one.Control != nil {
			c.Control.Merge(one.Control)
		}
		c.Health = append(c.Health, one.Health...)
	}
	verdict, reasons := c.Assess(t.limits())
	for i := range reasons {
		reasons[i] = "all stages together: " + reasons[i]
	}
	return verdict, reasons
}

// Stage evaluates how the generator performed in one stage.
func (t Tolerance) Stage(m *Measured) (results.Verdict, []string) {
	for i := range m.Samples {
		if m.Samples[i].Err == results.ErrCancelled {
			return results.Invalid, []string{"the run was interrupted"}
		}
	}
	return m.conduct(t.from).Assess(t.limits())
}

func (t Tolerance) limits() results.Tolerance {
	if t == (Tolerance{}) {
		return results.Strict
	}
	return t.limit
}

// Generator sums up how the generator performed in a stage.
func (m *Measured) Generator() results.Generator { return m.conduct(responseTimes).Generator() }

// conduct is how the generator performed in a stage, apart from what is concluded from it.
func (m *Measured) conduct(from source) *results.Conduct {
	c := &results.Conduct{Health: m.Health, CPUs: m.CPUs, Lag: results.New(), Control: m.Control, Requests: int64(len(m.Samples)) + m.Dropped}
	c.Missing = max(0, m.Due-c.Requests)
	for i := range m.Samples {
		s := &m.Samples[i]
		if s.Err == results.ErrGenerator {
			c.Own++
		}
		if s.Err != results.ErrCancelled {
			c.Lag.Record(s.Lag())
		}
	}
	if from == timesOfSending && len(m.Samples) > 0 {
		c.Length = m.For
	}
	c.Measured, c.Of = m.compared(from)
	return c
}

// compared is what delays are compared with: the times of good responses; without one,
// those of all.
func (m *Measured) compared(from source) (h *results.Histogram, of string) {
	h, all := results.New(), results.New()
	of = map[source]string{responseTimes: "response time", serviceTimes: "service time"}[from]
	for i := range m.Samples {
		s := &m.Samples[i]
		d := s.Service
		if from == responseTimes {
			d = s.Response()
		}
		switch {
		case s.Outcome() == results.OK:
			h.Record(d)
		case s.Code > 0:
			all.Record(d)
		}
	}
	if h.Count() == 0 {
		return all, of
	}
	return h, of
}
