package doors

import (
	"sync"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

// flooded is the workload that the flood of the test is one of, without its layers.
const flooded = `
name: flooded
region: us-east-1
requests_per_month: 1000
function: {memory: 1024MB, duration: 20ms, init: 200ms, cold_share: 1}
protection: {concurrency: 3, `

const (
	floodSeconds = 20
	floodRate    = 400
)

// flood sends requests at a steady rate without waiting for answers.
func flood(b bench, path string) DoorTruth {
	var all sync.WaitGroup
	for range floodSeconds * floodRate {
		all.Go(func() { b.ask(0, "GET", path, "", "x-api-key", floodKey) })
		time.Sleep(time.Second / floodRate) // on the fake clock of the test's bubble
	}
	all.Wait()
	return b.doors[0].truth()
}

const floodKey = "a-key-of-the-flood"

func TestAFloodCostsNoMoreThanTheWorstMonthAndNotMuchLess(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	throttle := func(c *Config) { c.Doors[0].Throttle = &Throttle{Rate: 50, Burst: 20} }
	plan := func(p UsagePlan) func(*Config) {
		return func(c *Config) { p.Keys = []string{floodKey}; c.Doors[0].UsagePlan = &p }
	}
	const restRequests, httpRequests = "apigateway.rest.requests", "apigateway.http.requests"
	for _, row := range []struct {
		kind, layer string
		door        pricing.Door
		lab         func(*Config)
		requests    string  // the dimension that bills them; "": none does
		invoked     float64 // the least share of the invocations that must happen
	}{
		{"rest-api", "stage: {rate: 50/s, burst: 20}", pricing.RESTAPI, throttle, restRequests, 0.5},
		{"rest-api", "usage_plan: {rate: 40/s, burst: 10, keys: 1}", pricing.RESTAPI, plan(UsagePlan{Throttle: Throttle{Rate: 40, Burst: 10}}), restRequests, 0.5},
		{"rest-api", "usage_plan: {quota_per_month: 300, keys: 1}", pricing.RESTAPI, plan(UsagePlan{Throttle: Throttle{Rate: 1000, Burst: 1000}, Quota: &Quota{Limit: 300, Period: "MONTH"}}), restRequests, 0.05}, // it is used up before there are three environments
		{"http-api", "stage: {rate: 50/s, burst: 20}", pricing.HTTPAPI, throttle, httpRequests, 0.5},
		{"http-api", "account: {rate: 60/s, burst: 30}", pricing.HTTPAPI, func(c *Config) { c.Account = &Throttle{Rate: 60, Burst: 30} }, httpRequests, 0.5},
		{"function-url", "account: {rate: 10/s, burst: 5}", pricing.FunctionURL, func(*Config) {}, "", 0.5}, // it has no throttle
		{"alb", "account: {rate: 10/s, burst: 5}", pricing.ALB, func(*Config) {}, "", 0.5},
	} {
		t.Run(row.kind+" "+row.layer, func(t *testing.T) {
			w, err := pricing.ReadWorkload("flooded.yaml", []byte(flooded+row.layer+"}\n"))
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
			c := only(steady(row.kind))
			concurrency := 3
			c.Doors[0].Function.Concurrency = &concurrency
			row.lab(&c)
			inFakeTime(t, c, func(b bench) {
				truth := flood(b, root(row.kind))
				atMost(t, "invocations", float64(truth.Invocations), most["lambda.requests"], row.invoked)
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
