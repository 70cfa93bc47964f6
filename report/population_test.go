package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// threePopulations is a run of two populations at two targets and of a burst at one of
// them, of which one is throttled.
func threePopulations(t *testing.T) *Report {
	t.Helper()
	m := newMaker("rest", "http")
	m.blocks, m.perTurn = 6, 300
	d := &m.run.Document
	d.Requests = []string{"free/predict", "pro/predict", "burst/predict"}
	for i, name := range []string{"free", "pro", "burst"} {
		d.Stages = append(d.Stages[:i], results.StageDoc{Name: name + "/1", Load: "constant 200/s", Seconds: 3, Blocks: 2, BlockS: 1.5, Due: 600})
		d.Populations = append(d.Populations, results.PopulationDoc{Name: name, Targets: []string{"rest", "http"}, Requests: d.Requests[i : i+1], Stages: []int{i + 1}})
	}
	d.Populations[2].Targets, d.Populations[2].Start = []string{"rest"}, 2
	m.fill(0, 21*time.Millisecond, nil)
	m.blocks = 4
	m.fill(1, 16*time.Millisecond, nil)
	m.ofPopulations()
	r, err := New(m.done("free: share(429) < 1%", "pro: share(429) < 1%", "p(99) < 100ms"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ofPopulations names the requests of each two blocks after their population, and throttles
// a tenth of the first one's.
func (m *maker) ofPopulations() {
	series := map[results.Key]*results.Histogram{}
	for k, h := range m.run.Series {
		k.Request = uint16(k.Block / 2)
		series[k] = h
	}
	m.run.Series = series
	for i := range m.run.Seconds {
		s := &m.run.Seconds[i]
		if s.Request = uint16(s.Block / 2); s.Request == 0 {
			n := s.Ended[results.OK] / 10
			s.Ended[results.OK], s.Ended[results.Throttled], s.Failed = s.Ended[results.OK]-n, n, n
			s.Status[200], s.Status[429], s.Failures[results.Cause{Status: 429}] = s.Status[200]-n, n, n
		}
	}
}

func TestPopulationsReadAsTheirGoldenFiles(t *testing.T) {
	r := threePopulations(t)
	goldens(t, "populations", r, r.populationCSV())
	page := written(t, "html", r)
	for _, want := range []string{"<h3>By population</h3>", "rest, burst", "http, pro", "rest, population free"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if strings.Contains(page, "http, burst") {
		t.Error("the page has a population at a target that it did not send to")
	}
}

func TestALoadThatIsOneHasNoTableOfPopulations(t *testing.T) {
	r := frontDoors(t)
	for _, f := range []string{"text", "md", "html"} {
		if text := written(t, f, r); strings.Contains(text, "population") && !strings.Contains(text, "popularity") {
			t.Errorf("%s shows populations of a run without any", f)
		}
	}
	if rows := r.populationCSV().rows; len(rows) != 1 {
		t.Errorf("populations.csv has %d rows, want none but the head", len(rows))
	}
}
