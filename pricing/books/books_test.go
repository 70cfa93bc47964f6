package books

import (
	"slices"
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

// unpublished are dimensions of which no source that was read has a price.
var unpublished = []string{pricing.LambdaWebRequests.ID, pricing.LambdaWebCPU.ID, pricing.LambdaWebMemory.ID, pricing.LambdaWebTransfer.ID, pricing.NATHours.ID, pricing.NATData.ID, pricing.ZoneData.ID}

// elsewhere are dimensions whose price was read for another region only.
var elsewhere = []string{pricing.NLBHours.ID, pricing.NLBCapacity.ID}

func TestEveryFileIsARegionOfItsBook(t *testing.T) {
	dates, err := Dates()
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range dates {
		b, err := Dated(date)
		if err != nil {
			t.Fatal(err)
		}
		for _, region := range b.Regions() {
			of := embedded(date + "/" + region + ".yaml")
			if of.String() != b.String() || !slices.Equal(of.Regions(), []string{region}) || len(b.Keys(region)) == 0 {
				t.Errorf("the file of %s in %s is %s of %v, with %d rates", region, date, of, of.Regions(), len(b.Keys(region)))
			}
		}
	}
}

func TestEveryDimensionHasARateInNorthVirginiaAndEveryRateADimension(t *testing.T) {
	dates, err := Dates()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range pricing.Dimensions {
		if slices.Contains(unpublished, d.ID) || slices.Contains(elsewhere, d.ID) {
			continue
		}
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
				if region == "us-east-1" {
					t.Errorf("%s, %s: no rate for %s", date, region, key)
				}
			}
			for _, key := range missing(have, slices.Concat(want, elsewhere)) {
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

func TestTheNewestBookHasItsRegions(t *testing.T) {
	const want = "af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 " +
		"eu-central-1 eu-south-1 eu-west-1 eu-west-2 me-central-1 me-south-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
	if got := strings.Join(latestBook(t).Regions(), " "); got != want {
		t.Errorf("the regions are %s, want %s", got, want)
	}
}

// Ohio and Oregon have N. Virginia's prices: AWS's examples are stated for them
// together.
func TestOhioAndOregonHaveThePricesOfNorthVirginia(t *testing.T) {
	b := latestBook(t)
	amounts := []int64{1, 1000, million, 100 * million, 10 * billion, 100 * billion}
	for _, key := range b.Keys("us-east-1") {
		virginia := mustRate(t, b, "us-east-1", key)
		for _, region := range []string{"us-east-2", "us-west-2"} {
			r := mustRate(t, b, region, key)
			for _, n := range amounts {
				if got, want := r.Cost(pricing.Whole(n)), virginia.Cost(pricing.Whole(n)); got.Cmp(want) != 0 {
					t.Errorf("%s: %d cost %s in %s and %s in us-east-1", key, n, got, region, want)
				}
			}
		}
	}
}

func mustRate(t *testing.T, b *pricing.Book, region, key string) pricing.Rate {
	t.Helper()
	r, err := b.Rate(region, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Unverified rates say so, and verified ones do not.
func TestSourcesSayWhatIsFromKnowledge(t *testing.T) {
	b := latestBook(t)
	for _, region := range b.Regions() {
		for _, key := range b.Keys(region) {
			r := mustRate(t, b, region, key)
			said := strings.Contains(r.Source, "knowledge") || strings.Contains(r.Source, "of 2017")
			if said != (!r.Verified || r.VerifiedTo.Sign() > 0) {
				t.Errorf("%s in %s: verified is %v, source %q", key, region, r.Verified, r.Source)
			}
		}
	}
}

func TestPricesOfOtherRegionsThatWereRead(t *testing.T) {
	for _, row := range []struct {
		region, key string
		units       int64
		want        string
	}{
		{"eu-central-1", "apigateway.rest.requests", million, "$3.70"},
		{"eu-central-1", "apigateway.rest.cache.0.5", 730, "$14.60"},
		{"eu-central-1", "alb.hours", 730, "$19.71"},
		{"ap-northeast-1", "alb.hours", 730, "$17.74"},
		{"ap-northeast-1", "apigateway.rest.requests", 1000 * million, "$3,769.76"}, // 333 × 4.25 + 667 × 3.53
		{"ap-northeast-1", "transfer.out", 10_240, "$1,167.36"},
		{"eu-west-1", "transfer.out", 51_200, "$4,403.20"},
		{"eu-west-1", "apigateway.rest.cache.1.6", 720, "$27.36"},
		{"us-west-2", "apigateway.http.requests", 432 * million, "$418.80"},
		{"eu-central-1", "fargate.vcpu.x86_64", 730, "$33.99"},
		{"eu-west-1", "apigateway.rest.requests", 20 * billion, "$54,783.23"}, // 333 × 3.50 + 667 × 3.19 + 19,000 × 2.71
		{"ap-northeast-2", "apigateway.rest.requests", billion, "$3,293.23"},
		{"ap-northeast-2", "apigateway.websocket.messages", 2 * billion, "$2,080.00"},
		{"sa-east-1", "apigateway.rest.requests", 333 * million, "$1,415.25"},
		{"eu-west-2", "alb.hours", 730, "$19.32"},
		{"us-west-1", "apigateway.http.requests", 100 * million, "$117.00"},
		{"eu-north-1", "cloudfront.transfer.europe", 100, "$8.50"}, // edge locations have one price for all regions
	} {
		r := mustRate(t, latestBook(t), row.region, row.key)
		if got := r.Cost(pricing.Whole(row.units)).String(); got != row.want {
			t.Errorf("%s: %d of %s cost %s, want %s", row.region, row.units, row.key, got, row.want)
		}
	}
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

// A price is sourced or unknown: what was not read of a region is not there, and never
// N. Virginia's price under its name. Ohio and Oregon have N. Virginia's prices, as AWS
// states.
func TestNoRegionHasAnothersPrices(t *testing.T) {
	b := latestBook(t)
	same := map[string]string{
		"alb.addresses": "one price for all regions", "metrics.read": "the same in the lists", "metrics.calls": "the same in the lists",
	}
	for _, region := range b.Regions() {
		if region == "us-east-1" || region == "us-east-2" || region == "us-west-2" {
			continue
		}
		for _, key := range b.Keys(region) {
			if slices.Contains(elsewhere, key) {
				continue
			}
			r, virginia := mustRate(t, b, region, key), mustRate(t, b, "us-east-1", key)
			if !r.Verified && r.Quote() == virginia.Quote() && (same[key] == "" || !strings.Contains(r.Source, same[key])) {
				t.Errorf("%s in %s is N. Virginia's, and no source says that it is %s's", key, region, region)
			}
		}
	}
}

// A ? must stay rare enough to mean something.
func TestFewPricesAreUnverified(t *testing.T) {
	b := latestBook(t)
	for _, region := range b.Regions() {
		var from []string
		for _, key := range b.Keys(region) {
			if r := mustRate(t, b, region, key); !r.Verified {
				from = append(from, key)
			}
		}
		if len(from) > 12 {
			t.Errorf("%s: %d prices are unverified: %s", region, len(from), strings.Join(from, ", "))
		}
	}
}

func TestWhatIsNotKnownIsUnknown(t *testing.T) {
	b := latestBook(t)
	for _, row := range []struct{ region, key string }{
		{"eu-north-1", "lambda.requests"},
		{"sa-east-1", "apigateway.http.requests"},
		{"us-gov-west-1", "apigateway.rest.requests"},
		{"us-gov-west-1", "cloudfront.transfer.us"},
		{"cn-north-1", "cloudfront.transfer.japan"},
		{"eu-central-1", "apigateway.rest.cache.237"},
	} {
		if r, err := b.Rate(row.region, row.key); err == nil {
			t.Errorf("%s in %s costs %s", row.key, row.region, r.Quote())
		}
	}
	if got := mustRate(t, b, "eu-central-1", "apigateway.rest.requests").Quote(); got != "$3.70 to 333 M, then unknown" {
		t.Error(got)
	}
	if got := mustRate(t, b, "ap-northeast-1", "apigateway.http.requests").Quote(); got != "$1.29 to 300 M, then $1.18?" {
		t.Error(got)
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
		"alb.addresses":            true,
		"lambda.streaming.x86_64":  false,
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
