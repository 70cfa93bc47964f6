package statement

import (
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

func latest(t *testing.T) *pricing.Book {
	t.Helper()
	b, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryRateOfTheBookIsShown(t *testing.T) {
	b := latest(t)
	var all, one strings.Builder
	if err := Book(&all, b, ""); err != nil {
		t.Fatal(err)
	}
	if err := Region(&one, b, "ap-northeast-1", "", true); err != nil {
		t.Fatal(err)
	}
	for _, key := range b.Keys("ap-northeast-1") {
		for name, text := range map[string]string{"all regions": all.String(), "one region": one.String()} {
			if !strings.Contains(text, "  "+pricing.TitleOf(key)+" ") {
				t.Errorf("%s: %s is not there", name, key)
			}
		}
	}
	if !strings.Contains(one.String(), "\n? ") {
		t.Error("the mark of what is not verified is not explained")
	}
}

func TestABillPrintsItsWayOnlyWhenAsked(t *testing.T) {
	bill, err := latest(t).Price("us-east-1", pricing.Measure([]pricing.Dimension{pricing.RESTRequests, pricing.ALBAddresses}, pricing.Traffic{
		Requests: pricing.Amount{Quantity: pricing.Whole(5_000_000), Basis: pricing.Stated}, Zones: 2,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var short, long strings.Builder
	if err := Bill(&short, "api", bill, false); err != nil {
		t.Fatal(err)
	}
	if err := Bill(&long, "api", bill, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"$17.50", "$7.30?", "a month", "$24.80", "stated", "assumed"} {
		if !strings.Contains(short.String(), want) {
			t.Errorf("the bill lacks %q:\n%s", want, short.String())
		}
	}
	way := "5,000,000 × $3.50/M = $17.50"
	if strings.Contains(short.String(), way) || !strings.Contains(long.String(), way) {
		t.Errorf("the way %q must be in the explained bill alone:\n%s", way, long.String())
	}
}

func TestAComparisonListsWhatItRanksAndWhatItRulesOut(t *testing.T) {
	w, err := pricing.ReadWorkload("w.yaml", []byte(`name: pages
region: eu-central-1
requests_per_month: {low: 4M, likely: 6M, high: 9M}
response_bytes: 60000
function: {memory_mb: 512, duration_ms: 40}
cloudfront: {viewers: europe, hit_ratio: 0.5}
`))
	if err != nil {
		t.Fatal(err)
	}
	b := latest(t)
	c, err := b.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	x, err := pricing.AxisNamed("requests")
	if err != nil {
		t.Fatal(err)
	}
	y, err := pricing.AxisNamed("response_bytes")
	if err != nil {
		t.Fatal(err)
	}
	if c.Map, err = b.Map(w, x, y, w.Able(), 10, c.Margin); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := Comparison(&text, c, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"p10 to p90", "cheapest in", "likely", "\ncloudfront-plan ", "\nrest-api ", "where the cheaper front door of two changes", "flat-rate plans are left out here",
		"ruled out: alb-containers: the workload states no containers", "what would save so much a month",
		"cheapest front door by requests a month (across)", "price: ",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the comparison lacks %q:\n%s", want, text.String())
		}
	}
}
