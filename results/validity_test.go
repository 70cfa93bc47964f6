package results

import (
	"strings"
	"testing"
	"time"
)

// sound is a finished run of two targets that nothing speaks against.
func sound() *Run {
	run := memory(1000, 0, 100*time.Millisecond)
	other := run.Seconds[0]
	other.Target = 1
	run.Seconds = append(run.Seconds, other)
	for _, c := range []Clock{Response, Service} {
		run.Series[Key{Target: 1, Clock: c}] = run.Series[Key{Clock: c}]
	}
	run.Health = []Health{{CPU: 0.5, Files: 20, FileLimit: 1024}, {Second: 1, CPU: 0.4}, {Second: 2}, {Second: 3}}
	run.setLag(500 * time.Microsecond)
	return run
}

func (r *Run) setLag(d time.Duration) {
	r.Lag[Group{}] = New()
	r.Lag[Group{}].RecordN(d, 1000)
}

// lateTail sends the last fiftieth of the requests late.
func (r *Run) lateTail(d time.Duration) {
	r.Lag[Group{}] = New()
	r.Lag[Group{}].RecordN(200*time.Microsecond, 980)
	r.Lag[Group{}].RecordN(d, 20)
}

func (r *Run) strain(s Strain) {
	for i := range r.Health {
		r.Health[i].Machine = s
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Run)
		want   Verdict
		reason string
	}{
		{"a sound run is valid", func(*Run) {}, Valid, ""},
		{"a millisecond of lag is nobody's fault", func(r *Run) { r.setLag(time.Millisecond) }, Valid, ""},
		{"lag below a tenth of p99 is borne", func(r *Run) { r.setLag(9 * time.Millisecond) }, Valid, ""},
		{"lag above a tenth of p99 is suspect", func(r *Run) { r.setLag(12 * time.Millisecond) }, Suspect, "rest: the load generator sent requests 12.0 ms late at p99, which is 12% of the p99 response time of 100 ms"},
		{"lag above half of p99 is invalid", func(r *Run) { r.setLag(60 * time.Millisecond) }, Invalid, "which is 60% of the p99"},
		{"what is late at p99 alone is a doubt about p99 alone", func(r *Run) { r.lateTail(30 * time.Millisecond) }, Suspect, "30.0 ms late at p99, which is 30% of the p99 response time of 100 ms; it does not matter for p50 and p90"},
		{"nothing follows from a p99 that is the generator's, but the run is no worse for it", func(r *Run) { r.lateTail(60 * time.Millisecond) }, Suspect, "which is 60% of the p99 response time of 100 ms; nothing follows from p99; it does not matter for p50 and p90"},
		{"three milliseconds late are nothing for an API of 300", func(r *Run) {
			*r = *memory(1000, 0, 300*time.Millisecond)
			r.Document.Targets = r.Document.Targets[:1]
			r.setLag(3 * time.Millisecond)
		}, Valid, ""},
		{"and a lot for one of 20", func(r *Run) {
			*r = *memory(1000, 0, 20*time.Millisecond)
			r.Document.Targets = r.Document.Targets[:1]
			r.setLag(3 * time.Millisecond)
		}, Suspect, "which is 15% of the p99 response time of 20.0 ms"},
		{"a median that half of the requests may have waited for is in doubt, whatever the lag's own median", func(r *Run) {
			r.Lag[Group{}] = New()
			r.Lag[Group{}].RecordN(100*time.Microsecond, 550)
			r.Lag[Group{}].RecordN(80*time.Millisecond, 450)
			r.control(0, 80*time.Millisecond)
		}, Invalid, "of the p50 response time of 100 ms are likely the doing of the load generator's machine"},
		{"a threshold that failed by less than the lag is in doubt", func(r *Run) {
			r.lateTail(5 * time.Millisecond)
			r.Document.Thresholds = Pending([]Threshold{{Text: "rest: p(99) < 98ms"}})
		}, Suspect, "rest: rest: p(99) < 98ms failed with 100 ms, of which up to 5.00 ms are the load generator's own lateness"},
		{"one that fails without it, too, is not", func(r *Run) {
			r.lateTail(5 * time.Millisecond)
			r.Document.Thresholds = Pending([]Threshold{{Text: "rest: p(99) < 90ms"}})
		}, Valid, ""},
		{"a threshold that failed mostly by the lag makes the run invalid", func(r *Run) {
			r.lateTail(60 * time.Millisecond)
			r.Document.Thresholds = Pending([]Threshold{{Text: "rest: p(99) < 98ms"}})
		}, Invalid, "of which up to 60.0 ms"},
		{"a few milliseconds never make a fast target's run invalid", func(r *Run) {
			*r = *memory(1000, 0, 2*time.Millisecond)
			r.Document.Targets = r.Document.Targets[:1]
			r.setLag(1800 * time.Microsecond)
		}, Suspect, "late at p99"},
		{"a stolen processor explains a doubt", func(r *Run) { r.setLag(12 * time.Millisecond); r.strain(Strain{Stolen: 0.5}) }, Suspect, "the hypervisor gave more than 5% of this machine's processor time to other machines in 4 of 4 seconds"},
		{"a stolen processor alone is no harm", func(r *Run) { r.strain(Strain{Stolen: 0.5}) }, Valid, ""},
		{"other programs explain a doubt", func(r *Run) {
			r.Document.Machine.CPUs = 2
			r.setLag(12 * time.Millisecond)
			r.strain(Strain{Busy: 1.9})
		}, Suspect, "more than 90% busy in 4 of 4 seconds (other programs used most of that time)"},
		{"hardly a port left is suspect", func(r *Run) { r.strain(Strain{Sockets: 27_000, Ports: 28_232}) }, Suspect, "more than 90% of the ports for outgoing connections were in use in 4 seconds"},
		{"a rate just missed is suspect", func(r *Run) { r.Document.Stages[0].Due = 1020 }, Suspect, "102 requests/s were scheduled and 100/s achieved"},
		{"a rate missed by far is invalid", func(r *Run) { r.Document.Stages[0].Due = 1100 }, Invalid, "110 requests/s were scheduled"},
		{"a rate that is missed though all was sent on time is the target's doing, at a limit of the scenario", func(r *Run) { r.Document.Stages[0].Due, r.Document.Stages[0].Seconds = 1000, 5 }, Valid, ""},
		{"a rate that is missed though all was sent, late, is the generator's", func(r *Run) {
			r.Document.Stages[0].Due, r.Document.Stages[0].Seconds = 1000, 5
			r.setLag(60 * time.Millisecond)
		}, Invalid, "200 requests/s were scheduled and 100/s achieved"},
		{"a closed stage asks for no rate", func(r *Run) { r.Document.Stages[0].Due = 0 }, Valid, ""},
		{"a target without requests is invalid", func(r *Run) { r.Seconds = r.Seconds[:1] }, Invalid, "http: no request ended"},
		{"one fault of the generator is suspect", func(r *Run) {
			r.Seconds[0].Errors = map[ErrClass]int64{ErrGenerator: 1}
			r.Seconds[0].Ended[OwnFault] = 1
		}, Suspect, "1 request failed by the generator's own limits"},
		{"one in a hundred of them is invalid", func(r *Run) {
			r.Seconds[0].Errors = map[ErrClass]int64{ErrGenerator: 10}
			r.Seconds[0].Ended[OwnFault] = 10
		}, Invalid, "10 requests failed by the generator's own limits"},
		{"requests cancelled by an interrupt are no fault", func(r *Run) {
			r.Seconds[0].Errors = map[ErrClass]int64{ErrCancelled: 10}
			r.Seconds[0].Ended[OwnFault] = 10
		}, Valid, ""},
		{"a busy second in four is suspect", func(r *Run) { r.Health[2].CPU = 1.9 }, Suspect, "more than 90% of the machine's 2 processors in 1 of 4 seconds"},
		{"always busy is invalid", func(r *Run) {
			for i := range r.Health {
				r.Health[i].CPU = 2
			}
		}, Invalid, "in 4 of 4 seconds"},
		{"nearly all files open is suspect", func(r *Run) { r.Health[0].Files = 1000 }, Suspect, "ulimit -n"},
		{"long pauses are suspect", func(r *Run) { r.Health[1].GCPause = 60 * time.Millisecond }, Suspect, "garbage collection"},
		{"few skipped requests are suspect", func(r *Run) { r.Health[1].Skipped = 3 }, Suspect, "3 late requests were skipped"},
		{"many skipped requests are invalid", func(r *Run) { r.Health[1].Skipped = 300 }, Invalid, "300 late requests were skipped"},
		{"a stepping clock is suspect", func(r *Run) { r.Health[3].ClockStep = -time.Hour }, Suspect, "stepped by -1h0m0s in second 3"},
		{"a clock that is slewed is not", func(r *Run) { r.Health[3].ClockStep = 2 * time.Millisecond }, Valid, ""},
		{"an interrupted run is suspect", func(r *Run) { r.Document.State = Interrupted }, Suspect, "interrupted after 10 s"},
		{"clamped latencies are suspect", func(r *Run) { r.Seconds[0].Clamped = 2 }, Suspect, "2 times were outside"},
		{"traffic of others is suspect", func(r *Run) { r.observe(1000, 1010) }, Suspect, "rest: AWS counted 1010 requests, 10 more than were sent"},
		{"equal counts are fine", func(r *Run) { r.observe(1000, 1000) }, Valid, ""},
		{"a count that has not settled below ours is fine", func(r *Run) { r.observe(1000, 900) }, Valid, ""},
		{"a settled count below what was answered is suspect", func(r *Run) { r.observe(2000, 1987); r.settle(2000) }, Suspect, "rest: the target's metrics count 1987 of the 2000 requests that this run sent, though at least 2000 were answered"},
		{"a settled count without the refused is fine", func(r *Run) { r.observe(2000, 1987); r.settle(1980) }, Valid, ""},
		{"some requests in a thousand are within the tolerance", func(r *Run) { r.observe(2000, 1991); r.settle(2000) }, Valid, ""},
		{"a machine that delays its control measurement is suspect", func(r *Run) { r.control(0, 12*time.Millisecond) }, Suspect, "rest: the control measurement on the load generator's own machine took 12.0 ms at p99, which is 12% of the p99 response time"},
		{"a target is not blamed for what the other's control took", func(r *Run) { r.control(1, 12*time.Millisecond) }, Suspect, "http: the control measurement"},
		{"too few samples for a threshold are suspect", func(r *Run) {
			r.Document.Thresholds = []ThresholdResult{{Threshold: "p(99.99) < 1s"}}
		}, Suspect, "http: p(99.99) < 1s: the number of good responses, 1000, is too small"},
	} {
		run := sound()
		c.change(run)
		doc := Summarise(run)
		if doc.Verdict != c.want || !strings.Contains(strings.Join(doc.Reasons, "\n"), c.reason) || (c.want == Valid) != (len(doc.Reasons) == 0) {
			t.Errorf("%s: %s %q, want %s %q", c.what, doc.Verdict, doc.Reasons, c.want, c.reason)
		}
	}
}

func (r *Run) observe(client, aws float64) {
	r.Observed = &Observed{Targets: []ObservedDoc{{Target: "rest", Checks: []Reconciled{{What: "requests", Unit: "count", Client: &client, AWS: &aws}}}}}
}

// settle says that the count no longer grows, and how many requests it must hold.
func (r *Run) settle(answered float64) {
	r.Observed.Settled = true
	r.Observed.Targets[0].Checks[0].Answered = &answered
}

func (r *Run) control(target uint16, d time.Duration) {
	h := New()
	h.RecordN(d, 400)
	r.Control = map[Group]*Histogram{{Target: target}: h}
}

func TestRequestsThatAWSDoesNotCountAreSaid(t *testing.T) {
	for _, c := range []struct {
		what     string
		aws      float64
		settled  bool
		answered float64
		want     string // "": nothing is said
	}{
		{"all are counted", 2000, true, 2000, ""},
		{"a few are missing", 1991, true, 1980, ""},
		{"the refused are not counted", 1980, true, 1980, "rest: the target's metrics count 1980 of the 2000 requests that this run sent (a note)"},
		{"the count still grows", 900, false, 2000, "had not published all of them when it was last read"},
		{"what was answered is not counted, which the verdict says", 1980, true, 2000, ""},
	} {
		client := 2000.0
		o := Observed{Settled: c.settled, Targets: []ObservedDoc{{Target: "rest", Checks: []Reconciled{{What: CheckRequests, Client: &client, AWS: &c.aws, Answered: &c.answered, Note: "a note"}}}}}
		said := strings.Join(o.Shortfalls(), "\n")
		if (said == "") != (c.want == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: %q, want %q", c.what, said, c.want)
		}
	}
}

func TestSummingUpTwiceChangesNothing(t *testing.T) {
	run := sound()
	run.Document.Thresholds = Pending([]Threshold{threshold(t, "max < 1s"), threshold(t, "rest: rate > 1/s")})
	run.Document = Summarise(run)
	again := Summarise(run)
	if len(run.Document.Thresholds) != 3 || len(again.Thresholds) != 3 || again.Verdict != run.Document.Verdict || len(again.Reasons) != len(run.Document.Reasons) {
		t.Errorf("first %+v\nthen %+v", run.Document.Thresholds, again.Thresholds)
	}
}

func TestTheRateIsOverTheTargetsTurns(t *testing.T) {
	s := func(target uint16, block uint32, due, begun time.Duration, n int64) Second {
		return Second{Target: target, Block: block, FirstDue: due, LastBegun: begun, Ended: [NumOutcomes]int64{n}}
	}
	for _, c := range []struct {
		what  string
		state State
		rows  []Second
		want  time.Duration
	}{
		{"a block counts as long as it was planned", Finished, []Second{s(0, 0, 0, 1900*time.Millisecond, 1)}, 2 * time.Second},
		{"a block that ran late counts as long as it took", Finished, []Second{s(0, 0, 0, 3*time.Second, 1)}, 3 * time.Second},
		{"rows of one block are one stretch", Finished, []Second{s(0, 0, 0, time.Second, 1), s(0, 0, time.Second, 1900*time.Millisecond, 1)}, 2 * time.Second},
		{"other targets' turns between blocks do not count", Finished, []Second{s(0, 0, 0, time.Second, 1), s(1, 0, 2*time.Second, 3*time.Second, 1), s(0, 1, 4*time.Second, 5*time.Second, 1)}, 4 * time.Second},
		{"time that two late blocks share counts once", Finished, []Second{s(0, 0, 0, 2500*time.Millisecond, 1), s(0, 1, 2*time.Second, 4500*time.Millisecond, 1)}, 4500 * time.Millisecond},
		{"a block that was stopped counts until then, without the wait for what was in flight", Aborted, []Second{s(0, 0, 8*time.Second, 8400*time.Millisecond, 1)}, 500 * time.Millisecond},
		{"a block in which nothing was due counts", Finished, []Second{s(0, 0, 0, time.Second, 1), s(0, 2, 4*time.Second, 5*time.Second, 1)}, 6 * time.Second},
		{"blocks that a target held up count once", Finished, []Second{s(0, 0, 0, 3900*time.Millisecond, 1), s(0, 2, 4*time.Second, 5*time.Second, 1)}, 6 * time.Second},
		{"nothing is known of blocks that an interrupted run may not have begun", Interrupted, []Second{s(0, 0, 0, time.Second, 1), s(0, 2, 4*time.Second, 5*time.Second, 1)}, 4 * time.Second},
		{"an interrupted block counts to the run's end", Interrupted, []Second{s(0, 0, 9*time.Second, 9500*time.Millisecond, 1)}, time.Second},
	} {
		run := &Run{Document: document(), Seconds: c.rows}
		run.Document.State, run.Document.Seconds = c.state, 10
		run.Document.Stages[0].Blocks = 1 + int(c.rows[len(c.rows)-1].Block)
		if c.state == Aborted {
			run.Document.Stopped = 8.5
		}
		if got := total(run).active(allOf(0)); got != c.want.Seconds() {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
