package pricing

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const day = 86_400

func TestMeters(t *testing.T) {
	const mib = 1 << 20
	bytes := func(n int64) Dist { return Point(n, Measured, "") }
	function := func(invocations, µs, mb int64) Traffic {
		return Traffic{Invocations: measured(invocations), Duration: Point(µs, Reported, ""), MemoryMB: mb}
	}
	with := func(t Traffic, change func(*Traffic)) Traffic { change(&t); return t }
	for _, row := range []struct {
		name      string
		dimension Dimension
		traffic   Traffic
		want      string
		variant   string
		basis     Basis
	}{
		{"REST: refused calls are not charged", RESTRequests, Traffic{Requests: measured(1000), Unbilled: measured(30)}, "970", "", Measured},
		{"REST: more refused than seen is none charged", RESTRequests, Traffic{Requests: measured(10), Unbilled: measured(30)}, "0", "", Measured},
		{"REST: a large call is one call", RESTRequests, Traffic{Requests: measured(5), ResponseBytes: bytes(9 * mib)}, "5", "", Measured},
		{"REST: a cache costs by the hour of its size", RESTCacheHours, Traffic{CacheGB: "6.1", Hours: Amount{Quantity: Whole(720), Basis: Stated}}, "720", "6.1", Stated},
		{"REST: no cache, no hours", RESTCacheHours, Traffic{Requests: measured(5)}, "0", "", ""},

		{"HTTP: 512 KiB is one unit", HTTPRequests, Traffic{Requests: measured(100), ResponseBytes: bytes(HTTPUnit)}, "100", "", Measured},
		{"HTTP: one byte more is two", HTTPRequests, Traffic{Requests: measured(100), ResponseBytes: bytes(HTTPUnit + 1)}, "200", "", Measured},
		{"HTTP: an empty call is one unit", HTTPRequests, Traffic{Requests: measured(100), RequestBytes: bytes(0), ResponseBytes: bytes(0)}, "100", "", Measured},
		{"HTTP: the larger of request and response counts", HTTPRequests, Traffic{Requests: measured(100), RequestBytes: bytes(3 * mib), ResponseBytes: bytes(mib)}, "600", "", Measured},
		{"HTTP: refused calls are charged", HTTPRequests, Traffic{Requests: measured(100), Unbilled: measured(40), RequestBytes: bytes(1)}, "100", "", Measured},
		{"HTTP: unknown sizes are assumed to be small", HTTPRequests, Traffic{Requests: measured(100)}, "100", "", Assumed},
		{"HTTP: sizes are metered one by one", HTTPRequests, Traffic{Requests: measured(1000), ResponseBytes: Dist{Buckets: []Bucket{{1 << 10, 99}, {mib, 1}}, Basis: Measured}}, "1010", "", Measured},
		{"HTTP: where both vary they are taken as independent", HTTPRequests, Traffic{
			Requests:      measured(400),
			RequestBytes:  Dist{Buckets: []Bucket{{1, 1}, {mib, 1}}, Basis: Measured},
			ResponseBytes: Dist{Buckets: []Bucket{{1, 1}, {mib, 1}}, Basis: Measured},
		}, "700", "", Assumed},

		{"WebSocket: messages are metered one by one", WebSocketMessages, Traffic{Messages: measured(100), MessageBytes: Dist{Buckets: []Bucket{{100, 9}, {100 << 10, 1}}, Basis: Measured}}, "130", "", Measured},
		{"WebSocket: an empty message is one", WebSocketMessages, Traffic{Messages: measured(100), MessageBytes: bytes(0)}, "100", "", Measured},
		{"WebSocket: unknown sizes are assumed to be small", WebSocketMessages, Traffic{Messages: measured(100)}, "100", "", Assumed},
		{"WebSocket: connections cost by the minute", WebSocketMinutes, Traffic{Sockets: measured(10), SocketSeconds: Amount{Quantity: Whole(90), Basis: Stated}}, "15", "", Stated},
		{"WAF: every request is inspected, refused ones too", WAFRequests, Traffic{Requests: measured(10), Unbilled: measured(5), WebACLs: 1}, "10", "", Measured},
		{"WAF: without an ACL nothing is inspected", WAFRequests, Traffic{Requests: measured(10)}, "0", "", ""},

		{"Lambda: invocations are requests", LambdaRequests, function(7, 1, 128), "7", "", Measured},
		{"Lambda: a GB is 1,024 MB", LambdaDuration, function(1000, 1_000_000, 1536), "1500", "x86_64", Reported},
		{"Lambda: 1.001 ms is 2 ms", LambdaDuration, function(1_024_000, 1001, 1), "2", "x86_64", Reported},
		{"Lambda: each invocation is rounded up by itself", LambdaDuration, with(function(1_024_000, 0, 1), func(t *Traffic) {
			t.Duration = Dist{Buckets: []Bucket{{100, 1}, {1900, 1}}, Basis: Reported}
		}), "1.5", "x86_64", Reported},
		{"Lambda: arm64 has a rate of its own", LambdaDuration, with(function(1000, 1_000_000, 1024), func(t *Traffic) { t.Architecture = "arm64" }), "1000", "arm64", Reported},
		{"Lambda: INIT is billed with the first invocation, 1293.83 + 1049.63 = 2344 ms", LambdaDuration, with(function(1, 1_049_630, 1024), func(t *Traffic) {
			t.ColdStarts, t.Init = measured(1), Point(1_293_830, Reported, "")
		}), "2.344", "x86_64", Reported},
		{"Lambda: INIT and duration are rounded up together, 0.4 + 0.4 = 1 ms", LambdaDuration, with(function(1000, 400, 1024), func(t *Traffic) {
			t.ColdStarts, t.Init = measured(1000), Point(400, Stated, "")
		}), "1", "x86_64", Stated},
		{"Lambda: warm invocations pay no INIT", LambdaDuration, with(function(1000, 1_000_000, 1024), func(t *Traffic) { t.Init = Point(9_000_000, Stated, "") }), "1000", "x86_64", Reported},
		{"Lambda: no function, no duration", LambdaDuration, Traffic{Requests: measured(9)}, "0", "x86_64", ""},

		{"Lambda: invocations beyond the provisioned ones spill over to the on-demand rate", LambdaDuration, with(function(1000, 1_000_000, 1024), func(t *Traffic) {
			t.ProvisionedInvocations = measured(900)
		}), "100", "x86_64", Reported},
		{"Lambda: provisioned environments cost whether used or not", ProvisionedConcurrency, Traffic{MemoryMB: 512, Provisioned: measured(2), Hours: Amount{Quantity: Whole(1), Basis: Stated}}, "3600", "x86_64", Stated},
		{"Lambda: provisioned time is in steps of five minutes", ProvisionedConcurrency, Traffic{MemoryMB: 1024, Provisioned: measured(1), ProvisionedHours: Amount{Quantity: Ratio(301, 3600), Basis: Stated}}, "600", "x86_64", Stated},
		{"Lambda: without provisioning none of it costs", ProvisionedDuration, function(7, 1, 128), "0", "x86_64", ""},

		{"ALB: a begun hour is a whole one", ALBHours, Traffic{Hours: Amount{Quantity: Ratio(7201, 10), Basis: Stated}}, "721", "", Stated},
		{"ALB: hours cost without any traffic", ALBHours, Traffic{}, "730", "", Assumed},
		{"ALB: every public zone has an address", ALBAddresses, Traffic{Zones: 3}, "2190", "", Assumed},
		{"ALB: an internal one has none", ALBAddresses, Traffic{}, "0", "", ""},

		{"transfer: a GB is 1024³ bytes", DataOut, Traffic{Requests: measured(1 << 20), ResponseBytes: bytes(1 << 10)}, "1", "", Measured},
		{"transfer: requests come in free", DataOut, Traffic{Requests: measured(1 << 20), RequestBytes: bytes(1 << 20)}, "0", "", Measured},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := row.dimension.Meter(row.traffic)
			if got.Quantity.String() != row.want {
				t.Errorf("read %s %s, want %s (%s)", got.Quantity, row.dimension.Unit, row.want, got.Derivation)
			}
			if got.Variant != row.variant || got.Basis != row.basis {
				t.Errorf("variant %q, basis %q; want %q, %q", got.Variant, got.Basis, row.variant, row.basis)
			}
			if row.want != "0" && got.Derivation == "" {
				t.Error("a reading without a derivation")
			}
		})
	}
}

func TestLoadBalancerCapacityIsTheLargestOfFour(t *testing.T) {
	hour := Amount{Quantity: Whole(1), Basis: Stated}
	for _, row := range []struct {
		name    string
		traffic Traffic
		want    string
	}{
		{"25 new connections a second", Traffic{Requests: measured(1), Connections: measured(25 * 3600)}, "1"},
		{"3,000 open connections", Traffic{Requests: measured(1), Connections: measured(10 * 3600), ConnectionSeconds: measured(300)}, "1"},
		{"1 GB an hour to containers, both ways together", Traffic{Requests: measured(1_000_000), RequestBytes: Point(400, Measured, ""), ResponseBytes: Point(600, Measured, "")}, "1"},
		{"0.4 GB an hour to Lambda", Traffic{Requests: measured(1_000_000), ResponseBytes: Point(400, Measured, ""), Invocations: measured(1)}, "1"},
		{"1,000 rule evaluations a second, ten rules free", Traffic{Requests: measured(100 * 3600), Rules: 20}, "1"},
		{"ten rules are free", Traffic{Requests: measured(100 * 3600), Rules: 10}, "0"},
		{"rules alone, when nothing else is used", Traffic{Requests: measured(500 * 3600), Rules: 12}, "1"},
		{"the largest, not the sum", Traffic{Requests: measured(100 * 3600), Rules: 20, Connections: measured(50 * 3600)}, "2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.traffic.Hours = hour
			if got := ALBCapacity.Meter(row.traffic); got.Quantity.String() != row.want {
				t.Errorf("read %s LCU-hours in an hour, want %s: %s", got.Quantity, row.want, got.Derivation)
			}
		})
	}
}

func TestALoadBalancersDerivationShowsAllFourMeasures(t *testing.T) {
	got := ALBCapacity.Meter(Traffic{
		Requests: measured(5 * 30 * day), Connections: measured(30 * day), ConnectionSeconds: measured(120),
		ResponseBytes: Point(60_000, Measured, ""), Rules: 60, Hours: Amount{Quantity: Whole(720), Basis: Stated},
	})
	want := "2,592,000 new connections ÷ 720 h ÷ 3,600 = 1/s, ÷ 25 = 0.04 LCU; " +
		"1/s × 120 s = 120 open connections, ÷ 3,000 = 0.04 LCU; " +
		"12,960,000 requests × 60,000 bytes ÷ 720 h = 1.08 GB/h, ÷ 1 = 1.08 LCU; " +
		"5 requests/s × 50 rules beyond 10 = 250 rule evaluations/s, ÷ 1,000 = 0.25 LCU; " +
		"the largest, 1.08 LCU × 720 hours = 777.6 LCU-hours"
	if got.Derivation != want {
		t.Errorf("got  %s\nwant %s", got.Derivation, want)
	}
}

func TestADurationThatIsNotKnownIsNotFree(t *testing.T) {
	ten, second := measured(10), Point(1_000_000, Measured, "")
	for name, row := range map[string]struct {
		dimension Dimension
		traffic   Traffic
	}{
		"no duration":             {LambdaDuration, Traffic{Invocations: ten, MemoryMB: 512}},
		"no memory":               {LambdaDuration, Traffic{Invocations: ten, Duration: second}},
		"provisioned, no memory":  {ProvisionedConcurrency, Traffic{Provisioned: ten}},
		"provisioned, no seconds": {ProvisionedDuration, Traffic{ProvisionedInvocations: ten, MemoryMB: 512}},
	} {
		u := Measure([]Dimension{row.dimension}, row.traffic)
		if len(u) != 1 || !strings.Contains(u[0].Reading.Caveat, "missing from the bill") {
			t.Errorf("%s: the usage says nothing of it: %+v", name, u)
		}
	}
}

func TestOnlyWhatIsUsedIsMeasured(t *testing.T) {
	u := Measure(Dimensions, Traffic{Requests: measured(10)})
	for _, used := range u {
		switch used.Dimension.ID {
		case RESTRequests.ID, HTTPRequests.ID, ALBHours.ID, ALBCapacity.ID:
		default:
			t.Errorf("%s is in the usage with %s", used.Dimension.ID, used.Reading.Quantity)
		}
	}
}

func TestTheBasisOfAReadingIsItsWeakest(t *testing.T) {
	bases := []Basis{"", Measured, Reported, Stated, Assumed}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.SampledFrom(bases)).Draw(t, "bases")
		got := weakest(list...)
		met := false
		for _, b := range list {
			met = met || b == got
			if slices.Index(bases, b) > slices.Index(bases, got) {
				t.Errorf("weakest of %q is %q", list, got)
			}
		}
		if !met && got != Assumed {
			t.Errorf("weakest of %q is %q, which is not among them", list, got)
		}
	})
}

// traffics draws a month at a door with every field that a meter reads.
var traffics = rapid.Custom(func(t *rapid.T) Traffic {
	n := func(name string) Amount { return measured(rapid.Int64Range(0, 1_000_000_000).Draw(t, name)) }
	tr := Traffic{
		Requests: measured(rapid.Int64Range(1, 1_000_000_000).Draw(t, "requests")), Unbilled: measured(0),
		Invocations: n("invocations"), ColdStarts: n("cold starts"), Connections: n("connections"),
		ConnectionSeconds: measured(rapid.Int64Range(0, 600).Draw(t, "seconds")),
		Messages:          n("messages"), MessageBytes: dists.Draw(t, "message"),
		WebACLs: rapid.Int64Range(0, 2).Draw(t, "ACLs"), WebACLRules: rapid.Int64Range(0, 20).Draw(t, "ACL rules"),
		Rules: rapid.Int64Range(0, 100).Draw(t, "rules"), Zones: rapid.Int64Range(0, 3).Draw(t, "zones"),
		RequestBytes: dists.Draw(t, "request"), ResponseBytes: dists.Draw(t, "response"),
		Duration: dists.Draw(t, "duration"), Init: dists.Draw(t, "init"),
		Provisioned:  measured(rapid.Int64Range(0, 100).Draw(t, "provisioned")),
		MemoryMB:     rapid.Int64Range(128, 10_240).Draw(t, "memory"),
		Architecture: rapid.SampledFrom([]string{"", "x86_64", "arm64"}).Draw(t, "architecture"),
		CacheGB:      rapid.SampledFrom(append([]string{""}, RESTCacheHours.Variants...)).Draw(t, "cache"),
		Hours:        Amount{Quantity: Whole(rapid.Int64Range(1, 744).Draw(t, "hours")), Basis: Stated},
		Streaming:    rapid.Bool().Draw(t, "streaming"), MutualTLS: rapid.Bool().Draw(t, "mutual TLS"),
		EphemeralMB: rapid.Int64Range(0, 10_240).Draw(t, "storage"), EndpointZones: rapid.Int64Range(0, 3).Draw(t, "endpoints"),
		Authorized: n("authorised"), AuthorizerDuration: dists.Draw(t, "authorizer"), AuthorizerMemoryMB: 128,
		Containers: Containers{Tasks: n("tasks"), VCPU: Ratio(1, 4), MemoryGB: Whole(2)},
		Edge: Edge{
			Viewers: rapid.SampledFrom([]Viewers{nil, ViewersIn("us"), ViewersIn("europe"), ViewersIn("india"), {"japan": Ratio(1, 4), "australia": Ratio(3, 4)}}).Draw(t, "viewers"), Misses: n("misses"),
			Plan: rapid.SampledFrom([]string{"", "pro"}).Draw(t, "plan"), Runs: n("runs"),
			Invocations: n("edge"), Duration: dists.Draw(t, "edge duration"), MemoryMB: 128,
		},
		Watching: Watching{
			AccessLog: dists.Draw(t, "access log"), FunctionLog: dists.Draw(t, "function log"), LogMonths: Whole(2),
			MetricsRead: n("metrics"), CustomMetrics: 3, Traces: n("traces"),
		},
		Profile: profiles.Draw(t, "profile"),
	}
	tr.Unbilled.Quantity = tr.Requests.Quantity.Mul(Ratio(rapid.Int64Range(0, 100).Draw(t, "refused"), 100))
	tr.ProvisionedInvocations.Quantity = tr.Invocations.Quantity.Mul(Ratio(rapid.Int64Range(0, 100).Draw(t, "in provisioned"), 100))
	return tr
})

// profiles draws how a month is spread over its hours.
var profiles = rapid.Custom(func(t *rapid.T) Profile {
	weights := rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 24).Draw(t, "weights")
	p, _ := ProfileOf(append(weights, 1))
	return p
})

func TestEveryReadingGrowsLinearlyWithRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := traffics.Draw(t, "traffic")
		k := rapid.Int64Range(1, 1000).Draw(t, "times")
		for _, d := range Dimensions {
			none, once := d.Meter(tr.Scale(Quantity{})).Quantity, d.Meter(tr).Quantity
			many := d.Meter(tr.Scale(tr.Requests.Quantity.Mul(Whole(k)))).Quantity
			if want := none.Add(once.Sub(none).Mul(Whole(k))); many.Cmp(want) != 0 {
				t.Errorf("%s: %d times the requests read %s, want %s", d.ID, k, many, want)
			}
		}
	})
}

func TestScalingThereAndBackChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := traffics.Draw(t, "traffic")
		back := tr.Scale(Whole(rapid.Int64Range(1, 1_000_000).Draw(t, "requests"))).Scale(tr.Requests.Quantity)
		for _, pair := range [][2]Amount{
			{tr.Requests, back.Requests},
			{tr.Unbilled, back.Unbilled},
			{tr.Invocations, back.Invocations},
			{tr.ColdStarts, back.ColdStarts},
			{tr.Connections, back.Connections},
			{tr.Messages, back.Messages},
			{tr.ProvisionedInvocations, back.ProvisionedInvocations},
			{tr.Authorized, back.Authorized},
			{tr.Edge.Misses, back.Edge.Misses},
			{tr.Edge.Runs, back.Edge.Runs},
			{tr.Edge.Invocations, back.Edge.Invocations},
			{tr.Watching.Traces, back.Watching.Traces},
		} {
			if pair[0].Quantity.Cmp(pair[1].Quantity) != 0 {
				t.Errorf("%s became %s", pair[0].Quantity, pair[1].Quantity)
			}
		}
	})
}

func TestTrafficWithoutRequestsScalesItsRequestsAlone(t *testing.T) {
	got := Traffic{Connections: measured(5)}.Scale(Whole(100))
	if got.Requests.Quantity.Cmp(Whole(100)) != 0 || got.Connections.Quantity.Cmp(Whole(5)) != 0 {
		t.Errorf("scaled to %s requests, %s connections; want 100 and 5", got.Requests.Quantity, got.Connections.Quantity)
	}
}
