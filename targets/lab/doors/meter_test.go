package doors

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"tollgate/targets"
	monitor "tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/webacl"
)

// sums reads, with AWS's own client, the Sum of everything that watches d.
func sums(t *testing.T, l *Set, d Door) map[string]float64 {
	t.Helper()
	target, err := d.Target()
	if err != nil {
		t.Fatal(err)
	}
	client := cloudwatch.New(cloudwatch.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://lab"), HTTPClient: &http.Client{Transport: inProcess{l.store.Service()}},
		Credentials: credentials.NewStaticCredentialsProvider(targets.LabKeys.ID, targets.LabKeys.Secret.Reveal(), ""),
	})
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now().Add(time.Hour))}
	for i, w := range target.Kind.Watch {
		m := &types.Metric{Namespace: &w.Namespace, MetricName: &w.Metric}
		for name, value := range w.Dimensions(target) {
			m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
		}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: aws.String(fmt.Sprintf("m%d", i)), MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(60), Stat: aws.String("Sum")},
		})
	}
	out, err := client.GetMetricData(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]float64{}
	for i, r := range out.MetricDataResults {
		for _, v := range r.Values {
			sum[target.Kind.Watch[i].Metric] += v
		}
	}
	return sum
}

func TestCloudWatchCountsWhatTheClientsCounted(t *testing.T) {
	c := quick()
	c.Doors[0].Cache = &Cache{}
	for i := range c.Doors {
		f := c.Function
		f.Thrown = 0.1
		c.Doors[i].Function = &f
	}
	l := open(t, c)
	for _, d := range l.Doors() {
		t.Run(d.Kind, func(t *testing.T) {
			seen := drive(t, d)
			got := sums(t, l, d)
			truth := truthOf(l, d.Name)
			for metric, want := range wanted(d.Kind, seen, truth) {
				if got[metric] != want {
					t.Errorf("%s is %v, want %v", metric, got[metric], want)
				}
			}
			if got["Duration"] == 0 || math.Abs(got["Duration"]-truth.DurationMS) > 1e-6 {
				t.Errorf("Duration is %v ms, the truth is %v", got["Duration"], truth.DurationMS)
			}
			if latency, known := got["Latency"]; known && (latency <= got["IntegrationLatency"] || got["IntegrationLatency"] < got["Duration"]) {
				t.Errorf("of a latency of %v ms, %v are the integration's and %v the function's", latency, got["IntegrationLatency"], got["Duration"])
			}
			if d.Kind == "alb" && (got["ConsumedLCUs"] <= 0 || math.Abs(got["TargetResponseTime"]*1000-truth.DurationMS-truth.InitMS) > 1e-6) {
				t.Errorf("LCUs %v, target response time %v s", got["ConsumedLCUs"], got["TargetResponseTime"])
			}
		})
	}
}

// drive sends good and bad requests from several clients and counts statuses.
func drive(t *testing.T, d Door) map[int]int {
	t.Helper()
	var mu sync.Mutex
	seen := map[int]int{}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 60 {
				method, path, body := "POST", "/predict", features
				switch i % 5 {
				case 1:
					method, path, body = "GET", "/", ""
				case 2:
					body = "none"
				case 3:
					path = "/nowhere"
				}
				status, _, _ := send(t, method, d.URL+path, body)
				mu.Lock()
				seen[status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return seen
}

func truthOf(l *Set, name string) DoorTruth {
	for _, d := range l.Truth().Doors {
		if d.Name == name {
			return d
		}
	}
	return DoorTruth{}
}

// wanted is what each count must be, by what the clients saw and the truth.
func wanted(kind string, seen map[int]int, truth DoorTruth) map[string]float64 {
	var all, bad, failed float64
	for status, n := range seen {
		all += float64(n)
		switch {
		case status >= 500:
			failed += float64(n)
		case status >= 400:
			bad += float64(n)
		}
	}
	want := map[string]float64{
		"Invocations": float64(truth.Invocations), "Errors": float64(truth.Errors), "Throttles": 0,
	}
	bytes := float64(truth.BytesIn + truth.BytesOut)
	switch kind {
	case "rest-api":
		want["Count"], want["4XXError"], want["5XXError"] = all, bad, failed
		want["CacheHitCount"], want["CacheMissCount"] = float64(truth.CacheHits), float64(truth.CacheMisses)
	case "http-api":
		want["Count"], want["4xx"], want["5xx"], want["DataProcessed"] = all, bad, failed, bytes
	case "function-url":
		want["UrlRequestCount"], want["Url4xxCount"], want["Url5xxCount"] = all, bad, failed
	case "alb":
		want["RequestCount"], want["HTTPCode_Target_4XX_Count"], want["HTTPCode_ELB_5XX_Count"] = all, bad, failed
		want["HTTPCode_ELB_4XX_Count"], want["HTTPCode_Target_5XX_Count"] = 0, 0
		want["NewConnectionCount"], want["ProcessedBytes"] = float64(truth.Connections), bytes
	}
	return want
}

func TestEveryWatchedMetricIsPublished(t *testing.T) {
	for _, k := range allKinds {
		c := only(DoorConfig{Kind: k.Name})
		if k.HasOrigin {
			continue // it has metrics of the door behind it besides: see its own test
		}
		if k.UsagePlans {
			c.Doors[0].Cache = &Cache{}
		}
		if slices.Contains(k.keys, "web_acl") {
			c.Doors[0].WebACL = &webacl.ACL{}
		}
		inFakeTime(t, c, func(b bench) {
			d := b.doors[0]
			d.metrics.opened()
			d.metrics.passed(1000)
			for _, status := range []int{200, 404, 502} { // as a door and as a function would answer
				x := exchange{begun: time.Now(), response: &response{status: status}, own: true, rules: 1, called: true, connected: true, messages: 1, cache: cacheHit, integration: 1, version: d.function.latest, inspected: true, refused: byWebACL}
				x.invocation.Concurrent, x.invocation.spilled = 1, true
				d.publish(&x)
				x.own, x.refused = false, ""
				d.publish(&x)
				if d.Balancer != "" { // which counts errors of functions itself
					x.fault = targets.FaultThrown
					d.publish(&x)
				}
			}
			published := map[string]monitor.Truth{}
			for _, m := range b.store.Truth() {
				published[fmt.Sprint(m.Namespace, m.Metric, m.Dimensions)] = m
			}
			target := d.named(k.Kind)
			never := 0
			for _, w := range k.Watch {
				if w.Role == targets.RoleRejected || w.Role == targets.RoleInternalErrors { // which a lab does not meet
					never++
					continue
				}
				m, there := published[fmt.Sprint(w.Namespace, w.Metric, monitor.Dimensions(w.Dimensions(target)))]
				if !there || m.Unit != unitOf(w) {
					t.Errorf("%s: %s is published: %v, in %q", k.Name, w.Metric, there, m.Unit)
				}
			}
			if len(published) != len(k.Watch)-never {
				t.Errorf("%s: %d metrics are published, and %d are watched", k.Name, len(published), len(k.Watch)-never)
			}
		})
	}
}

func TestALoadBalancersUnitsAreTheLargestOfEachMinutesTerms(t *testing.T) {
	for name, row := range map[string]struct {
		before, opened, bytes int // connections of the minute before and of this one, bytes of this one
		want                  float64
	}{
		"25 connections a second are a unit":     {0, 25 * 60, 0, 1},
		"0.4 GB an hour are a unit":              {0, 0, 400_000_000 / 60, 1},
		"the larger term counts and not the sum": {0, 25 * 60, 400_000_000 / 30, 2},
		"connections that stay open count again": {1500, 0, 1, 1 + // for being opened
			0.5}, // for being active a minute later
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, only(DoorConfig{Kind: "alb"}))
			c := l.doors[0].metrics.capacity
			now := time.Now()
			for range row.before {
				c.add(now.Add(-time.Minute), usage{opened: 1})
			}
			for range row.opened {
				c.add(now, usage{opened: 1})
			}
			c.add(now, usage{bytes: row.bytes / 2})
			c.add(now, usage{bytes: row.bytes - row.bytes/2})
			if got := sums(t, l, l.Doors()[0])["ConsumedLCUs"]; math.Abs(got-row.want) > 1e-3 {
				t.Errorf("%v units, want %v", got, row.want)
			}
		})
	}
}

func TestFaultsOfMetrics(t *testing.T) {
	tests := []struct {
		fault Injection
		want  float64 // the sum of Count that is seen
	}{
		{Injection{Fault: "metrics-missing"}, 0},
		{Injection{Fault: "metrics-late", By: Duration(10 * time.Minute)}, 0},
		{Injection{Fault: "metrics-misdated", By: Duration(10 * time.Minute)}, 3},
		{Injection{Fault: "metrics-missing", Start: Duration(time.Hour)}, 3},
	}
	for _, test := range tests {
		t.Run(test.fault.Fault+test.fault.Start.String(), func(t *testing.T) {
			c := quick()
			c.Faults = []Injection{test.fault}
			l := open(t, c)
			d := l.Doors()[1]
			for range 3 {
				send(t, "GET", d.URL+"/", "")
			}
			if got := sums(t, l, d)["Count"]; got != test.want {
				t.Errorf("the count is %v, want %v", got, test.want)
			}
			for _, m := range l.Truth().Metrics {
				if m.Metric == "Count" && m.Dimensions["ApiId"] == d.API && m.Sum != 3 {
					t.Errorf("the truth is %v", m)
				}
			}
		})
	}
}
