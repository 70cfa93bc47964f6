package pricing

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A law is a distribution of which the percentiles and the mean are known.
type law struct {
	name string
	at   func(share float64) float64 // its quantile
	mean float64
	off  float64 // share by which the fitted mean may be off
}

func normal(share float64) float64 { return math.Sqrt2 * math.Erfinv(2*share-1) }

// bisected is the quantile of a distribution function.
func bisected(below func(x float64) float64) func(float64) float64 {
	return func(share float64) float64 {
		low, high := 0.0, 1e7
		for range 200 {
			if middle := (low + high) / 2; below(middle) < share {
				low = middle
			} else {
				high = middle
			}
		}
		return low
	}
}

// laws are log-normal ones, which the fit must find, and others, which it may miss by
// a little.
var laws = []law{
	{"log-normal, narrow", func(p float64) float64 { return 100 * math.Exp(0.3*normal(p)) }, 100 * math.Exp(0.045), 0.001},
	{"log-normal, usual", func(p float64) float64 { return 100 * math.Exp(0.9*normal(p)) }, 100 * math.Exp(0.405), 0.001},
	{"log-normal, wide", func(p float64) float64 { return 100 * math.Exp(1.6*normal(p)) }, 100 * math.Exp(1.28), 0.001},
	{"exponential", func(p float64) float64 { return -100 * math.Log(1-p) }, 100, 0.06},
	{"uniform", func(p float64) float64 { return 200 * p }, 100, 0.1},
	{"gamma of two", bisected(func(x float64) float64 { return 1 - math.Exp(-x/50)*(1+x/50) }), 100, 0.03},
	{"Pareto beyond 60", func(p float64) float64 { return 60 * math.Pow(1-p, -1/2.5) }, 100, 0.12},
	{"a cache and its misses", bisected(func(x float64) float64 {
		return 0.8*(1-math.Exp(-x/10)) + 0.2*(1-math.Exp(-x/460))
	}), 100, 0.25},
}

func percentilesOf(l law, shares ...int64) (ps []percentile) {
	for _, share := range shares {
		ps = append(ps, percentile{share, Ratio(int64(l.at(float64(share)/allShares)*1e6), 1e6)})
	}
	return ps
}

func TestAMeanOfPercentilesIsNearTheTrueOneAndWithinItsBounds(t *testing.T) {
	for _, l := range laws {
		for _, shares := range [][]int64{{5000, 9900}, {5000, 9000, 9900}, {5000, 9500, 9900, 9990}, {1000, 5000, 9000}} {
			s := fromPercentiles(percentilesOf(l, shares...))
			least, fitted, most := s.means()
			slack := 1.0
			if len(shares) < 3 || shares[0] < 5000 { // less is known
				slack = 2.5
			}
			if off := math.Abs(fitted.Float()/l.mean - 1); off > l.off*slack {
				t.Errorf("%s by %v: the mean is %.4g, %.1f %% off %.4g", l.name, shares, fitted.Float(), 100*off, l.mean)
			}
			if least.Float() > l.mean || most.Float() < l.mean && l.off < 0.2 {
				t.Errorf("%s by %v: the mean %.4g is not from %.4g to %.4g", l.name, shares, l.mean, least.Float(), most.Float())
			}
		}
	}
}

// upTo is the share of values that are not above a limit.
func upTo(s Shape, limit Quantity) float64 { return 1 - s.beyond(limit).Float() }

func TestAFitGoesThroughEveryPercentile(t *testing.T) {
	for _, l := range laws {
		s := fromPercentiles(percentilesOf(l, 2000, 5000, 9000, 9900))
		for _, share := range []int64{2000, 5000, 9000, 9900} {
			p := float64(share) / allShares
			if got := upTo(s, Ratio(int64(l.at(p)*1e6), 1e6)); math.Abs(got-p) > 1e-9 {
				t.Errorf("%s: %v of the values are not above the percentile of %v", l.name, got, p)
			}
		}
	}
}

func TestExtremesBoundAFit(t *testing.T) {
	whole := func(share, value int64) percentile { return percentile{share, Whole(value)} }
	for _, row := range []struct {
		name        string
		ps          []percentile
		least, most int64 // of the fitted mean
	}{
		{"one percentile is a single value", []percentile{whole(5000, 20)}, 20, 20},
		{"from nothing to the median", []percentile{whole(0, 0), whole(5000, 20)}, 14, 16},
		{"a maximum cuts the tail", []percentile{whole(5000, 100), whole(9000, 1000), whole(allShares, 1200)}, 250, 320},
		{"without it the tail is long", []percentile{whole(5000, 100), whole(9000, 1000)}, 430, 450},
		{"a minimum cuts the other", []percentile{whole(0, 90), whole(5000, 100), whole(9000, 110)}, 99, 102},
		{"all alike", []percentile{whole(5000, 7), whole(9900, 7)}, 7, 7},
		{"all nothing", []percentile{whole(5000, 0), whole(9900, 0)}, 0, 0},
		{"mostly nothing", []percentile{whole(9000, 0), whole(9900, 100)}, 4, 8},
		{"extremes alone", []percentile{whole(0, 10), whole(allShares, 1000)}, 100, 505},
	} {
		_, fitted, _ := fromPercentiles(row.ps).means()
		if fitted.Cmp(Whole(row.least)) < 0 || fitted.Cmp(Whole(row.most)) > 0 {
			t.Errorf("%s: the mean is %s, want %d to %d", row.name, fitted, row.least, row.most)
		}
	}
}

// drawnPercentiles draws any percentiles, zeros, repeats and extremes among them.
var drawnPercentiles = rapid.Custom(func(t *rapid.T) (ps []percentile) {
	value := int64(0)
	for _, share := range []int64{0, 100, 5000, 9000, 9900, 9999, allShares} {
		if rapid.Bool().Draw(t, "stated") {
			value += rapid.SampledFrom([]int64{0, 1, 30, 5000, 10_000_000}).Draw(t, "more")
			ps = append(ps, percentile{share, Whole(value)})
		}
	}
	if len(ps) == 0 {
		ps = []percentile{{5000, Whole(10)}}
	}
	return ps
})

func TestAnyMeanWithinTheBoundsHasADistributionWithTheSamePercentiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawnPercentiles.Draw(t, "percentiles")
		s := fromPercentiles(ps)
		least, fitted, most := s.means()
		if least.Cmp(fitted) > 0 || fitted.Cmp(most) > 0 {
			t.Fatalf("the fitted mean %s is not from %s to %s", fitted, least, most)
		}
		part := Ratio(rapid.Int64Range(0, 100).Draw(t, "part"), 100)
		mean := least.Add(most.Sub(least).Mul(part))
		made, err := s.stating(mean)
		if err != nil {
			t.Fatal(err)
		}
		got := Dist{Buckets: made.Buckets}.Mean().Div(Whole(thousandths)).Float()
		if math.Abs(got-mean.Float()) > 1e-3+1e-9*most.Float() || made.Assumed {
			t.Errorf("the mean is %v, want %s; assumed: %v", got, mean, made.Assumed)
		}
		for _, p := range ps {
			if above := made.beyond(p.value.Mul(Ratio(100_001, 100_000)).Add(Ratio(2, 1000))).Float(); above > 1-float64(p.share)/allShares+1e-6 {
				t.Errorf("%v of the values are above %s, of which %d hundredths of a percent are not", above, p.value, p.share)
			}
		}
	})
}

func TestAMeanBesidePercentilesIsTakenOrRefused(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"{p50: 2000, p90: 8000, mean: 3500}", ""},
		{"{p50: 2000, p90: 8000, mean: 1MB}", ""}, // a long tail
		{"{p50: 2000, p90: 8000, mean: 1000}", `w.yaml:4:46: response_bytes.mean: "1000" must be at least 1,600: the percentiles allow no smaller mean`},
		{"{p50: 2000, p90: 8000, max: 9000, mean: 9000}", `w.yaml:4:57: response_bytes.mean: "9000" must be at most 5,100: the percentiles allow no greater mean`},
		{"{mean: 2000}", "needs a range, percentiles or a histogram; a mean alone is written as a number"},
	} {
		w, err := ReadWorkload("w.yaml", []byte("name: w\nregion: us-east-1\nrequests_per_month: 1M\nresponse_bytes: "+row.text+"\n"))
		switch {
		case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
			t.Errorf("%s: %v, want %q", row.text, err, row.want)
		case row.want == "" && err != nil:
			t.Errorf("%s: %v", row.text, err)
		case row.want == "" && (w.Varies() || w.ResponseBytes.dist(1).Basis != Stated):
			t.Errorf("%s: a mean that is stated is still open", row.text)
		}
	}
}

func TestABillOfPercentilesHasAnIntervalAndSaysThatItsMeanIsAssumed(t *testing.T) {
	w := readTestWorkload(t, "name: w\nregion: us-east-1\nrequests_per_month: 1M\nresponse_bytes: {p50: 2000, p90: 8000}\n")
	d := Door{Name: "test", Billed: []Dimension{ALBAddresses, RESTRequests}}
	d.Billed = append(d.Billed, metered("lambda.requests", "bytes", Requests, func(t Traffic) Reading {
		return Reading{Quantity: t.ResponseBytes.Mean().Mul(Whole(1000)), Basis: t.ResponseBytes.Basis}
	}))
	bill, err := readTestBook(t).Bill(w, d)
	if err != nil {
		t.Fatal(err)
	}
	if bill.Bounds == nil || bill.Low.Cmp(bill.Month) >= 0 || bill.High.Cmp(bill.Month) <= 0 {
		t.Errorf("the bill of %s has the interval %+v", bill.Month, bill.Bounds)
	}
	if line := bill.Lines[len(bill.Lines)-1]; line.Basis != Assumed {
		t.Errorf("what goes by a fitted mean is %q", line.Basis)
	}
	if !strings.Contains(strings.Join(bill.Warnings, "\n"), "log-normal fits are used for response_bytes; state mean:") {
		t.Errorf("the notes are %q", bill.Warnings)
	}
}
