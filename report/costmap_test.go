package report

import (
	"strings"
	"testing"

	"tollgate/pricing"
)

func TestTheMapShowsTheCheapestAndItsBorders(t *testing.T) {
	r := frontDoors(t)
	m := r.Map
	if m == nil {
		t.Fatal("no map")
	}
	if len(m.Throughout) != 1 || m.Throughout[0] != "function" {
		t.Errorf("the cheapest everywhere are %q", m.Throughout)
	}
	names := map[string]bool{}
	for _, a := range m.Chart.Areas {
		names[a.Name] = true
	}
	if !names["http"] || !names["alb"] || names["function"] || len(m.Chart.Edges) != len(m.Borders) {
		t.Errorf("areas %v, %d rings of %d borders", names, len(m.Chart.Edges), len(m.Borders))
	}
	if own := m.Chart.Own; own == nil || own.X != 1e7 || own.Y != 400 || own.Label != "this run: 10M, 400 B" {
		t.Errorf("the run stands at %+v", own)
	}
	first := m.Borders[0]
	if first.Below != "http" || first.Above != "alb" || m.own < 0 || first.Requests[m.own] == nil {
		t.Fatalf("the first border is %+v", first)
	}
	// The curves of the same bills cross where the map has its border.
	for _, x := range r.Costing.Crossings {
		if x.Before == "http" && x.After == "alb" {
			if got, want := *first.Requests[m.own], x.Requests.Float(); got < want*0.97 || got > want*1.03 {
				t.Errorf("the border is at %v requests, the break-even point at %v", got, want)
			}
		}
	}
	page := pageText(t, r)
	for _, want := range []string{`id="map"`, "is cheapest everywhere", "400 B, as measured", ">this run: 10M, 400 B<", "another is within 2%"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestAMapOfOneColorIsNone: where one target is the cheapest everywhere there
// is nothing to draw.
func TestAMapOfOneColorIsNone(t *testing.T) {
	m := newMaker("rest", "http")
	costing := m.price(t, 10_000_000)
	if got := costMap(costing, reportedDoors(m.run)); got != nil {
		t.Errorf("its areas are %v", got.Chart.Areas)
	}
	if costMap(nil, nil) != nil || costMap(&Costing{}, nil) != nil {
		t.Error("there is a map of nothing")
	}
}

func TestABorderOfSizesAloneIsInTheTable(t *testing.T) {
	m := newMaker("rest", "http")
	costing := m.price(t, 10_000_000)
	costing.Surface = largeResponses(t)
	cm := costMap(costing, reportedDoors(m.run))
	if cm == nil || len(cm.Borders) != 1 || cm.Borders[0].Below != "http" || cm.Borders[0].Above != "rest" || cm.Borders[0].Size < 1<<19 {
		t.Fatalf("the map is %+v", cm)
	}
	htmlTable := cm.BorderTable()
	last := htmlTable.Rows[0].Entries[len(htmlTable.Rows[0].Entries)-1]
	if !strings.HasSuffix(last.Text, " MB") || len(htmlTable.Columns) != len(htmlTable.Rows[0].Entries) {
		t.Errorf("the table ends with %q", last.Text)
	}
}

// largeResponses is a surface up to 10 MB, at which an HTTP API counts a
// response up to twenty times.
func largeResponses(t *testing.T) *pricing.CostSurface {
	t.Helper()
	book := testPrices(t)
	traffic := month1(10_000_000)
	surface, err := book.CostSurface("us-east-1", []pricing.Candidate{
		{Name: "rest", Billed: []pricing.Dimension{pricing.RESTRequests}, Traffic: traffic, Largest: 10 << 20},
		{Name: "http", Billed: []pricing.Dimension{pricing.HTTPRequests}, Traffic: traffic, Largest: 10 << 20},
	}, 24)
	if err != nil {
		t.Fatal(err)
	}
	return surface
}

func TestTheMapEndsWhereATargetCannotSendTheResponse(t *testing.T) {
	m := newMaker("rest", "http")
	costing := m.price(t, 10_000_000)
	book, traffic := testPrices(t), month1(10_000_000)
	var err error
	costing.Surface, err = book.CostSurface("us-east-1", []pricing.Candidate{
		{Name: "rest", Billed: []pricing.Dimension{pricing.RESTRequests}, Traffic: traffic, Largest: 4 << 20},
		{Name: "http", Billed: []pricing.Dimension{pricing.LambdaRequests}, Traffic: traffic, Largest: 1 << 20},
	}, 24)
	if err != nil {
		t.Fatal(err)
	}
	cm := costMap(costing, reportedDoors(m.run))
	if cm == nil || len(cm.Borders) != 1 || cm.Borders[0].Below != "http" || cm.Borders[0].Above != "rest" || !(cm.Borders[0].Size > 1<<20) {
		t.Fatalf("the cheaper target cannot send more than 1 MB, and the map is %+v", cm)
	}
	if only := costing.Surface.Map([]string{"http"}); only.Cells[0][0] != 0 || only.Cells[len(only.Cells)-1][0] != pricing.NoDoor {
		t.Errorf("without the other target the map must end at 1 MB: %v", only.Cells)
	}
}
