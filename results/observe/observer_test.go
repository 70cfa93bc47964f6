package observe

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
	"tollgate/targets/targettest"
)

func TestFourDoorsOverLoopbackCountRequestForRequest(t *testing.T) {
	ts := targettest.FourDoors()
	store := targettest.NewCloudWatch(time.Now, 0)
	server := httptest.NewServer(store.Handler())
	defer server.Close()
	started := time.Now().Truncate(time.Minute).Add(-61 * time.Second) // crosses two minutes' ends
	var all []sent
	for i := range ts {
		ts[i].CloudWatch = server.URL
		for second := range 120 {
			publish(store, ts[i], started.Add(time.Duration(second)*time.Second), hit{200, 12, 10, 8})
			all = append(all, sent{target: i, second: second, n: 1, status: 200, service: 15 * time.Millisecond})
		}
	}
	run := runOf(t, started, 2*time.Minute, ts, all...)
	o, err := Observer{}.Observe(t.Context(), run, ts)
	if err != nil {
		t.Fatal(err)
	}
	if !o.Settled || len(o.Targets) != len(ts) || o.From.Second() != 0 || o.To.Second() != 0 || o.From.After(started) || o.To.Before(started.Add(2*time.Minute)) {
		t.Errorf("settled %v, window %s to %s for a run from %s", o.Settled, o.From, o.To, started)
	}
	for i, doc := range o.Targets {
		if doc.Error != "" || doc.Target != ts[i].Name {
			t.Errorf("%s: %q: %s", ts[i].Name, doc.Target, doc.Error)
		}
		c, ok := check(doc, "requests")
		if !ok || number(c.Client) != 120 || number(c.AWS) != 120 || number(c.Gap) != 0 || c.Note != "" {
			t.Errorf("%s: requests %+v: client %v, AWS %v", doc.Target, c, number(c.Client), number(c.AWS))
		}
		for _, m := range doc.Metrics {
			if m.Role == string(targets.RoleCount) && len(m.Points) < 2 {
				t.Errorf("%s: the run crosses minutes but has %d points", doc.Target, len(m.Points))
			}
			if m.Role == string(targets.RoleIntegration) && (m.Total["Average"] < 9.999 || m.Total["Average"] > 10.001 || m.Unit != "ms") {
				t.Errorf("%s: integration latency %v %s, want 10 ms", doc.Target, m.Total, m.Unit)
			}
			for stat := range m.Total {
				if strings.HasPrefix(stat, "p") {
					t.Errorf("%s: %s: percentile %s was merged over minutes", doc.Target, m.Name, stat)
				}
			}
		}
	}
}

func TestLatePublishingIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := targettest.FourDoors()[:1]
		store := targettest.NewCloudWatch(time.Now, 90*time.Second)
		started := time.Now().Add(50 * time.Second)
		time.Sleep(50 * time.Second)
		for range 100 { // 20 s at the end of one minute and the beginning of the next
			publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
			time.Sleep(200 * time.Millisecond)
		}
		run := runOf(t, started, 20*time.Second, ts, sent{n: 100, status: 200, service: 15 * time.Millisecond})
		o := near(store)
		o.Lab = LabPace(90 * time.Second)
		begun := time.Now()
		got, err := o.Observe(t.Context(), run, ts)
		if err != nil {
			t.Fatal(err)
		}
		// The second minute has 50 s to go, and can be read 90 s after its end.
		if waited := time.Since(begun); waited < 140*time.Second || waited > 155*time.Second {
			t.Errorf("waited %s", waited)
		}
		if c, _ := check(got.Targets[0], "requests"); !got.Settled || number(c.AWS) != 100 {
			t.Errorf("settled %v with %v requests", got.Settled, number(c.AWS))
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := targettest.FourDoors()[:1]
		store := targettest.NewCloudWatch(time.Now, 0)
		publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
		run := runOf(t, time.Now(), time.Second, ts, sent{n: 5, status: 200, service: time.Millisecond})
		o := near(store)
		o.Lab = Pace{Every: time.Second, Limit: time.Minute}
		begun := time.Now()
		got, err := o.Observe(t.Context(), run, ts)
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begun); waited < time.Minute || waited > 65*time.Second {
			t.Errorf("waited %s for a minute's patience", waited)
		}
		c, _ := check(got.Targets[0], "requests")
		if number(c.Gap) != -4 || !strings.Contains(c.Note, "counts fewer requests than were answered") {
			t.Errorf("gap %v: %s", number(c.Gap), c.Note)
		}
	})
}

func TestAnOldRunIsReadTwiceAndNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := targettest.FourDoors()[:1]
		store := targettest.NewCloudWatch(time.Now, 0)
		publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
		run := runOf(t, time.Now(), time.Second, ts, sent{n: 5, status: 200})
		time.Sleep(2 * time.Hour)
		begun := time.Now()
		got, err := near(store).Observe(t.Context(), run, ts)
		if err != nil || time.Since(begun) > time.Second || !got.Settled {
			t.Errorf("error %v, waited %s, settled %v", err, time.Since(begun), got.Settled)
		}
		if want := 2 * len(cloudwatch.Questions(ts[0], nil)); got.Asked != want {
			t.Errorf("%d metrics requested, want %d", got.Asked, want)
		}
	})
}

func TestAnInterruptionKeepsWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := targettest.FourDoors()[:1]
		store := targettest.NewCloudWatch(time.Now, 0)
		publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
		run := runOf(t, time.Now(), time.Second, ts, sent{n: 5, status: 200})
		o := near(store)
		o.Lab = Pace{Every: time.Second, Limit: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer cancel()
		got, err := o.Observe(ctx, run, ts)
		if err != nil || got.Settled || len(got.Targets[0].Metrics) == 0 {
			t.Errorf("error %v, observed %+v", err, got)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if got, err := o.Observe(ended, run, ts); err == nil || got != nil {
			t.Errorf("interrupted before anything was read: %+v, %v", got, err)
		}
	})
}

func TestManyTargetsAreAskedInBatchesOf500(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := targettest.NewCloudWatch(time.Now, 0)
		var ts []targets.Target
		var all []sent
		for i := range 60 { // 60 × 20 statistics and more
			x := targettest.FourDoors()[0]
			x.Name += strconv.Itoa(i)
			x.API, x.Function.Name = "api-"+x.Name, "fn-"+x.Name
			ts = append(ts, x)
			for range i {
				publish(store, x, time.Now(), hit{200, 12, 10, 8})
			}
			all = append(all, sent{target: i, n: int64(i), status: 200})
		}
		run := runOf(t, time.Now(), time.Second, ts, all...)
		got, err := near(store).Observe(t.Context(), run, ts)
		if err != nil {
			t.Fatal(err)
		}
		for i, doc := range got.Targets[1:] {
			if c, _ := check(doc, "requests"); number(c.AWS) != float64(i+1) {
				t.Errorf("%s: AWS counted %v, want %d", doc.Target, number(c.AWS), i+1)
			}
		}
		if want := 2 * 60 * len(cloudwatch.Questions(ts[0], nil)); got.Asked != want {
			t.Errorf("%d metrics requested, want %d", got.Asked, want)
		}
	})
}

func TestWindowsCoverTheRunInWholePeriods(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	tests := []struct {
		name     string
		start    time.Duration
		took     time.Duration
		age      time.Duration
		from, to time.Duration
		period   time.Duration
	}{
		{"within a minute", 10 * time.Second, 20 * time.Second, 0, 0, time.Minute, time.Minute},
		{"across minutes", 50 * time.Second, 20 * time.Second, 0, 0, 2 * time.Minute, time.Minute},
		{"at the edges, clocks may differ", 0, time.Minute, 0, -time.Minute, 2 * time.Minute, time.Minute},
		{"of an old run there are five minutes", 10 * time.Second, 20 * time.Second, 16 * day, 0, 5 * time.Minute, 5 * time.Minute},
		{"of a very old run there are hours", 10 * time.Second, 20 * time.Second, 64 * day, 0, time.Hour, time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc := &results.Document{Started: noon.Add(test.start), Seconds: test.took.Seconds()}
			got := windowOf(doc, noon.Add(test.age+time.Minute))
			if want := (cloudwatch.Window{From: noon.Add(test.from), To: noon.Add(test.to), Period: test.period}); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
