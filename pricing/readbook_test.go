package pricing

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/pricing/document"
)

func TestABookIsReadWhole(t *testing.T) {
	b := readTestBook(t)
	if b.String() != "test prices 2026-01-02" || b.AsOf() != "2026-01-02" || strings.Join(b.Regions(), " ") != "us-east-1" {
		t.Errorf("read %s, %s, %s", b, b.AsOf(), b.Regions())
	}
	if got := strings.Join(b.Keys("us-east-1"), " "); got != "alb.addresses apigateway.rest.requests lambda.requests" {
		t.Errorf("the keys are %s", got)
	}
	r, err := b.Rate("us-east-1", "apigateway.rest.requests")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Tiers) != 3 || r.Tiers[1].UpTo.Cmp(Whole(3_000_000)) != 0 || r.Tiers[1].Price.String() != "$2.00" ||
		r.Per.Cmp(Whole(1_000_000)) != 0 || !r.Verified || r.Unit != Requests || r.AsOf != "2026-01-01" {
		t.Errorf("read %+v", r)
	}
}

func TestABookMayBeJSON(t *testing.T) {
	text := `{"version": 1, "name": "mine", "as_of": "2026-02-03", "currency": "USD", "regions": {"eu-west-1":
		{"lambda.requests": {"unit": "requests", "per": 1000000, "tiers": [{"price": "0.18"}], "source": "our contract", "as_of": "2026-02-03", "verified": true}}}}`
	over, err := ReadBook("mine.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	both := readTestBook(t).Overlay(over)
	if got := both.String(); got != "test prices with mine 2026-02-03" {
		t.Errorf("together they are %q", got)
	}
	if got := strings.Join(both.Regions(), " "); got != "eu-west-1 us-east-1" {
		t.Errorf("together they have %s", got)
	}
}

func TestAnOverlayReplacesRatesOneByOne(t *testing.T) {
	base := readTestBook(t).Granting(AlwaysFree)
	text := strings.Replace(testBook, `"0.20"`, `"0.15"`, 1)
	start := strings.Index(text, "    apigateway")
	text = text[:start] + text[strings.Index(text, "    lambda.requests"):strings.Index(text, "    alb.addresses")]
	over, err := ReadBook("discount.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	bill, err := base.Overlay(over).Price("us-east-1", Usage{used(LambdaRequests, Whole(2_000_000)), used(RESTRequests, Whole(1_000_000))})
	if err != nil {
		t.Fatal(err)
	}
	if got := bill.Month.String(); got != "$3.15" {
		t.Errorf("a million at the discount, one free, and the other rate kept is %s, want $3.15", got)
	}
}

// broken are ways to break testBook, with all that must be said about it.
var broken = []struct {
	name     string
	old, new string
	want     []string
}{
	{"tiers that overlap", "up_to: 3000000", "up_to: 500000", []string{"book.yaml:11:53: regions.us-east-1.apigateway.rest.requests.tiers[1].up_to: overlaps the tier before, which ends at 1,000,000"}},
	{"a gap above the last tier", `{price: "1"}`, `{up_to: 9000000, price: "1"}`, []string{"book.yaml:11:", "the last tier must not end: above 9,000,000 is a gap without a price"}},
	{"a tier without an end before others", `{up_to: 3000000, price: "2"}`, `{price: "2"}`, []string{"tiers[1]: lacks up_to, so it overlaps the tiers after it"}},
	{"a negative price", `"0.005"`, `"-0.005"`, []string{"book.yaml:26:", `must be a plain decimal that is not negative, such as "3.50", is "-0.005"`}},
	{"a price that is a float", `"0.005"`, `0.005`, []string{"book.yaml:26:", "needs a string; this is a number: put it into quotes"}},
	{"a price that is a fraction", `"0.005"`, `"1/200"`, []string{"must be a plain decimal"}},
	{"a price with an exponent", `"0.005"`, `"5e-3"`, []string{"must be a plain decimal"}},
	{"another currency", "USD", "EUR", []string{`book.yaml:5:11: currency: "EUR" is not one of USD`}},
	{"another version", "version: 1", "version: 2", []string{`book.yaml:2:10: version: "2" is out of bounds: from 1 to 1`}},
	{"an unknown dimension", "alb.addresses:", "alb.adresses:", []string{`book.yaml:24:5: regions.us-east-1.alb.adresses: unknown dimension; did you mean "alb.addresses"?`, "alb.addresses, alb.hours"}},
	{"the wrong unit", "address-hours", "hours", []string{`book.yaml:25:13: regions.us-east-1.alb.addresses.unit: must be address-hours, is "hours"`}},
	{"an unknown key", "as_of: 2026-01-01\n      verified: false", "asof: 2026-01-01\n      verified: false", []string{`alb.addresses: needs "as_of"`, `alb.addresses: unknown key "asof"; did you mean "as_of"?`}},
	{"no tiers", `[{price: "0.005"}]`, `[]`, []string{"tiers: is empty: it needs at least one tier"}},
	{"a price for no units", "per: 1000000\n      tiers: [{up", "per: 0\n      tiers: [{up", []string{`per: "0" is out of bounds: at least 1`}},
	{"a date that is none", "as_of: 2026-01-02", "as_of: yesterday", []string{"book.yaml:4:8: as_of: must be a date such as 2026-11-22, is \"yesterday\""}},
	{"a region that is none", "us-east-1:", "useast:", []string{"book.yaml:7:3: regions.useast: is not an AWS region"}},
	{"the same rate twice", "    alb.addresses:", "    lambda.requests:", []string{"book.yaml:24:5: this key is given twice, first on line 16"}},
	{"broken YAML", "regions:", "regions: [", []string{"book.yaml:"}},
	{"nothing", testBook, "", []string{"book.yaml:1:1: the file is empty"}},
	{"a list", testBook, "- 1", []string{"book.yaml:1:1: needs a mapping with keys such as version; this is a list"}},
	{"two documents", "name:", "---\nname:", []string{"the file has a second document (---)"}},
	{"deep nesting", testBook, strings.Repeat("[", 100_000), []string{"book.yaml:1:65: this is not YAML: nested more than 64 deep"}},
	{"deep indentation", testBook, strings.Repeat("- ", 100_000), []string{"book.yaml:1:129: this is not YAML: nested more than 64 deep"}},
	{"too much of it", testBook, strings.Repeat("#", document.Large.Bytes+1), []string{"the file has more than"}},
	{"too many words", testBook, "[" + strings.Repeat("a, ", document.Large.Values/2) + "]", []string{"the file holds too much"}},
}

func TestABrokenBookNamesThePlace(t *testing.T) {
	for _, row := range broken {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(testBook, row.old, row.new, 1)
			if text == testBook {
				t.Fatal("nothing was broken")
			}
			_, err := ReadBook("book.yaml", []byte(text))
			if err == nil {
				t.Fatal("was read without complaint")
			}
			for _, w := range row.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q\ndoes not say %q", err, w)
				}
			}
		})
	}
}

func TestAllProblemsOfABookAreReportedAtOnceInOrder(t *testing.T) {
	text := strings.NewReplacer("up_to: 3000000", "up_to: 5", "address-hours", "hours", "    lambda.requests:", "    lambda.request:").Replace(testBook)
	_, err := ReadBook("b.yaml", []byte(text))
	if err == nil {
		t.Fatal("was read without complaint")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "b.yaml:11:") || !strings.HasPrefix(lines[1], "b.yaml:16:") || !strings.HasPrefix(lines[2], "b.yaml:25:") {
		t.Errorf("want lines 11, 16 and 25, got\n%s", err)
	}
}

func TestThePublishedSchemaCannotBeChanged(t *testing.T) {
	BookSchema()[0] = 'x'
	if !bytes.HasPrefix(BookSchema(), []byte("{")) {
		t.Error("a caller changed the schema")
	}
}

// FuzzReadBook looks for a book that crashes the reader, or that is accepted
// and then cannot price.
func FuzzReadBook(f *testing.F) {
	f.Add([]byte(testBook))
	for _, row := range broken {
		if text := strings.Replace(testBook, row.old, row.new, 1); len(text) < 10_000 {
			f.Add([]byte(text))
		}
	}
	real, err := filepath.Glob("books/*/*.yaml")
	if err != nil || len(real) == 0 {
		f.Fatalf("the embedded books are not there: %v", err)
	}
	for _, name := range real {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadBook("fuzz.yaml", data)
		if err != nil {
			if b != nil || err.Error() == "" {
				t.Errorf("book %v with error %q", b, err)
			}
			return
		}
		for _, region := range b.Regions() {
			for _, key := range b.Keys(region) {
				r, err := b.Rate(region, key)
				if err != nil {
					t.Fatal(err)
				}
				less, more := r.Cost(Whole(1_000_000)), r.Cost(Whole(1_000_000_000_000))
				if less.Cmp(Money{}) < 0 || more.Cmp(less) < 0 {
					t.Errorf("%s in %s: a million cost %s, a million million %s", key, region, less, more)
				}
			}
		}
	})
}
