package pricing_test

import (
	"strings"
	"testing"

	"tollgate/pricing"
)

// read reads a workload of us-east-1 from its other lines.
func read(t testing.TB, lines string) *pricing.Workload {
	t.Helper()
	w, err := pricing.ReadWorkload("w.yaml", []byte("name: w\nregion: us-east-1\n"+lines))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func doorNamed(t testing.TB, name string) pricing.Door {
	t.Helper()
	d, err := pricing.DoorNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLimitsOfEachFrontDoor(t *testing.T) {
	const function = "requests_per_month: 1M\nfunction: {memory: 512MB, duration: 1s"
	for _, row := range []struct{ what, lines, door, want string }{ // "": it serves
		{"6 MB fit a function", function + "}\nresponse_bytes: 6291456", "function-url", ""},
		{"one byte more does not", function + "}\nresponse_bytes: 6291457", "function-url", "exceeds 6 MB"},
		{"but streams", function + ", streaming: true}\nresponse_bytes: 6291457", "function-url", ""},
		{"up to 200 MB", function + ", streaming: true}\nresponse_bytes: 201MiB", "function-url", "the largest response that Lambda streams"},
		{"without a function a gateway takes 10 MB", "requests_per_month: 1M\nintegration: direct\nrequest_bytes: 10MiB", "http-api", ""},
		{"and no more", "requests_per_month: 1M\nintegration: direct\nrequest_bytes: 11MiB", "http-api", "exceeds 10 MB"},
		{"containers take any size", function + "}\nresponse_bytes: 1GB\ncontainers: {tasks: 1, vcpu: 1, memory: 2GB}", "alb-containers", ""},
		{"no function runs for 20 minutes", "requests_per_month: 1M\nfunction: {memory: 512MB, duration: 20m}", "function-url", "exceeds 900 s, the longest that a Lambda function runs"},
		{"a container may", "requests_per_month: 1M\nfunction: {memory: 512MB, duration: 20m}\ncontainers: {tasks: 1, vcpu: 1, memory: 2GB}", "alb-containers", ""},
		{"29 s at a REST API can be raised", "requests_per_month: 1M\nfunction: {memory: 512MB, duration: 40s}", "rest-api", ""},
		{"but not of an edge-optimized one", "requests_per_month: 1M\nrequires: [edge]\nfunction: {memory: 512MB, duration: 40s}", "rest-api", "exceeds 29 s"},
		{"CloudFront waits for 120 s", "requests_per_month: 1M\ncloudfront: {viewers: us}\nfunction: {memory: 512MB, duration: 121s}", "cloudfront", "exceeds 120 s"},
		{"a WebSocket API waits for 29 s", "websocket: {connections: 1, lifetime: 1s, messages: 1}\nfunction: {memory: 512MB, duration: 30s}", "websocket-api", "exceeds 29 s"},
		{"Lambda@Edge runs for 30 s", "requests_per_month: 1M\ncloudfront: {viewers: us, lambda_edge: {share: 1, duration: 31s, memory: 128MB}}", "cloudfront", "the longest that Lambda@Edge runs"},
		{"most of the responses decide", function + "}\nresponse_bytes: {histogram: [[1000, 40], [8MB, 60]]}", "http-api", "60 % of the responses exceed 6 MB"},
		{"few do not", function + "}\nresponse_bytes: {histogram: [[1000, 99], [8MB, 1]]}", "http-api", ""},
		{"a WebSocket API next to another door has its own limit", "requests_per_month: 1M\nwebsocket: {connections: 1, lifetime: 1s, messages: 1, message_bytes: 200kB}", "http-api", "the largest message of a WebSocket API"},
	} {
		got := strings.Join(doorNamed(t, row.door).RuledOut(read(t, row.lines+"\n")), "; ")
		if (row.want == "") != (got == "") || !strings.Contains(got, row.want) {
			t.Errorf("%s: ruled out for %q, want %q", row.what, got, row.want)
		}
	}
}

func TestNotesOfABill(t *testing.T) {
	const function = "requests_per_month: 1M\nfunction: {memory: 512MB, duration: 1s}\n"
	for _, row := range []struct{ lines, door, note string }{
		{function + "response_bytes: {histogram: [[1000, 99], [8MB, 1]]}\n", "http-api", "HTTP API: 1 % of the responses exceed 6 MB (6,291,456 bytes), the largest response that Lambda returns unless it streams it: these would fail, and are billed as if they did not"},
		{"requests_per_month: 1M\nfunction: {memory: 512MB, duration: {histogram: [[1s, 9], [40s, 1]]}}\n", "rest-api", "REST API: 10 % of the invocations exceed 29 s, the longest that this front door waits by default: raise the quota"},
		{"requests_per_month: 1M\nfunction: {memory: 512MB, duration: 90s}\n", "alb", "set the load balancer's idle timeout to more than that, at most 4,000 s"},
		{function + "cache: {size: 0.5GB, hit_ratio: 0.5}\nresponse_bytes: 2MB\n", "rest-api", "the largest response that its cache keeps"},
		{"requests_per_month: 100G\nfunction: {memory: 512MB, duration: 1s}\n", "http-api", "requests/s in the busiest hour exceed the 10,000/s that an account has by default"},
		{"requests_per_month: 100G\nfunction: {memory: 512MB, duration: 1s}\n", "alb", "invocations at a time in the busiest hour exceed the concurrency of 1,000"},
		{"websocket: {connections: 10, lifetime: 5h, messages: 100, message_bytes: 40kB}\n", "websocket-api", "those of 18,000 s are billed as 3, with $connect and $disconnect for each; their connection minutes are the same"},
		{"websocket: {connections: 10, lifetime: 5h, messages: 100, message_bytes: 40kB}\n", "websocket-api", "clients must send them in several frames"},
		{"requests_per_month: 1M\nfunction: {duration: 1s}\n", "http-api", "the function's memory is not stated: 512 MB are assumed"},
		{function + "refused_share: 0.1\nerror_share: 0.1\n", "http-api", "refused requests are assumed to have responses of 31 bytes"},
		{function + "refused_share: 0.1\nerror_share: 0.1\n", "http-api", "errors are assumed to have responses of 36 bytes"},
		{function + "load_balancer: {lcus: 3}\n", "alb", "the load balancer's LCUs are the stated ones"},
		{function + "response_bytes: 5MB\n", "http-api", "HTTP API: 100 % of the responses exceed 4,718,592 bytes and fit as text only"},
		{"requests_per_month: 20M\nprofile: business-hours\nfunction: {memory: 512MB, duration: 100ms, provisioned: {environments: 1, share: 1}}\n", "http-api", "at most 11,332,479 of the 20,000,000 invocations"},
	} {
		bill, _ := billed(t, read(t, row.lines), row.door, "")
		if !strings.Contains(strings.Join(bill.Warnings, "\n"), row.note) {
			t.Errorf("%s: the notes of %q lack %q:\n%s", row.door, row.lines, row.note, strings.Join(bill.Warnings, "\n"))
		}
	}
}

func TestOfSeveralLimitsANoteNamesTheLeast(t *testing.T) {
	w := read(t, "requests_per_month: 1M\nresponse_bytes: {histogram: [[1000, 97], [8MB, 2], [12MB, 1]]}\nfunction: {memory: 512MB, duration: 1s}\n")
	bill, _ := billed(t, w, "http-api", "")
	if n := strings.Count(strings.Join(bill.Warnings, "\n"), "these would fail"); n != 1 {
		t.Errorf("%d notes of what would fail, want one:\n%s", n, strings.Join(bill.Warnings, "\n"))
	}
}

func TestAnIntervalSaysWhichMonthsItLeavesOut(t *testing.T) {
	bill, _ := billed(t, read(t, "requests_per_month: {low: 1M, likely: 3G, high: 20G}\nresponse_bytes: 2000\ncloudfront: {viewers: us}\n"), "cloudfront-plan", "")
	if bill.Bounds == nil || !strings.Contains(bill.From, "those of 961 that CloudFront flat-rate plan, before a function URL can serve") {
		t.Errorf("the interval is %+v", bill.Bounds)
	}
}

func TestWhatBillsAreMadeOf(t *testing.T) {
	const function = "requests_per_month: 10M\nresponse_bytes: 20000\nfunction: {memory: 128MB, duration: 5ms}\n"
	for _, row := range []struct {
		what, lines, door, dimension string
		want                         string // quantity
		basis                        pricing.Basis
	}{
		{"AWS's second example: 6 LCU, of open connections", "requests_per_month: 10368k\nhours_per_month: 720\nresponse_bytes: 250000\nconnections: {requests_per_connection: 0.04, lifetime: 180s}\nload_balancer: {rules: 20}\ncontainers: {tasks: 1, vcpu: 1, memory: 2GB}\n", "alb-containers", "alb.lcu", "4320", pricing.Stated},
		{"the same by connections a second", "requests_per_month: 10368k\nhours_per_month: 720\nresponse_bytes: 250000\nconnections: {new_per_second: 100, lifetime: 180s}\nload_balancer: {rules: 20}\ncontainers: {tasks: 1, vcpu: 1, memory: 2GB}\n", "alb-containers", "alb.lcu", "4320", pricing.Stated},
		{"and by its LCUs", "requests_per_month: 10368k\nhours_per_month: 720\nload_balancer: {lcus: 6}\n", "alb", "alb.lcu", "4320", pricing.Stated},
		{"hours that are not stated are assumed", function, "alb", "alb.hours", "730", pricing.Assumed},
		{"and zones", function + "hours_per_month: 720\n", "alb", "alb.addresses", "1440", pricing.Assumed},
		{"unless they are stated", function + "hours_per_month: 720\nload_balancer: {public_zones: 3}\n", "alb", "alb.addresses", "2160", pricing.Stated},
		{"memory that is not stated is assumed", "requests_per_month: 1024\nfunction: {duration: 1s}\n", "http-api", "lambda.duration.x86_64", "512", pricing.Assumed},
		{"refused requests have sizes of their own", "requests_per_month: 1G\nresponse_bytes: 1073741824\nrefused_share: 1\nrefused_bytes: 1024\nrequest_bytes: 1\nintegration: direct\n", "http-api", "transfer.out", "953.674316406", pricing.Stated},
		{"an application that answers preflights runs its function", function + "preflights_per_request: 1\npreflights_answered_by: application\n", "alb", "lambda.requests", "20000000", pricing.Stated},
		{"else it does not", function + "preflights_per_request: 1\n", "http-api", "lambda.requests", "10000000", pricing.Stated},
		{"preflights are small requests to an HTTP API", "requests_per_month: 1M\npreflights_per_request: 1\nresponse_bytes: 600KiB\n", "http-api", "apigateway.http.requests", "3000000", pricing.Assumed},
		{"a WebSocket of 5 h is opened three times", "websocket: {connections: 10, lifetime: 5h, messages: 100}\nfunction: {memory: 128MB, duration: 5ms}\n", "websocket-api", "lambda.requests", "110", pricing.Assumed},
		{"and its minutes stay", "websocket: {connections: 10, lifetime: 5h, messages: 100}\n", "websocket-api", "apigateway.websocket.minutes", "3000", pricing.Stated},
	} {
		bill, _ := billed(t, read(t, row.lines), row.door, "")
		found := false
		for _, l := range bill.Lines {
			if l.Dimension != row.dimension {
				continue
			}
			found = true
			if l.Quantity.String() != row.want || l.Basis != row.basis {
				t.Errorf("%s: %s is %s, %s; want %s, %s (%s)", row.what, row.dimension, l.Quantity, l.Basis, row.want, row.basis, l.Derivation)
			}
		}
		if !found {
			t.Errorf("%s: the bill has no %s", row.what, row.dimension)
		}
	}
}

func TestAMonthThatExceedsALimitHasNoPrice(t *testing.T) {
	w := read(t, "requests_per_month: 1M\nresponse_bytes: {low: 1MB, likely: 2MB, high: 20MB}\nfunction: {memory: 512MB, duration: 10ms}\ncontainers: {tasks: 1, vcpu: 1, memory: 2GB}\n")
	c, err := latestBook(t).Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	var cheapest float64
	for _, d := range c.Doors {
		cheapest += *d.Cheapest
		// of a triangle from 1 to 20 MB with its peak at 2, about 44 % are below 6 MB
		if most := *d.Served; d.Name != "alb-containers" && (most < 0.3 || most > 0.6) || d.Name == "alb-containers" && most != 1 {
			t.Errorf("%s serves %v of the months", d.Name, most)
		}
	}
	if cheapest != 1 {
		t.Errorf("the shares of the cheapest door sum to %v", cheapest)
	}
}

func TestBreakEvensAndMapsEndWhereNoFrontDoorServes(t *testing.T) {
	b, w := latestBook(t), stated(t, "cd2")
	c, err := b.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	most := map[string]string{}
	for _, r := range c.Reach {
		most[r.Variable+" "+r.Door] = r.At.String()
	}
	for at, want := range map[string]string{
		"response_bytes alb": "1048576", "response_bytes http-api": "6291456", "duration_ms http-api": "30000", "duration_ms rest-api": "",
	} {
		if most[at] != want {
			t.Errorf("%s serves up to %q, want %q", at, most[at], want)
		}
	}
	usual := 0
	for _, p := range c.BreakAt {
		if p.Variable == "response_bytes" && p.At.Float() > 6<<20 {
			t.Errorf("a crossing at %s bytes, where nothing is served", p.At)
		}
		if p.Asked && p.Variable == "requests_per_month" {
			usual++
		}
	}
	if usual != 2 {
		t.Errorf("%d crossings of REST, HTTP and a load balancer over requests, want two", usual)
	}
	m, err := b.Map(w, axis(t, "requests"), axis(t, "response_bytes"), w.Fit(), 30, 0)
	if err != nil {
		t.Fatal(err)
	}
	for row, bytes := range m.YAt {
		for column, door := range m.Cells[row] {
			if (door == pricing.NoDoor) != (bytes > 6<<20) || m.Close[row][column] && door == pricing.NoDoor {
				t.Fatalf("with %v bytes the map has door %d", bytes, door)
			}
		}
	}
}

func TestAMapNeedsWhatTheBillDependsOn(t *testing.T) {
	b, w := latestBook(t), read(t, "requests_per_month: 1M\n")
	_, err := b.Map(w, axis(t, "requests"), axis(t, "memory"), w.Fit(), 5, 0)
	if want := "the bill does not depend on memory: the workload states no function with memory"; err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
}

// The account's quota is of the requests that reach API Gateway: what CloudFront's cache
// answers does not. 52.56 G requests in 730 h are 20,000/s.
func TestAQuotaIsOfWhatPassesTheCache(t *testing.T) {
	for hits, noted := range map[string]bool{"40%": true, "60%": false} {
		bill, _ := billed(t, read(t, "requests_per_month: 52_560M\nresponse_bytes: 2000\ncloudfront: {viewers: us, hit_ratio: "+hits+"}\n"), "cloudfront-rest-api", "")
		if got := strings.Contains(strings.Join(bill.Warnings, "\n"), "12,000 requests/s in the busiest hour exceed the 10,000/s"); got != noted {
			t.Errorf("with %s from the cache: %q", hits, bill.Warnings)
		}
	}
}
