package observe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/targettest"
)

// observed publishes hits at the given targets and observes the run.
func observed(t *testing.T, ts []targets.Target, hits map[int][]hit, all ...sent) []results.ObservedDoc {
	t.Helper()
	var docs []results.ObservedDoc
	synctest.Test(t, func(t *testing.T) {
		store := targettest.NewCloudWatch(time.Now, 0)
		for i, list := range hits {
			for _, h := range list {
				publish(store, ts[i], time.Now(), h)
			}
		}
		run := runOf(t, time.Now(), time.Second, ts, all...)
		got, err := near(store).Observe(t.Context(), run, ts)
		if err != nil {
			t.Fatal(err)
		}
		docs = got.Targets
	})
	return docs
}

func times(n int, h hit) []hit { return slices.Repeat([]hit{h}, n) }

// lines prints rows as "what: client / AWS / gap (note)".
func lines(doc results.ObservedDoc) []string {
	show := func(f *float64) string {
		if f == nil {
			return "-"
		}
		return strings.TrimSuffix(fmt.Sprintf("%.1f", *f), ".0")
	}
	var all []string
	for _, c := range doc.Checks {
		line := fmt.Sprintf("%s: %s / %s / %s %s", c.What, show(c.Client), show(c.AWS), show(c.Gap), c.Unit)
		if c.Note != "" {
			line += " (" + c.Note + ")"
		}
		all = append(all, line)
	}
	return all
}

func TestReconciliation(t *testing.T) {
	const (
		ok      = 15 * time.Millisecond
		refused = 2 * time.Millisecond
	)
	doors := targettest.FourDoors()
	nameless := targettest.FourDoors()[1]
	nameless.Function.Name, nameless.Region = "", "eu-west-1"
	tests := []struct {
		name   string
		target targets.Target
		hits   []hit
		sent   []sent
		want   []string
	}{
		{
			"a REST API where all is well", doors[0], times(10, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / 10 / 0 count", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"function invocations: - / 10 / - count", "function errors: - / 0 / - count", "function throttles: - / 0 / - count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts)",
				"gateway overhead: - / 2 / - ms (mean latency less mean integration latency)",
				"integration latency: - / 10 / - ms", "function duration: - / 8 / - ms",
			},
		},
		{
			"a balancer has no latency of its own", doors[3], times(10, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / 10 / 0 count", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"function invocations: - / 10 / - count", "function errors: - / 0 / - count", "function throttles: - / 0 / - count",
				"latency: 15 / - / 5 ms (this front door publishes no latency of its own: unexplained are network, client and front door together)",
				"integration latency: - / 10 / - ms", "function duration: - / 8 / - ms",
			},
		},
		{
			"a Function URL has nothing behind it but the function", doors[2], times(10, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / 10 / 0 count", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"function invocations: - / 10 / - count", "function errors: - / 0 / - count", "function throttles: - / 0 / - count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts)",
				"gateway overhead: - / 4 / - ms (mean latency less mean function duration: it includes cold starts)",
				"function duration: - / 8 / - ms",
			},
		},
		{
			"throttled requests go no further than the door", nameless,
			append(times(6, hit{200, 12, 10, 8}), times(4, hit{429, 1, 0, 0})...),
			[]sent{{n: 6, status: 200, service: ok}, {n: 4, status: 429, service: refused}},
			[]string{
				"requests: 10 / 10 / 0 count", "4xx: 4 / 4 / 0 count", "5xx: 0 / 0 / 0 count",
				"429: 4 / - / - count (CloudWatch counts these among the 4xx)",
				"latency: 9.8 / 7.6 / 2.2 ms (unexplained: network, client, and the front door before its clock starts)",
				"gateway overhead: - / 1.6 / - ms (mean latency less mean integration latency; 4 of 10 requests did not reach what is behind the front door, and count as 0 ms there)",
				"integration latency: - / 10 / - ms",
			},
		},
		{
			"foreign traffic is named", nameless, times(15, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / 15 / 5 count (other clients used this front door too: its metrics are not of this run alone)", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts; AWS's mean is over 15 requests, the client's over 10)",
				"gateway overhead: - / 2 / - ms (mean latency less mean integration latency)", "integration latency: - / 10 / - ms",
			},
		},
		{
			"requests without a response need not have been seen", nameless, times(7, hit{200, 12, 10, 8}),
			[]sent{{n: 7, status: 200, service: ok}, {n: 2, err: results.ErrTimeout, service: time.Second}, {n: 1, err: results.ErrRefused}, {n: 3, err: results.ErrGenerator}},
			[]string{
				"requests: 10 / 7 / -3 count (3 requests got no response (2 timeouts, 1 broken connection): the front door may not have received them)", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts)",
				"gateway overhead: - / 2 / - ms (mean latency less mean integration latency)", "integration latency: - / 10 / - ms",
			},
		},
		{
			"what something else answered is not seen", nameless, times(7, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / 7 / -3 count (CloudWatch counts fewer requests than were answered: it has not published everything, or something else answered in the place of this front door)", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts; AWS's mean is over 7 requests, the client's over 10)",
				"gateway overhead: - / 2 / - ms (mean latency less mean integration latency)", "integration latency: - / 10 / - ms",
			},
		},
		{
			"requests under way when the run was interrupted are not foreign", nameless, times(12, hit{200, 12, 10, 8}),
			[]sent{{n: 10, status: 200, service: ok}, {n: 2, err: results.ErrCancelled}},
			[]string{
				"requests: 10 / 12 / 2 count (2 were under way when the run was interrupted)", "4xx: 0 / 0 / 0 count", "5xx: 0 / 0 / 0 count",
				"latency: 15 / 12 / 3 ms (unexplained: network, client, and the front door before its clock starts; AWS's mean is over 12 requests, the client's over 10)",
				"gateway overhead: - / 2 / - ms (mean latency less mean integration latency)", "integration latency: - / 10 / - ms",
			},
		},
		{
			"nothing is published", nameless, nil,
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{
				"requests: 10 / - / - count (CloudWatch has published nothing so far; if that stays so, one of these is not the target's: ApiId a1b2c3, Stage $default, region eu-west-1, the account of these credentials)", "4xx: 0 / - / - count (CloudWatch has published nothing so far)", "5xx: 0 / - / - count (CloudWatch has published nothing so far)",
				"latency: 15 / - / - ms (CloudWatch has published no latency)",
			},
		},
		{
			"no metric that counts requests is documented",
			targets.Target{Name: "web", Kind: &targets.LambdaWeb, Lab: true, CloudWatch: "http://lab", Web: targets.WebFunction{Name: "shop"}},
			[]hit{{502, 0, 0, 0}},
			[]sent{{n: 9, status: 200, service: ok}, {n: 1, status: 502, service: ok}},
			[]string{
				"requests: 10 / - / - count (AWS's list of metrics of Web Functions was not found: name the one that counts requests, if you know it (web_function: {metrics: {count: …}}))", "5xx: 1 / 1 / 0 count",
			},
		},
		{
			"a metric that the scenario names counts them",
			targets.Target{Name: "web", Kind: &targets.LambdaWeb, Lab: true, CloudWatch: "http://lab", Web: targets.WebFunction{Name: "shop", Metrics: []targets.WebMetric{{Role: targets.RoleCount, Name: "HTTPRequestCount"}}}},
			times(10, hit{200, 0, 0, 0}),
			[]sent{{n: 10, status: 200, service: ok}},
			[]string{"requests: 10 / 10 / 0 count", "5xx: 0 / 0 / 0 count"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc := observed(t, []targets.Target{test.target}, map[int][]hit{0: test.hits}, test.sent...)[0]
			if got := lines(doc); !slices.Equal(got, test.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

func TestTargetsThatShareMetricsSayIt(t *testing.T) {
	ts := targettest.FourDoors()[:2]
	again := ts[0]
	again.Name = "rest-again"
	ts = append(ts, again)
	ts[1].Function.Name = ts[0].Function.Name // two doors, one function
	docs := observed(t, ts, map[int][]hit{0: times(10, hit{200, 12, 10, 8}), 1: times(5, hit{200, 12, 10, 8})},
		sent{target: 0, n: 6, status: 200, service: time.Millisecond}, sent{target: 1, n: 5, status: 200, service: time.Millisecond}, sent{target: 2, n: 4, status: 200, service: time.Millisecond})
	for i, want := range []string{"counted together with rest-again", "", "counted together with rest"} {
		c, _ := check(docs[i], "requests")
		if number(c.Gap) != 0 || c.Note != want {
			t.Errorf("%s: gap %v, note %q, want %q", ts[i].Name, number(c.Gap), c.Note, want)
		}
	}
	for i, want := range []string{"the function is shared with http, rest-again: all together had 15 responses", "the function is shared with rest, rest-again: all together had 15 responses"} {
		c, _ := check(docs[i], "function invocations")
		if number(c.AWS) != 15 || c.Note != want {
			t.Errorf("%s: %v invocations, note %q, want %q", ts[i].Name, number(c.AWS), c.Note, want)
		}
	}
}

func TestMinutesAreMergedByWhatTheyMean(t *testing.T) {
	point := func(values ...any) results.ObservedPoint {
		p := results.ObservedPoint{Values: map[string]float64{}}
		for i := 0; i < len(values); i += 2 {
			p.Values[values[i].(string)] = values[i+1].(float64)
		}
		return p
	}
	tests := []struct {
		name   string
		points []results.ObservedPoint
		want   string
	}{
		{"sums and sample counts add up", []results.ObservedPoint{point("Sum", 3.0, "SampleCount", 2.0), point("Sum", 4.0, "SampleCount", 1.0)}, "map[SampleCount:3 Sum:7]"},
		{"averages are weighted", []results.ObservedPoint{point("Average", 10.0, "SampleCount", 9.0), point("Average", 20.0, "SampleCount", 1.0)}, "map[Average:11 SampleCount:10]"},
		{"an average of unknown weight is left out", []results.ObservedPoint{point("Average", 10.0, "SampleCount", 9.0), point("Average", 20.0)}, "map[SampleCount:9]"},
		{"extremes are extremes", []results.ObservedPoint{point("Maximum", -2.0), point("Maximum", -3.0)}, "map[Maximum:-2]"},
		{"percentiles are left out", []results.ObservedPoint{point("p99", 10.0), point("p99", 20.0)}, "map[]"},
		{"nothing is nothing", nil, "map[]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := fmt.Sprint(merge(test.points)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestAMisnamedAPIIsNoCountOfZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, door := targettest.NewCloudWatch(time.Now, 0), targettest.FourDoors()[1]
		for range 10 {
			publish(store, door, time.Now(), hit{200, 12, 10, 8})
		}
		door.API = "other" // its function is called as it is
		ts := []targets.Target{door}
		run := runOf(t, time.Now(), time.Second, ts, sent{n: 10, status: 200, service: 15 * time.Millisecond})
		got, err := near(store).Observe(t.Context(), run, ts)
		if err != nil {
			t.Fatal(err)
		}
		rows := lines(got.Targets[0])
		if want := "requests: 10 / - / - count (CloudWatch has published nothing so far; if that stays so, one of these is not the target's: ApiId other, Stage $default, the account of these credentials)"; rows[0] != want {
			t.Errorf("got  %s\nwant %s", rows[0], want)
		}
		if want := "function invocations: - / 10 / - count"; !slices.Contains(rows, want) {
			t.Errorf("%q is not among %q", want, rows)
		}
	})
}

// What AWS must have counted are the requests that it answered, without those that it
// refused: it need not count them.
func TestAnsweredRequestsMustBeCounted(t *testing.T) {
	door := targettest.FourDoors()[1]
	docs := observed(t, []targets.Target{door}, map[int][]hit{0: times(6, hit{200, 12, 10, 8})},
		sent{n: 6, status: 200}, sent{n: 1, status: 503}, sent{n: 4, status: 429}, sent{n: 2, err: results.ErrTimeout})
	c, ok := check(docs[0], results.CheckRequests)
	if !ok || c.Answered == nil || *c.Answered != 7 || *c.Client != 13 {
		t.Errorf("%+v", c)
	}
}
