package pricing_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/pricing"
)

// stated reads one of the workloads of testdata/cases, each of which was once priced
// wrongly.
func stated(t testing.TB, name string) *pricing.Workload {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "cases", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := pricing.ReadWorkload(name, data)
	if err != nil || w.Notes != nil {
		t.Fatal(err, w.Notes)
	}
	return w
}

// billed is a bill with the cost of each line, by its dimension.
func billed(t testing.TB, w *pricing.Workload, door string, free pricing.FreeTier) (bill pricing.Bill, lines map[string]string) {
	t.Helper()
	d, err := pricing.DoorNamed(door)
	if err != nil {
		t.Fatal(err)
	}
	bill, err = latestBook(t).Granting(free).Bill(w, d)
	if err != nil {
		t.Fatal(err)
	}
	lines = map[string]string{"": bill.Month.String()}
	for _, l := range bill.Lines {
		lines[l.Dimension] = l.Cost.String()
	}
	return bill, lines
}

func TestALineCostsWhatItShould(t *testing.T) {
	for _, row := range []struct {
		what, file, door, dimension, want string // "": the month; "none": there is no such line
		free                              pricing.FreeTier
	}{
		{"the answer to a preflight has no body", "pre", "http-api", "transfer.out", "$16.76", ""},
		{"and runs no function behind a load balancer", "pre", "alb", "lambda.requests", "$2.00", ""},
		{"tiers are the region's own", "irl", "rest-api", "", "$54,783.23", ""},
		{"five free GB are for the logs of functions too", "metrics2", "function-url", "logs.lambda", "$0.00", "always"},
		{"and for their storage", "metrics2", "function-url", "logs.stored", "$0.00", "always"},
		{"but not without a free tier", "metrics2", "function-url", "logs.lambda", "$1.16", ""},
		{"an internal load balancer sends nothing to the internet", "priv", "alb-internal", "transfer.out", "none", ""},
		{"and has no public addresses", "priv", "alb-internal", "alb.addresses", "none", ""},
		{"one environment serves what it can", "pc", "http-api", "lambda.provisioned.duration.x86_64", "$12.77", ""},
		{"and the rest is on demand", "pc", "http-api", "lambda.duration.x86_64", "$61.43", ""},
		{"requests next to messages are billed", "mix", "http-api", "apigateway.http.requests", "$10.00", ""},
		{"and messages next to requests", "mix", "http-api", "apigateway.websocket.messages", "$1.00", ""},
		{"a message of 40 KB is two", "broadcast", "websocket-api", "apigateway.websocket.messages", "$200.00", ""},
		{"connections are billed by the minute", "broadcast", "websocket-api", "apigateway.websocket.minutes", "$7.50", ""},
		{"only messages of clients, and $connect, run the function", "broadcast", "websocket-api", "lambda.requests", "$0.40", ""},
		{"for their time", "broadcast", "websocket-api", "lambda.duration.x86_64", "$3.33", ""},
		{"only messages to clients leave AWS", "broadcast", "websocket-api", "transfer.out", "$331.92", ""},
		{"a function URL writes no access logs", "obs", "function-url", "logs.ingested", "none", ""},
		{"a load balancer writes none into CloudWatch", "obs", "alb", "logs.ingested", "none", ""},
		{"a REST API does", "obs", "rest-api", "logs.ingested", "$46.57", ""},
		{"what a cache answers at the edge is not traced", "obs", "cloudfront", "xray.recorded", "$5.00", ""},
		{"a flat-rate plan includes functions at the edge", "cfl", "cloudfront-plan", "cloudfront.functions", "none", ""},
		{"and the ingestion of access logs", "cfl", "cloudfront-plan", "logs.ingested", "none", ""},
		{"and not their storage", "cfl", "cloudfront-plan", "logs.stored", "$0.25", ""},
		{"so that it is $15.19 and storage", "cfl", "cloudfront-plan", "", "$15.44", ""},
		{"new connections that are not stated are assumed", "noconn", "alb", "alb.lcu", "$4.00", ""},
	} {
		t.Run(row.what, func(t *testing.T) {
			_, lines := billed(t, stated(t, row.file), row.door, row.free)
			if got, there := lines[row.dimension]; got != row.want && (there || row.want != "none") {
				t.Errorf("%s at %s: %q is %s, want %s", row.file, row.door, row.dimension, got, row.want)
			}
		})
	}
}

func TestADoorThatCannotServeIsRuledOutWithItsLimit(t *testing.T) {
	const all = "rest-api http-api function-url alb"
	for _, row := range []struct{ file, doors, reason string }{
		{"big12", "rest-api http-api", "a request of 12,000,000 bytes exceeds 10 MB (10,485,760 bytes), the largest request that this front door accepts"},
		{"big12", all, "a request of 12,000,000 bytes exceeds 6 MB (6,291,456 bytes), the largest request that Lambda accepts"},
		{"big12", "alb", "a request of 12,000,000 bytes exceeds 1 MB (1,048,576 bytes), the largest request that this front door accepts"},
		{"big8", all, "a response of 8,000,000 bytes exceeds 6 MB (6,291,456 bytes), the largest response that Lambda returns unless it streams it"},
		{"slow", "http-api", "an invocation of 60 s exceeds 30 s, the longest that this front door waits for a response"},
		{"ws-big", "websocket-api", "a message of 200,000 bytes exceeds 128 KB (131,072 bytes), the largest message of a WebSocket API"},
	} {
		w := stated(t, row.file)
		for _, name := range strings.Fields(row.doors) {
			d, err := pricing.DoorNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(d.RuledOut(w), "; "); !strings.Contains(got, row.reason) {
				t.Errorf("%s at %s is ruled out for %q, want %q", row.file, name, got, row.reason)
			}
		}
	}
}

func TestABillSaysWhatItAssumesAndWhatCanBeRaised(t *testing.T) {
	for _, row := range []struct{ file, door, note string }{
		{"slow", "rest-api", "REST API: an invocation of 60 s exceeds 29 s, the longest that this front door waits by default: raise the quota"},
		{"noconn", "alb", "the workload states no new connections: 5 requests on each are assumed"},
		{"noconn", "alb", "public addresses of an internet-facing load balancer in 2 zones"},
		{"pre", "alb", "preflights_answered_by: application"},
		{"pre", "http-api", "preflights are assumed to have responses of 0 bytes"},
		{"pc", "http-api", "with 1 provisioned environments at most 26,280,000 of the 100,000,000 invocations"},
		{"mix", "http-api", "WebSocket traffic goes through a WebSocket API next to the front door"},
		{"obs", "function-url", "a function URL writes no access logs"},
		{"obs", "http-api", "the workload states no response_bytes"},
	} {
		bill, _ := billed(t, stated(t, row.file), row.door, "")
		if !strings.Contains(strings.Join(bill.Warnings, "\n"), row.note) {
			t.Errorf("%s at %s: the notes lack %q:\n%s", row.file, row.door, row.note, strings.Join(bill.Warnings, "\n"))
		}
	}
}

func TestAMonthThatNoPlanCarriesIsNotFree(t *testing.T) {
	c, err := latestBook(t).Compare(stated(t, "planrange"))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range c.Doors {
		if !d.FlatRate {
			continue
		}
		found = true
		if *d.Cheapest != 0 || d.Month.P10.Cmp(pricing.Money(pricing.Whole(1000))) < 0 {
			t.Errorf("the plan is cheapest in %v of the months, and costs %s at p10", *d.Cheapest, d.Month.P10)
		}
	}
	if !found {
		t.Error("the plan is not ranked")
	}
}
