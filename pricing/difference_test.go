package pricing_test

import (
	"slices"
	"strings"
	"testing"

	"tollgate/pricing"
)

// statedWorkload reads a workload whose text the test states.
func statedWorkload(t testing.TB, text string) *pricing.Workload {
	t.Helper()
	w, err := pricing.ReadWorkload("w.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const tenMillion = "name: before\nregion: us-east-1\nrequests_per_month: 10M\nresponse_bytes: 1024\nfunction: {memory: 512MB, duration: 50ms}\n"

// differ compares the bills of two workloads at every front door.
func differ(t testing.TB, before, after string) pricing.Difference {
	t.Helper()
	var sides [2]pricing.Priced
	for i, text := range []string{before, after} {
		p, err := latestBook(t).Bills(statedWorkload(t, text), pricing.Doors)
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = p
	}
	return pricing.Differ(sides[0], sides[1])
}

func TestADifferenceIsTheSumOfItsLines(t *testing.T) {
	slower := "name: after\nregion: us-east-1\nrequests_per_month: 12M\nresponse_bytes: 1024\nfunction: {memory: 512MB, duration: 80ms}\n"
	for _, c := range differ(t, tenMillion, slower).Bills {
		if c.Change == nil {
			t.Errorf("%s has no change: %v", c.Name, c.Unpriced)
			continue
		}
		var sum pricing.Money
		for _, l := range c.Lines {
			sum = sum.Add(*l.Change)
		}
		if sum.Cmp(*c.Change) != 0 || c.After.Sub(*c.Before).Cmp(sum) != 0 {
			t.Errorf("%s changes by %s, and its lines by %s", c.Name, c.Change, sum)
		}
	}
}

func TestAWorkloadDoesNotDifferFromItself(t *testing.T) {
	for _, c := range differ(t, tenMillion, tenMillion).Bills {
		for _, l := range c.Lines {
			if !l.Same() {
				t.Errorf("%s: %+v", c.Name, l)
			}
		}
		if len(c.Notes) > 0 {
			t.Errorf("%s: %v", c.Name, c.Notes)
		}
	}
}

func TestAFrontDoorThatServesOneSideAloneSaysWhy(t *testing.T) {
	long := "name: after\nregion: us-east-1\nrequests_per_month: 10M\nresponse_bytes: 1024\nfunction: {memory: 512MB, duration: 40s}\n"
	for _, c := range differ(t, tenMillion, long).Bills {
		if c.Name == "http-api" && (c.Before == nil || c.After != nil || c.Change != nil || len(c.Unpriced) == 0) {
			t.Errorf("%+v", c)
		}
	}
}

func TestTheSchemaOfDifferencesHasWhatIsWritten(t *testing.T) {
	d := differ(t, tenMillion, "name: after\nregion: us-east-1\nrequests_per_month: {low: 1M, likely: 2M, high: 3M}\nfunction: {duration: 40s}\n")
	validates(t, pricing.DifferenceSchema(), d)
}

// In a region of which some prices are unknown, the changes of the others are shown.
func TestAnUnknownPriceHidesItsOwnChangeAlone(t *testing.T) {
	in := func(text string) string { return strings.Replace(text, "us-east-1", "sa-east-1", 1) }
	more := in(strings.Replace(tenMillion, "requests_per_month: 10M", "requests_per_month: 20M", 1))
	for _, row := range []struct {
		name, after, change string
		unknown             bool // the change of what has no price
	}{{"the same requests", in(tenMillion), "$0.00", false}, {"more requests", more, "$42.50", true}} {
		d := differ(t, in(tenMillion), row.after)
		i := slices.IndexFunc(d.Bills, func(c pricing.BillChange) bool { return c.Name == "rest-api" })
		c := d.Bills[i]
		if len(c.BeforeUnknown) == 0 || len(c.AfterUnknown) == 0 || c.Before == nil || c.Change == nil {
			t.Fatalf("%s: %+v", row.name, c)
		}
		if got := len(c.Unknown()) > 0; got != row.unknown || c.Change.String() != row.change {
			t.Errorf("%s: a change of %s, and unknown ones: %q", row.name, c.Change, c.Unknown())
		}
		var sum pricing.Money
		for _, l := range c.Lines {
			if l.Change != nil {
				sum = sum.Add(*l.Change)
			}
		}
		if sum.Cmp(*c.Change) != 0 {
			t.Errorf("%s: a change of %s, and lines of %s", row.name, c.Change, sum)
		}
		validates(t, pricing.DifferenceSchema(), d)
	}
}
