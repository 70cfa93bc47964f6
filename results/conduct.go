package results

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
)

// A Conduct is how the load generator performed in one stretch of a run: in its load
// at a target, or in one stage of a probe.
type Conduct struct {
	Health   []Health   // about one a second
	CPUs     int        // of its machine
	Lag      *Histogram // how late each request was begun
	Control  *Histogram // round trips of the control measurement (see package control); nil: there was none
	Measured *Histogram // what delays are compared with; empty or nil: nothing was measured
	Of       string     // what that is: "response time"

	// Length is compared in the place of Measured where only the times of sending
	// matter: that of the stage. 0: it is not.
	Length time.Duration

	Requests int64 // that were begun, the generator's own faults among them
	Own      int64 // of these, failed by the generator itself
	Missing  int64 // were due and never sent
}

// A Tolerance is how much of the generator's own doing a conclusion can bear. Above
// the first of a pair it is suspect, above the second invalid.
type Tolerance struct {
	Lag     [2]float64 // p99 of the lag, as a share of what is measured
	Control [2]float64 // likewise the control measurement
	Busy    [2]float64 // share of the seconds in which the generator used nearly all of the machine
}

// Never is a limit that no delay and no share exceeds.
var Never = math.Inf(1)

// Strict is the tolerance of what is concluded from response times: of every run of
// load. Lag is part of a response time. Timers cost a millisecond on an ordinary
// system, which never counts. Above that, a tenth of the p99 response time makes a stage
// suspect, half of it and more than ten milliseconds make it invalid. The control
// measurement is held to the same: what the machine adds to it, it adds to every
// request. The load of a run is assessed percentile by percentile with the same limits (see
// delay.go). A generator that used more than 90 % of the processors in a tenth of its
// seconds was at its limit at times; in half of them it set the result.
var Strict = Tolerance{
	Lag:     [2]float64{0.10, 0.50},
	Control: [2]float64{0.10, 0.50},
	Busy:    [2]float64{0.10, 0.50},
}

// The limits that are the same for every conclusion.
var (
	rateShare  = [2]float64{0.99, 0.95} // sent, or achieved, of asked
	faultShare = [2]float64{0, 0.001}   // of the requests: the generator's own errors
)

const (
	delayFree    = time.Millisecond
	delayInvalid = 10 * time.Millisecond
	busyCPU      = 0.90                  // of the processors
	stolenCPU    = 0.05                  // of the processors, by the hypervisor
	longQueue    = 0.25                  // threads of the generator that wait for a processor, for each processor
	fullPorts    = 0.90                  // of the ports for outgoing connections
	fullFiles    = 0.90                  // of the open files allowed
	longPause    = 50 * time.Millisecond // of garbage collection in one second
)

// Assess evaluates a conduct by every rule there is.
func (c *Conduct) Assess(t Tolerance) (Verdict, []string) {
	a := assessment{verdict: Valid, reasons: []string{}}
	a.delays("", c, t)
	a.faults("", c)
	if c.Missing > 0 {
		a.over(float64(c.Missing)/float64(c.Missing+c.Requests), [2]float64{1 - rateShare[0], 1 - rateShare[1]},
			"%s of %s were never sent", pricing.Count(c.Missing), pricing.Counted(c.Missing+c.Requests, "request"))
	}
	if len(c.Health) > 1 { // one second is too short for a share of seconds
		a.busy(c, t)
	}
	a.generator(c)
	a.machine(c)
	return a.verdict, a.reasons
}

// An assessment collects reasons, the gravest first; the worst of them is the verdict.
type assessment struct {
	verdict Verdict
	reasons []string
	grave   int // so many of them make it invalid
}

func (a *assessment) suspect(format string, args ...any) {
	if a.verdict == Valid {
		a.verdict = Suspect
	}
	a.reasons = append(a.reasons, fmt.Sprintf(format, args...))
}

func (a *assessment) invalid(format string, args ...any) {
	a.verdict = Invalid
	a.reasons = slices.Insert(a.reasons, a.grave, fmt.Sprintf(format, args...))
	a.grave++
}

// over files a reason by which of the two limits x is above.
func (a *assessment) over(x float64, limits [2]float64, format string, args ...any) {
	switch {
	case x > limits[1]:
		a.invalid(format, args...)
	case x > limits[0]:
		a.suspect(format, args...)
	}
}

// delays compares what the generator and its machine added with what is measured.
func (a *assessment) delays(scope string, c *Conduct, t Tolerance) {
	if c.Length == 0 && (c.Measured == nil || c.Measured.Count() == 0) {
		return
	}
	if c.Lag != nil && c.Lag.Count() > 0 { // of every request, so p99 needs no confidence
		of, what := c.compared(0.99, "p99")
		a.delay(c.Lag.Quantile(0.99), of, t.Lag, "%sthe load generator sent requests %s late at p99, which is %.0f%% of the %s of %s", scope, what)
	}
	if q, name, ok := carried(c.Control); ok {
		of, what := c.compared(q, name)
		a.delay(c.Control.Quantile(q), of, t.Control,
			"%sthe control measurement on the load generator's own machine took %s at "+name+", which is %.0f%% of the %s of %s: that much is the machine's", scope, what)
	}
}

// compared is what a delay at a quantile is compared with, and what that is.
func (c *Conduct) compared(q float64, name string) (time.Duration, string) {
	if c.Length > 0 {
		return c.Length, "length of the stage"
	}
	return c.Measured.Quantile(q), name + " " + c.Of
}

// delay files a reason for a delay that is more than a limit's share of what it is
// compared with. The format takes scope, delay, percentage, what is compared, and that.
func (a *assessment) delay(d, of time.Duration, limits [2]float64, format, scope, what string) {
	if d <= delayFree {
		return
	}
	ratio := float64(d) / float64(max(of, 1))
	share := ratio
	if d <= delayInvalid {
		share = min(share, limits[1])
	}
	a.over(share, limits, format, scope, tidy(d), 100*ratio, what, tidy(of))
}

// carried is the highest of three quantiles that a sample is large enough for.
func carried(h *Histogram) (q float64, name string, ok bool) {
	if h == nil {
		return 0, "", false
	}
	for _, p := range slices.Backward(percentilesAssessed) {
		if h.Carries(p.q) {
			return p.q, p.name, true
		}
	}
	return 0, "", false
}

// faults counts what the generator itself could not send.
func (a *assessment) faults(scope string, c *Conduct) {
	if c.Own > 0 {
		a.over(float64(c.Own)/float64(c.Requests), faultShare,
			"%s%s failed by the generator's own limits (open files, ports, credentials, files and values to send)", scope, pricing.Counted(c.Own, "request"))
	}
}

// countSeconds counts the seconds in which the generator's health meets a condition.
func countSeconds(all []Health, meets func(*Health) bool) (n int) {
	for i := range all {
		if meets(&all[i]) {
			n++
		}
	}
	return n
}

// cores are the processors of the generator's machine.
func (c *Conduct) cores() float64 { return float64(max(c.CPUs, 1)) }

func (a *assessment) busy(c *Conduct, t Tolerance) {
	cores, n := c.cores(), len(c.Health)
	busy := countSeconds(c.Health, func(h *Health) bool { return h.CPU > busyCPU*cores })
	a.over(float64(busy)/float64(max(n, 1)), t.Busy,
		"the load generator used more than %.0f%% of the machine's %s in %d of %d seconds", 100*busyCPU, processors(cores), busy, n)
}

// generator checks the limits of the generator's process.
func (a *assessment) generator(c *Conduct) {
	if n := countSeconds(c.Health, func(h *Health) bool { return h.FileLimit > 0 && float64(h.Files) > fullFiles*float64(h.FileLimit) }); n > 0 {
		a.suspect("the load generator had more than %.0f%% of the allowed files open in %d seconds; raise the limit (ulimit -n)", 100*fullFiles, n)
	}
	if n := countSeconds(c.Health, func(h *Health) bool { return h.GCPause > longPause }); n > 0 {
		a.suspect("garbage collection stopped the load generator for more than %s in each of %d seconds", longPause, n)
	}
	if n := countSeconds(c.Health, func(h *Health) bool {
		return h.Machine.Ports > 0 && float64(h.Machine.Sockets) > fullPorts*float64(h.Machine.Ports)
	}); n > 0 {
		a.suspect("more than %.0f%% of the ports for outgoing connections were in use in %d seconds; keep connections alive, or widen net.ipv4.ip_local_port_range", 100*fullPorts, n)
	}
}

// machine says what else the generator's machine had to do, where there is a doubt. A
// busy machine on which every request was sent on time and the control measurement was
// answered at once did no harm. What harm it did, those two show.
func (a *assessment) machine(c *Conduct) {
	if a.verdict == Valid {
		return
	}
	health, cores, n := c.Health, c.cores(), len(c.Health)
	if stolen := countSeconds(health, func(h *Health) bool { return h.Machine.Stolen > stolenCPU*cores }); stolen > n/10 {
		a.suspect("the hypervisor gave more than %.0f%% of this machine's processor time to other machines in %d of %d seconds; use a quieter machine", 100*stolenCPU, stolen, n)
	}
	if queued := countSeconds(health, func(h *Health) bool { return h.Machine.RunQueue > longQueue*cores }); queued > n/10 {
		a.suspect("in %d of %d seconds more than %.2g threads of the load generator waited for a processor in the mean: the machine has too few of them, or too much else to do", queued, n, longQueue*cores)
	}
	crowded := func(h *Health) bool { return h.Machine.Busy > busyCPU*cores }
	if busy := countSeconds(health, crowded); busy > n/10 {
		by := "the load generator and other programs together"
		if 2*countSeconds(health, func(h *Health) bool { return crowded(h) && h.Machine.Busy-h.CPU > h.CPU }) > busy {
			by = "other programs used most of that time"
		}
		a.suspect("the machine's %s were more than %.0f%% busy in %d of %d seconds (%s): close other programs, or use another machine", processors(cores), 100*busyCPU, busy, n, by)
	}
}

// processors is "1 processor" or "8 processors".
func processors(n float64) string {
	if n == 1 {
		return "1 processor"
	}
	return fmt.Sprintf("%.0f processors", n)
}

// tidy prints a latency with three digits.
func tidy(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	return fmt.Sprintf("%.*f ms", max(0, 2-int(math.Floor(math.Log10(max(ms, 0.001))))), ms)
}

// Generator sums a conduct up, as run.json shows it.
func (c *Conduct) Generator() Generator {
	g := Generator{Lag: LagMS{P50: millis(c.Lag.Quantile(0.5)), P99: millis(c.Lag.Quantile(0.99)), Max: millis(c.Lag.Max())}}
	if c.Control != nil && c.Control.Count() > 0 {
		p := PercentilesOf(c.Control)
		g.Control = &p
	}
	for i := range c.Health {
		h := &c.Health[i]
		g.CPUMax = max(g.CPUMax, h.CPU)
		g.BusyMax = max(g.BusyMax, h.Machine.Busy)
		g.StolenMax = max(g.StolenMax, h.Machine.Stolen)
		g.RunQueueMax = max(g.RunQueueMax, h.Machine.RunQueue)
		g.InFlight = max(g.InFlight, h.InFlight)
		g.Opened += int64(h.Opened)
		g.Retried += int64(h.Retried)
		g.Skipped += int64(h.Skipped)
	}
	return g
}
