package books

import (
	"strings"
	"testing"

	"tollgate/pricing"
)

// latestBook is the book under test.
func latestBook(t testing.TB) *pricing.Book {
	t.Helper()
	b, err := Latest()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryDimensionHasARateInEveryRegionAndEveryRateADimension(t *testing.T) {
	dates, err := Dates()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range pricing.Dimensions {
		want = append(want, d.Keys()...)
	}
	for _, date := range dates {
		b, err := Dated(date)
		if err != nil {
			t.Fatal(err)
		}
		if b.AsOf() != date {
			t.Errorf("the book in %s says that it is of %s", date, b.AsOf())
		}
		for _, region := range b.Regions() {
			have := b.Keys(region)
			for _, key := range missing(want, have) {
				t.Errorf("%s, %s: no rate for %s", date, region, key)
			}
			for _, key := range missing(have, want) {
				t.Errorf("%s, %s: nothing is billed by %s", date, region, key)
			}
		}
	}
}

// missing returns what is in want and not in have.
func missing(want, have []string) (lost []string) {
	in := make(map[string]bool)
	for _, h := range have {
		in[h] = true
	}
	for _, w := range want {
		if !in[w] {
			lost = append(lost, w)
		}
	}
	return lost
}

func TestEachFileHoldsTheRegionItIsNamedFor(t *testing.T) {
	dates, err := Dates()
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range dates {
		entries, err := files.ReadDir(date)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			data, err := files.ReadFile(date + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			b, err := pricing.ReadBook(e.Name(), data)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(b.Regions(), " "); got+".yaml" != e.Name() {
				t.Errorf("%s/%s holds %s", date, e.Name(), got)
			}
		}
	}
}

func TestUnknownDatesAreRefused(t *testing.T) {
	if _, err := Dated("1999-12-31"); err == nil || !strings.Contains(err.Error(), "1999-12-31") {
		t.Errorf("error %v does not name the date", err)
	}
}

func TestRatesWithoutASourceAreFlagged(t *testing.T) {
	b := latestBook(t)
	for key, verified := range map[string]bool{
		"apigateway.rest.requests": true,
		"alb.lcu":                  true,
		"alb.addresses":            false,
	} {
		r, err := b.Rate("us-east-1", key)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verified != verified {
			t.Errorf("%s: verified is %v", key, r.Verified)
		}
	}
}

func BenchmarkReadingTheBook(b *testing.B) {
	dates, err := Dates()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Dated(dates[len(dates)-1]); err != nil {
			b.Fatal(err)
		}
	}
}
