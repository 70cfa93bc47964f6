package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestASiteListsScenariosRunsAndWhereLevelsChanged(t *testing.T) {
	tr, err := NewTrend("front-doors", runs(30))
	if err != nil {
		t.Fatal(err)
	}
	r := reported(t, newMaker().done(), nil)
	r.ID, r.Scenario = "20261016T030000Z-front-doors-abc123", "front-doors"
	tr.Panels[0].ChangePoints[0].Run = r.ID
	s := &Site{All: 30, Runs: []SiteRun{NewSiteRun(r, "runs/one.html")}, Scenarios: []SiteScenario{{Name: "front-doors", Page: "scenarios/front-doors.html", Runs: 30, Trend: tr}, {Name: "new", Runs: 1}}}
	page := siteText(t, s)
	for _, want := range []string{
		`<a href="runs/one.html">abc123</a>`, `<a href="scenarios/front-doors.html">front-doors</a>`, "2026-10-16: p50 at rest ×1.", "fewer than two runs count",
		"Changes of level, newest first", "The newest 1 run of 30 have pages", "Content-Security-Policy", "default-src 'none'",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the page has a script")
	}
}

func TestASiteShowsAnyNameAsText(t *testing.T) {
	s := &Site{}
	for _, name := range nasty {
		r := reported(t, newMaker().done(), nil)
		r.ID, r.Scenario = name, name
		s.Runs = append(s.Runs, NewSiteRun(r, "runs/x.html"))
		s.Scenarios = append(s.Scenarios, SiteScenario{Name: name, Page: "javascript:alert(1)"})
	}
	s.All = len(s.Runs)
	page := siteText(t, s)
	for _, not := range []string{"<script", "<img", "\x1b", "\x07", "</svg>", "\u202e", "javascript:"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
}

func TestTheTrendOfASiteLinksTheReports(t *testing.T) {
	tr, err := NewTrend("front-doors", runs(30))
	if err != nil {
		t.Fatal(err)
	}
	tr.Linked(map[string]string{"run-15": "../runs/run-15.html"}, "../index.html")
	var b bytes.Buffer
	if err := WriteTrend(&b, tr); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="../runs/run-15.html">run-15</a>`, `<a href="../index.html">all runs</a>`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(b.String(), `<a href="">`) {
		t.Error("a run without a page has a link")
	}
}

func siteText(t *testing.T, s *Site) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSite(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
