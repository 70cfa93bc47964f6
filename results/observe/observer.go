package observe

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// A Pace is how patiently a place is read.
type Pace struct {
	Every time.Duration // between two reads
	Limit time.Duration // after the run's end, until which counts may still grow
}

// The paces of a zero Observer. AWS publishes minutes one to three minutes
// late; the lab at once, unless its file says otherwise.
var (
	livePace = Pace{20 * time.Second, 5 * time.Minute}
	labPace  = Pace{100 * time.Millisecond, 5 * time.Second}
)

// LabPace is the pace for a lab that publishes a minute only when the given
// delay has passed since its end; without a delay it is the usual one.
func LabPace(delay time.Duration) Pace {
	if delay <= 0 {
		return labPace
	}
	return Pace{Every: max(delay/20, labPace.Every), Limit: delay + time.Minute + labPace.Limit}
}

// An Observer reads CloudWatch for a run. Its zero value is ready to use.
type Observer struct {
	Live Pace // for AWS; zero: a read every 20 s until 5 min after the run
	Lab  Pace // for the lab; zero: every 100 ms until 5 s after the run; see LabPace

	Notice func(string) // called from any goroutine as soon as a name looks wrong; nil: only the documents say it

	transport *http.Client // nil: the SDK's own
}

// Observe reads the metrics of every target over the run's window. What goes
// wrong at one place stands in the documents of its targets; an error is
// returned only where ctx ended before anything was read.
func (o Observer) Observe(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
	w := windowOf(&run.Document, time.Now())
	end := run.Document.Started.Add(time.Duration(run.Document.Seconds * float64(time.Second)))
	watches := map[aws.Endpoint]*watching{}
	var inOrder []*watching
	for i, t := range ts {
		for _, p := range placesOf(t) {
			if watches[p] == nil {
				watches[p] = &watching{place: p, pace: o.pace(p), window: w, end: end, transport: o.transport, notice: o.Notice}
				inOrder = append(inOrder, watches[p])
			}
			watches[p].add(t, viewOf(run, map[uint16]bool{uint16(i): true}))
		}
	}
	var all sync.WaitGroup
	for _, x := range inOrder {
		all.Go(func() { x.watch(ctx) })
	}
	all.Wait()
	if err := ctx.Err(); err != nil && !slices.ContainsFunc(inOrder, func(x *watching) bool { return x.last != nil }) {
		return nil, err
	}
	doc := &results.Observed{From: w.From, To: w.To, Read: time.Now().UTC(), Settled: true}
	for _, x := range inOrder {
		doc.Asked += x.requested
		doc.Settled = doc.Settled && x.settled
	}
	for i, t := range ts {
		doc.Targets = append(doc.Targets, documentOf(run, i, ts, func(w targets.Watch) *watching { return watches[placeOf(t, w)] }))
	}
	return doc, nil
}

// placeOf is where a metric of a target is.
func placeOf(t targets.Target, w targets.Watch) aws.Endpoint { return aws.EndpointOf(t).In(w.Region) }

// placesOf are where the metrics of a target are.
func placesOf(t targets.Target) (all []aws.Endpoint) {
	for w := range t.Watched("") {
		if p := placeOf(t, w); !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func (o Observer) pace(p aws.Endpoint) Pace {
	given, usual := o.Live, livePace
	if p.Lab {
		given, usual = o.Lab, labPace
	}
	return Pace{cmp.Or(given.Every, usual.Every), cmp.Or(given.Limit, usual.Limit)}
}
