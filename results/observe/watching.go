package observe

import (
	"context"
	"net/http"
	"slices"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// A watching is the reading of one place until its counts have settled.
type watching struct {
	place     aws.Endpoint
	pace      Pace
	window    cloudwatch.Window
	end       time.Time // of the run
	transport *http.Client
	notice    func(string) // called at once with what is wrong with names; nil: only the documents say it
	questions []cloudwatch.Question
	expected  []*expectation

	last      *cloudwatch.Reading // nil: nothing could be read
	settled   bool
	requested int
	trouble   string // why reading ended, with the way out; "" if it ended well
}

// later says what to do once the way out has been taken.
const later = ", then run \"tollgate observe\" on the recorded run"

// doubtful is how long after a run we wait for points of names that CloudWatch
// does not list, since they may be new. It publishes minutes one to three
// minutes late.
const doubtful = 3 * time.Minute

// add takes in a target and what the client saw of it.
func (x *watching) add(t targets.Target, client clientView) {
	here := func(w targets.Watch) bool { return placeOf(t, w) == x.place }
	x.questions = append(x.questions, cloudwatch.Questions(t, here)...)
	x.expected = append(x.expected, expect(t, client, here))
}

// watch reads until two reads in a row agree and count every response, or until
// the patience ends; twice at least, where there is anything to wait for. What was
// read stays, whatever happens next.
func (x *watching) watch(ctx context.Context) {
	client, err := cloudwatch.Open(ctx, x.place, x.transport)
	if err != nil {
		x.trouble = err.Error() + later
		return
	}
	x.read(ctx, client)
	if x.last != nil && ctx.Err() == nil {
		x.examineFunctions(ctx, client)
		x.findNamesakes(ctx, client)
	}
}

func (x *watching) read(ctx context.Context, client *cloudwatch.Client) {
	for reads := 1; ; reads++ {
		r, n, err := client.Read(ctx, x.questions, x.window)
		x.requested += n
		if err != nil {
			x.trouble = x.place.Explain(err, "cloudwatch:GetMetricData") + later
			return
		}
		same := x.last != nil && x.last.Equal(r)
		x.last = r
		x.examineCounts(ctx, client)
		x.settled = same && !slices.ContainsFunc(x.expected, x.short) // every response has been counted that can be
		patient := time.Now().Before(x.end.Add(x.limit()))
		if x.settled || x.hopeless() || (reads > 1 && !patient) {
			x.settled = same
			return
		}
		if !pause(ctx, x.pace.Every) {
			return
		}
	}
}

// limit is how long after the run counts are waited for: less where the names of
// every count that is missing are doubtful.
func (x *watching) limit() time.Duration {
	waiting, sure := false, false
	for _, e := range x.expected {
		if x.short(e) {
			waiting, sure = true, sure || e.naming.Wrong == ""
		}
	}
	if waiting && !sure {
		return min(x.pace.Limit, doubtful)
	}
	return x.pace.Limit
}

// short says whether a target's count is still to come. Where targets share a
// count, each needs its own share of it.
func (x *watching) short(e *expectation) bool {
	if e.naming.Certain || e.responses == 0 {
		return false
	}
	for _, q := range e.counts {
		var least int64
		for _, other := range x.expected {
			if slices.ContainsFunc(other.counts, q.Same) {
				least += other.responses
			}
		}
		if x.last.Total(q) < float64(least) {
			return true
		}
	}
	return false
}

// hopeless says that no target's names are right, so that nothing will come.
func (x *watching) hopeless() bool {
	some := false
	for _, e := range x.expected {
		if e.responses > 0 && !e.naming.Certain {
			return false
		}
		some = some || e.naming.Certain
	}
	return some
}

// pause waits, and says whether it could wait to the end.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
