package doors

import (
	"sync"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

// flooded is the workload that the flood of the test is one of.
const flooded = `
name: flooded
region: us-east-1
requests_per_month: 1000
function: {memory: 1024MB, duration: 20ms, init: 200ms, cold_share: 1}
protection:
  account: {rate: 10000/s, burst: 5000}
  stage: {rate: 50/s, burst: 20}
  concurrency: 3
`

const (
	floodSeconds = 20
	floodRate    = 400
)

// flood sends requests at a steady rate without waiting for answers.
func flood(b bench, path string) DoorTruth {
	var all sync.WaitGroup
	for range floodSeconds * floodRate {
		all.Go(func() { b.ask(0, "GET", path, "") })
		time.Sleep(time.Second / floodRate) // on the fake clock of the test's bubble
	}
	all.Wait()
	return b.doors[0].truth()
}

func TestAFloodCostsNoMoreThanTheWorstMonthAndNotMuchLess(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		kind     string
		door     pricing.Door
		requests string // the dimension that bills them; "": none does
	}{
		{"rest-api", pricing.RESTAPI, "apigateway.rest.requests"},
		{"http-api", pricing.HTTPAPI, "apigateway.http.requests"},
		{"function-url", pricing.FunctionURL, ""},
		{"alb", pricing.ALB, ""},
	} {
		t.Run(row.kind, func(t *testing.T) {
			w, err := pricing.ReadWorkload("flooded.yaml", []byte(flooded))
			if err != nil {
				t.Fatal(err)
			}
			w.Hours = pricing.Ratio(floodSeconds, 3600)
			all, err := book.Worst(w, []pricing.Door{row.door}, pricing.Whole(floodRate), nil)
			if err != nil || len(all.Doors) != 1 {
				t.Fatal(all, err)
			}
			most := map[string]float64{}
			for _, l := range all.Doors[0].Lines {
				most[l.Dimension] = l.Quantity.Float()
			}
			d := steady(row.kind)
			concurrency := 3
			d.Function.Concurrency = &concurrency
			if row.door.Name == "rest-api" || row.door.Name == "http-api" {
				d.Throttle = &Throttle{Rate: 50, Burst: 20}
			}
			inFakeTime(t, only(d), func(b bench) {
				truth := flood(b, root(row.kind))
				atMost(t, "invocations", float64(truth.Invocations), most["lambda.requests"], 0.5)
				atMost(t, "GB-seconds", float64(truth.BilledMS)/1000, most["lambda.duration.x86_64"], 0)
				if row.requests != "" {
					atMost(t, "requests", float64(truth.Billable), most[row.requests], 0.05)
				}
			})
		})
	}
}

// atMost checks that what happened is at most a bound, and at least a share of it.
func atMost(t *testing.T, what string, happened, most, share float64) {
	t.Helper()
	t.Logf("%s: %v of at most %v", what, happened, most)
	if happened > most || happened < share*most || happened == 0 {
		t.Errorf("%s: %v, and the worst month has %v", what, happened, most)
	}
}
