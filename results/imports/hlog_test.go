package imports

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// histogramLogOf is a log of so many seconds with two tags, as HdrHistogram's tools write it.
func histogramLogOf(t testing.TB, seconds int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "#[Logged with jHiccup version 2.0.10]\n#[Histogram log format version 1.3]\n#[StartTime: 1796040000.000 (seconds since epoch), Mon Nov 30 12:00:00 UTC 2026]\n"+
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n")
	for s := range seconds {
		for _, tag := range []string{"", "Tag=other,"} {
			h := taken(s, tag)
			text, err := h.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s%d.003,1.000,%.3f,%s\n", tag, s, float64(h.Quantile(1))/1e6, text)
		}
	}
	return b.Bytes()
}

func taken(second int, tag string) *results.Histogram {
	chance, h := rand.New(rand.NewPCG(uint64(second), uint64(len(tag)))), results.New()
	for range 50 {
		h.Record(time.Duration(10e6 + 5e6*chance.ExpFloat64()))
	}
	return h
}

func TestALogOfHistogramsKeepsEveryLatency(t *testing.T) {
	const seconds = 15
	run := imported(t, histogramLogOf(t, seconds), Options{})
	for i, tag := range []string{"", "Tag=other,"} {
		want := results.New()
		for s := range seconds {
			want.Merge(taken(s, tag))
		}
		got, _ := run.Good(uint16(i)).MarshalText()
		if text, _ := want.MarshalText(); string(got) != string(text) {
			t.Errorf("target %d has %d latencies, want %d", i, run.Good(uint16(i)).Count(), want.Count())
		}
	}
	d := &run.Document
	if len(d.Targets) != 2 || d.Targets[0].Name != "target" || d.Targets[1].Name != "other" || d.Stages[0].Blocks != 10 {
		t.Errorf("targets %+v, stages %+v", d.Targets, d.Stages)
	}
	if d.Imported.Keeps != results.KeepsHistograms || !d.Lacks(results.LackOutcomes) || d.Started.Sub(time.Unix(1796040000, 3e6)).Abs() > time.Microsecond {
		t.Errorf("%+v, started %v", d.Imported, d.Started)
	}
}

func TestTheUnitOfALogIsStatedOrFollowsFromItsMaxima(t *testing.T) {
	log := string(histogramLogOf(t, 1))
	for name, c := range map[string]struct {
		log  string
		o    Options
		max  float64 // in milliseconds; 0: refused
		want string
	}{
		"nanoseconds, with maxima in milliseconds": {log, Options{}, 60, ""},
		"maxima that say nothing":                  {strings.ReplaceAll(log, ",1.000,", ",1.000,1"), Options{}, 0, "--unit ns, us, ms or s says it"},
		"a unit that is stated":                    {log, Options{Unit: time.Microsecond}, 60e3, ""},
	} {
		r, err := read([]byte(c.log), c.o)
		if c.max == 0 {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := float64(r.intervals[0].h.Max()) / 1e6; got > c.max || got < c.max/5 {
			t.Errorf("%s: the slowest took %g ms, want about %g", name, got, c.max)
		}
	}
}
