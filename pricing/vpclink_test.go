package pricing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing"
)

// linked is an HTTP server behind a VPC link: 100,000 requests an hour of 2,000 bytes both
// ways, so that a load balancer has 0.2 GB an hour.
func linked(t testing.TB, more string) *pricing.Workload {
	t.Helper()
	w, err := pricing.ReadWorkload("linked.yaml", []byte(`
name: linked
region: us-east-1
integration: http
requests_per_month: 73M
request_bytes: 1kB
response_bytes: 1kB
connections: {requests_per_connection: 100, lifetime: 60s}
`+more+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestALoadBalancerBehindAVPCLinkSeesWhatReachesIt(t *testing.T) {
	b := latestBook(t)
	for _, row := range []struct {
		what, door, more, key, want string
		opened                      int64 // connections a second, without any bytes; 0: as stated
	}{
		{"all requests", "http-api", "vpc_link: {to: alb}", "alb.lcu", "146", 0},
		{"the same of a REST API", "rest-api", "vpc_link: {to: alb}", "alb.lcu", "146", 0},
		{"one load balancer", "http-api", "vpc_link: {to: alb}", "alb.hours", "730", 0},
		{"no refused ones", "http-api", "vpc_link: {to: alb}\nrefused_share: 50%", "alb.lcu", "73", 0},
		{"none that a stage's cache answers", "rest-api", "vpc_link: {to: alb}\ncache: {size: 0.5GB, hit_ratio: 75%}", "alb.lcu", "36.5", 0},
		{"no preflights that the API answers", "http-api", "vpc_link: {to: alb}\npreflights_per_request: 1", "alb.lcu", "146", 0},
		{"preflights that the application answers, which have no body", "http-api", "vpc_link: {to: alb}\npreflights_per_request: 1\npreflights_answered_by: application", "alb.lcu", "146", 0},
		{"errors, which have less bytes", "http-api", "vpc_link: {to: alb}\nerror_share: 50%\nerror_bytes: 500", "alb.lcu", "127.75", 0},
		{"none that CloudFront answers", "cloudfront-http-api", "vpc_link: {to: alb}\ncloudfront: {viewers: us, hit_ratio: 50%}", "alb.lcu", "73", 0},
		{"LCUs that are stated", "http-api", "vpc_link: {to: alb}\nload_balancer: {lcus: 3}", "alb.lcu", "2190", 0},
		{"a Network Load Balancer's bytes", "rest-api", "vpc_link: {to: nlb}", "nlb.lcu", "146", 0},
		{"a Network Load Balancer's new connections", "rest-api", "vpc_link: {to: nlb}", "nlb.lcu", "1460", 1600},
		{"containers", "http-api", "vpc_link: {to: cloud-map}\ncontainers: {tasks: 2, vcpu: 1, memory: 2GB}", "fargate.vcpu.x86_64", "1460", 0},
		{"no public address", "http-api", "vpc_link: {to: alb}", "alb.addresses", "", 0},
		{"no function", "http-api", "vpc_link: {to: alb}\nfunction: {memory: 1GB, duration: 50ms}", "lambda.requests", "", 0},
		{"no load balancer without a link", "http-api", "", "alb.hours", "", 0},
	} {
		w := linked(t, row.more)
		if row.opened > 0 {
			w.RequestBytes, w.ResponseBytes = pricing.Shape{}, pricing.Shape{}
			w.Connections = pricing.ConnectionUse{PerSecond: exactly(row.opened, 1), Seconds: exactly(60, 1)}
		}
		bill, err := b.KnownBill(w, doorNamed(t, row.door))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, l := range bill.Lines {
			if l.Dimension == row.key {
				got = l.Quantity.String()
			}
		}
		if got != row.want {
			t.Errorf("%s: %s of %s, want %s", row.what, got, row.key, row.want)
		}
	}
}

func TestThePriceOfANetworkLoadBalancerIsKnownWhereItWasRead(t *testing.T) {
	b, rest := latestBook(t), doorNamed(t, "rest-api")
	w := linked(t, "vpc_link: {to: nlb}")
	bill, err := b.KnownBill(w, rest)
	if err != nil || !slices.Equal(bill.Unknown, []string{"nlb.hours", "nlb.lcu"}) {
		t.Fatalf("%v, unknown %q", err, bill.Unknown)
	}
	if way := pricing.Remedy([]pricing.Lack{{Region: w.Region, Keys: bill.Unknown}}); !strings.Contains(way, `"tollgate prices update --region us-east-1"`) {
		t.Errorf("the way to the price is %s", way)
	}
	w.Region = "ap-northeast-2"
	if bill, err = b.KnownBill(w, rest); err != nil {
		t.Fatal(err)
	}
	cost := map[string]string{}
	for _, l := range bill.Lines {
		cost[l.Dimension] = l.Cost.String()
	}
	if cost["nlb.hours"] != "$16.43" || cost["nlb.lcu"] != "$0.88" {
		t.Errorf("in Seoul it costs %s and %s", cost["nlb.hours"], cost["nlb.lcu"])
	}
}

func TestFrontDoorsThatCannotCallTheServerAreRuledOut(t *testing.T) {
	for _, row := range []struct{ door, more, want string }{
		{"rest-api", "vpc_link: {to: cloud-map}", "its VPC link leads to alb or nlb, and not to cloud-map"},
		{"function-url", "vpc_link: {to: alb}", "it calls a function, and the workload has integration: http"},
		{"alb", "", "it calls a function, and the workload has integration: http"},
		{"cloudfront-rest-api", "vpc_link: {to: cloud-map}\ncloudfront: {viewers: us}", "its VPC link leads to alb or nlb, and not to cloud-map"},
		{"alb-containers", "containers: {tasks: 1, vcpu: 1, memory: 2GB}", ""},
		{"http-api", "vpc_link: {to: cloud-map}", ""},
	} {
		if got := strings.Join(doorNamed(t, row.door).RuledOut(linked(t, row.more)), "; "); got != row.want {
			t.Errorf("%s: %q, want %q", row.door, got, row.want)
		}
	}
	_, err := pricing.ReadWorkload("w.yaml", []byte("name: x\nregion: us-east-1\nrequests_per_month: 1M\nvpc_link: {to: alb}\n"))
	if err == nil || !strings.Contains(err.Error(), "w.yaml:4:1: vpc_link: leads to an HTTP server: state integration: http with it") {
		t.Error(err)
	}
}

func TestCurvesOfWhatStandsBehindAVPCLinkAreTheBills(t *testing.T) {
	b := latestBook(t)
	w := linked(t, "vpc_link: {to: alb}\nprofile: diurnal\nrefused_share: 10%\ncontainers: {tasks: 2, vcpu: 1, memory: 2GB}\ncloudfront: {viewers: europe, hit_ratio: 30%}")
	for _, name := range []string{"http-api", "rest-api", "cloudfront-http-api", "alb-containers"} {
		for _, variable := range []string{"requests", "response_bytes"} {
			curve, bill := costs(t, b, w, axis(t, variable), doorNamed(t, name))
			for _, n := range []int64{1, 1000, 100_000, 900_000, 5_000_000} {
				if drawn, billed := curve(pricing.Whole(n)), bill(pricing.Whole(n)); drawn.Cmp(billed) != 0 {
					t.Errorf("%s, %d of %s: the curve has %s, the bill %s", name, n, variable, drawn.Text(9), billed.Text(9))
				}
			}
		}
	}
}

func TestABillOfAnHTTPServerSaysWhatItLeavesOut(t *testing.T) {
	for _, row := range []struct{ more, want string }{
		{"", "the HTTP server is called over the internet"},
		{"vpc_link: {to: alb}", "no source that was read has a price of the link itself"},
		{"vpc_link: {to: alb}", "state containers if it runs on Fargate"},
		{"vpc_link: {to: cloud-map}", "what AWS Cloud Map charges"},
	} {
		bill, err := latestBook(t).KnownBill(linked(t, row.more), doorNamed(t, "http-api"))
		if err != nil || !strings.Contains(fmt.Sprint(bill.Warnings), row.want) {
			t.Errorf("%v, %q does not say %q", err, bill.Warnings, row.want)
		}
	}
}
