package cloudwatch

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"tollgate/targets"
	"tollgate/targets/account"
)

// A watching is the reading of one place until its counts have settled.
type watching struct {
	place     account.Place
	pace      Pace
	window    window
	end       time.Time // of the run
	transport *http.Client
	sheet     *sheet
	expected  []expectation

	last      *reading // nil: nothing could be read
	settled   bool
	requested int
	trouble   string // why reading ended, with the way out; "" if it ended well
}

// An expectation is what one target's count must at least come to.
type expectation struct {
	counts []question
	least  int64
}

// add takes in a target that got so many responses.
func (x *watching) add(t targets.Target, responses int64) {
	x.sheet.add(questions(t))
	e := expectation{least: responses}
	for _, w := range t.Kind.Watch {
		if dims := w.Dimensions(t); w.Role == targets.RoleCount && dims != nil {
			e.counts = append(e.counts, question{w.Namespace, w.Metric, "Sum", dims})
		}
	}
	x.expected = append(x.expected, e)
}

// watch reads until two reads in a row agree and count every response, or until
// the patience ends; twice at least. What was read stays, whatever happens next.
func (x *watching) watch(ctx context.Context) {
	config, err := x.place.Config(ctx, x.transport)
	if err != nil {
		x.trouble = err.Error()
		return
	}
	client := cloudwatch.NewFromConfig(config)
	for reads := 1; ; reads++ {
		r, n, err := read(ctx, client, x.sheet, x.window)
		x.requested += n
		if err != nil {
			x.trouble = x.place.Explain(err, "cloudwatch:GetMetricData")
			return
		}
		same := x.last != nil && x.last.equal(r)
		x.last = r
		x.settled = same && x.complete()
		patient := time.Now().Before(x.end.Add(x.pace.Limit))
		if x.settled || (reads > 1 && !patient) {
			x.settled = same
			return
		}
		if !pause(ctx, x.pace.Every) {
			return
		}
	}
}

// complete says whether every response has been counted. Where two targets
// share a count, each needs its own share of it.
func (x *watching) complete() bool {
	least := map[string]int64{}
	for _, e := range x.expected {
		for _, q := range e.counts {
			least[q.key()] += e.least
		}
	}
	for key, n := range least {
		if x.total(key) < float64(n) {
			return false
		}
	}
	return true
}

func (x *watching) total(key string) (sum float64) {
	if n, asked := x.sheet.numbers[key]; asked && x.last != nil {
		for _, v := range x.last.points[n] {
			sum += v
		}
	}
	return sum
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
