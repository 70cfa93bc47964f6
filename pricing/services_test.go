package pricing

import "testing"

// said returns a stated amount.
func said(n int64) Amount { return Amount{Quantity: Whole(n), Basis: Stated} }

// calling is the traffic of ten calls in place of a function.
func calling(c Call) Traffic {
	c.Requests = said(10)
	return Traffic{Called: []Call{c}}
}

func TestMetersOfOtherServices(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	size := func(n int64) Dist { return Point(n, Stated, "") }
	for _, row := range []struct {
		name      string
		dimension Dimension
		traffic   Traffic
		want      string
		variant   string
	}{
		{"REST: a streamed response of 10 MiB is one unit", RESTRequests, Traffic{Requests: said(7), Streaming: true, ResponseBytes: size(10 * mib)}, "7", ""},
		{"REST: one byte more is two", RESTRequests, Traffic{Requests: said(7), Streaming: true, ResponseBytes: size(10*mib + 1)}, "14", ""},
		{"REST: without streaming size does not count", RESTRequests, Traffic{Requests: said(7), ResponseBytes: size(10*mib + 1)}, "7", ""},
		{"REST: an empty streamed response is one unit", RESTRequests, Traffic{Requests: said(7), Streaming: true, ResponseBytes: size(0)}, "7", ""},

		{"Lambda: the authorizer is invoked too", LambdaRequests, Traffic{Invocations: said(100), Authorized: said(20)}, "120", ""},
		{"Lambda: the authorizer's time is billed at its own memory", LambdaDuration, Traffic{
			Invocations: said(100), Duration: size(1_000_000), MemoryMB: 1024,
			Authorized: said(20), AuthorizerDuration: size(1_000_000), AuthorizerMemoryMB: 512,
		}, "110", "x86_64"},
		{"Lambda: an authorizer in front of a direct integration is all there is", LambdaDuration, Traffic{
			Authorized: said(20), AuthorizerDuration: size(500), AuthorizerMemoryMB: 1024,
		}, "0.02", "x86_64"},
		{"Lambda: 512 MB of storage are included", LambdaStorage, Traffic{Invocations: said(100), Duration: size(1_000_000), MemoryMB: 128, EphemeralMB: 512}, "0", "x86_64"},
		{"Lambda: storage costs by seconds, whatever the memory", LambdaStorage, Traffic{Invocations: said(100), Duration: size(1_000_000), MemoryMB: 128, EphemeralMB: 1536}, "100", "x86_64"},
		{"Lambda: storage costs in provisioned environments too", LambdaStorage, Traffic{
			Invocations: said(100), ProvisionedInvocations: said(60), Duration: size(1_000_000), EphemeralMB: 1536, Architecture: "arm64",
		}, "100", "arm64"},
		{"Lambda: the first 6 MiB of a stream are free", LambdaStreaming, Traffic{Invocations: said(1024), Streaming: true, ResponseBytes: size(6 * mib)}, "0", "x86_64"},
		{"Lambda: what a stream has beyond costs by the GB", LambdaStreaming, Traffic{Invocations: said(1024), Streaming: true, ResponseBytes: size(7 * mib)}, "1", "x86_64"},
		{"Lambda: a buffered response is not streamed", LambdaStreaming, Traffic{Invocations: said(1024), ResponseBytes: size(7 * mib)}, "0", "x86_64"},

		{"ALB: mutual TLS needs a trust store", ALBTrustStores, Traffic{MutualTLS: true}, "730", ""},
		{"ALB: without there is none", ALBTrustStores, Traffic{}, "0", ""},
		{"ALB: mutual TLS halves the open connections of an LCU", ALBCapacity, Traffic{Requests: said(1), Pool: said(3000), MutualTLS: true, Hours: said(1)}, "2", ""},
		{"ALB: connections that are always open are open", ALBCapacity, Traffic{Requests: said(1), Pool: said(3000), Hours: said(1)}, "1", ""},
		{"ALB: they are open without any request", ALBCapacity, Traffic{Pool: said(6000), Hours: said(1)}, "2", ""},

		{"Fargate: tasks reserve vCPUs", FargateVCPU, Traffic{Containers: Containers{Tasks: said(2), VCPU: Ratio(1, 2)}}, "730", "x86_64"},
		{"Fargate: and memory", FargateMemory, Traffic{Containers: Containers{Tasks: said(2), MemoryGB: Whole(4)}, Architecture: "arm64"}, "5840", "arm64"},
		{"PrivateLink: an endpoint costs by the zone", EndpointHours, Traffic{EndpointZones: 2}, "1460", ""},
		{"PrivateLink: both ways count", EndpointBytes, Traffic{EndpointZones: 1, Requests: said(1 << 20), RequestBytes: size(1024), ResponseBytes: size(3072)}, "4", ""},
		{"PrivateLink: no endpoint, no data", EndpointBytes, Traffic{Requests: said(1 << 20), ResponseBytes: size(3072)}, "0", ""},

		{"SQS: a message of 64 KB is one request", QueueRequests, calling(Call{Type: "queue", RequestBytes: size(64 << 10)}), "10", ""},
		{"SQS: one byte more is two", QueueRequests, calling(Call{Type: "queue", RequestBytes: size(64<<10 + 1)}), "20", ""},
		{"SNS: publishes", TopicRequests, calling(Call{Type: "sns", Action: "Publish"}), "10", ""},
		{"S3: what is put", ObjectWrites, calling(Call{Type: "s3", Action: "PutObject"}), "10", ""},
		{"S3: is not what is got", ObjectReads, calling(Call{Type: "s3", Action: "PutObject"}), "0", ""},
		{"S3: deleting costs nothing", ObjectWrites, calling(Call{Type: "s3", Action: "DeleteObject"}), "0", ""},
		{"DynamoDB: a write is by 1 KB", TableWrites, calling(Call{Type: "dynamodb", Action: "UpdateItem", RequestBytes: size(1025)}), "20", ""},
		{"DynamoDB: an eventually consistent read is half of 4 KB", TableReads, calling(Call{Type: "dynamodb", Action: "GetItem", ResponseBytes: size(4097)}), "10", ""},
		{"Step Functions: a standard workflow's transitions", Transitions, calling(Call{Type: "step-functions", Action: "StartExecution", Transitions: Whole(5)}), "50", ""},
		{"Step Functions: how many are not stated", Transitions, calling(Call{Type: "step-functions", Action: "StartExecution"}), "0", ""},
		{"Step Functions: an express workflow has none", Transitions, calling(Call{Type: "step-functions", Action: "StartSyncExecution", Express: true, Transitions: Whole(5)}), "0", ""},
		{"Step Functions: its request is", ExpressRequests, calling(Call{Type: "step-functions", Action: "StartExecution", Express: true}), "10", ""},
		{"Step Functions: and its time by 100 ms and 64 MB", ExpressDuration, calling(Call{Type: "step-functions", Action: "StartSyncExecution", Express: true, Duration: size(1_550_000)}), "1", ""},
		{"Step Functions: the end of which is not always waited for", ExpressDuration, calling(Call{Type: "step-functions", Action: "StartExecution", Express: true, Duration: size(1_550_000)}), "0", ""},

		{"CloudFront: viewers' requests cost where they are", CloudFrontRequests, Traffic{Requests: said(9), Edge: Edge{Viewers: ViewersIn("japan")}}, "9", "japan"},
		{"CloudFront: a plan has them included", CloudFrontRequests, Traffic{Requests: said(9), Edge: Edge{Viewers: ViewersIn("us"), Plan: "pro"}}, "0", ""},
		{"CloudFront: no distribution, no requests", CloudFrontRequests, Traffic{Requests: said(9)}, "0", ""},
		{"CloudFront: every response goes to a viewer", CloudFrontTransfer, Traffic{Requests: said(4), ResponseBytes: size(gib), Edge: Edge{Viewers: ViewersIn("us")}}, "4", "us"},
		{"CloudFront: only misses go to the origin", CloudFrontOrigin, Traffic{Requests: said(4), RequestBytes: size(gib), Edge: Edge{Viewers: ViewersIn("us"), Misses: said(1)}}, "1", "us"},
		{"CloudFront: a plan is a month", CloudFrontPlans, Traffic{Edge: Edge{Viewers: ViewersIn("us"), Plan: "business"}}, "1", "business"},
		{"CloudFront: functions cost by the run", CloudFrontFunctions, Traffic{Edge: Edge{Runs: said(5)}}, "5", ""},
		{"CloudFront: invalidations cost by the path", CloudFrontInvalidations, Traffic{Edge: Edge{Paths: 7}}, "7", ""},
		{"Lambda@Edge: requests", EdgeRequests, Traffic{Edge: Edge{Invocations: said(5)}}, "5", ""},
		{"Lambda@Edge: each run is rounded up to 1 ms", EdgeDuration, Traffic{Edge: Edge{Invocations: said(1000), Duration: size(1), MemoryMB: 128}}, "0.125", ""},

		{"logs: requests leave access logs", LogsIngested, Traffic{Requests: said(1 << 20), Watching: Watching{AccessLog: size(1024)}}, "1", ""},
		{"logs: invocations leave logs of their own", LambdaLogs, Traffic{Invocations: said(1 << 20), Watching: Watching{FunctionLog: size(2048)}}, "2", ""},
		{"logs: both are kept", LogsStored, Traffic{
			Requests: said(1 << 20), Invocations: said(1 << 20),
			Watching: Watching{AccessLog: size(1024), FunctionLog: size(2048), LogMonths: Whole(3)},
		}, "9", ""},
		{"logs: queries cost by what they read", LogsScanned, Traffic{Watching: Watching{Scanned: said(8)}}, "8", ""},
		{"metrics: a run that reads 40 series each minute for an hour reads 2,400", MetricsRead, Traffic{Watching: Watching{MetricsRead: said(40 * 60)}}, "2400", ""},
		{"metrics: other calls", MetricCalls, Traffic{Watching: Watching{MetricCalls: said(3)}}, "3", ""},
		{"metrics: detailed ones are custom ones", CustomMetrics, Traffic{Watching: Watching{CustomMetrics: 12}}, "12", ""},
		{"metrics: alarms", MetricAlarms, Traffic{Watching: Watching{Alarms: 2}}, "2", ""},
		{"X-Ray: traces recorded", TracesRecorded, Traffic{Watching: Watching{Traces: said(4)}}, "4", ""},
		{"X-Ray: traces read", TracesRead, Traffic{Watching: Watching{TracesRead: said(5)}}, "5", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := row.dimension.Meter(row.traffic)
			if got.Quantity.String() != row.want || got.Variant != row.variant {
				t.Errorf("read %s %s of %q, want %s of %q (%s)", got.Quantity, row.dimension.Unit, got.Variant, row.want, row.variant, got.Derivation)
			}
			if row.want != "0" && (got.Derivation == "" || got.Basis == "") {
				t.Errorf("a reading without a derivation or basis: %+v", got)
			}
		})
	}
}

func TestWhatIsNotKnownOfHelpersIsNotFree(t *testing.T) {
	for name, row := range map[string]struct {
		dimension Dimension
		traffic   Traffic
	}{
		"an authorizer without a duration": {LambdaDuration, Traffic{Authorized: said(1), AuthorizerMemoryMB: 128}},
		"storage without a duration":       {LambdaStorage, Traffic{Invocations: said(1), EphemeralMB: 1024}},
		"Lambda@Edge without memory":       {EdgeDuration, Traffic{Edge: Edge{Invocations: said(1), Duration: Point(1, Stated, "")}}},
	} {
		if u := Measure([]Dimension{row.dimension}, row.traffic); len(u) != 1 || u[0].Reading.Caveat == "" {
			t.Errorf("%s: the usage says nothing of it: %+v", name, u)
		}
	}
}

func TestCapacityIsTheLargestOfEachHourSummed(t *testing.T) {
	// 900 requests a second in one hour of ten and 100 in the others; rules
	// lead in the busy hour, connections that never close in the quiet ones.
	p, err := ProfileOf([]int64{9, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	tr := Traffic{Requests: said(1800 * 3600), Rules: 20, Pool: said(6000), Hours: said(10), Profile: p}
	got := ALBCapacity.Meter(tr)
	if got.Quantity.String() != "27" { // 9 + 9 × 2
		t.Errorf("read %s LCU-hours, want 9 in one hour and 2 in nine, 27: %s", got.Quantity, got.Derivation)
	}
	tr.Profile = nil
	if got := ALBCapacity.Meter(tr); got.Quantity.String() != "20" {
		t.Errorf("a flat month reads %s, want 20: the mean hides the peak", got.Quantity)
	}
}

func TestAProfileSpreadsAMonthAndAddsNothing(t *testing.T) {
	for _, name := range []string{"business-hours", "diurnal"} {
		p, err := ProfileOf(profileNamed(name))
		if err != nil {
			t.Fatal(err)
		}
		var share, mean Quantity
		for _, l := range p {
			share, mean = share.Add(l.Share), mean.Add(l.Share.Mul(l.Factor))
		}
		if share.Cmp(Whole(1)) != 0 || mean.Cmp(Whole(1)) != 0 {
			t.Errorf("%s: shares sum to %s, the mean is %s; want 1 and 1", name, share, mean)
		}
	}
	for _, bad := range [][]int64{{}, {0, 0}, {1, -1}, {1e15 + 1}} {
		if p, err := ProfileOf(bad); err == nil {
			t.Errorf("%v was taken for a profile: %v", bad, p)
		}
	}
	if p, err := ProfileOf([]int64{3, 3, 3}); err != nil || p != nil {
		t.Errorf("equal hours are a flat month, not %v, %v", p, err)
	}
}

func TestTheSmallestPlanThatCarriesTheMonthIsTaken(t *testing.T) {
	for _, row := range []struct {
		requests, bytes int64
		want            string
	}{
		{1_000_000, 1000, "free"},
		{1_000_001, 1000, "pro"},
		{1_000_000, 1 << 20, "pro"},
		{125_000_001, 10, "premium"},
		{500_000_001, 10, "premium-750m"},
		{1_250_000_001, 10, "premium-2000m"},
		{100_000_000, 700_000, "premium-750m"}, // 65,193 GB
		{6_000_000_000, 10, "premium-6000m"},
		{6_000_000_001, 10, ""},
	} {
		got := planFor(Traffic{Requests: said(row.requests), ResponseBytes: Point(row.bytes, Stated, "")})
		if got.Name != row.want {
			t.Errorf("%d requests of %d bytes: plan %q, want %q", row.requests, row.bytes, got.Name, row.want)
		}
	}
	if len(Plans) != len(CloudFrontPlans.Variants) {
		t.Error("not every plan has a rate")
	}
}
