package pricelist

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

func base(t testing.TB) *pricing.Book {
	t.Helper()
	b, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func collector(t testing.TB, regions ...string) *Collector {
	t.Helper()
	c, err := NewCollector(base(t), regions)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fixture(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "AmazonApiGateway.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// list is an offer file with one service's products, each with one price.
func list(service string, products ...string) string {
	var ps, ts []string
	for i, p := range products {
		parts := strings.Split(p, "|") // family|locationType|region|usagetype|unit|price|group description
		sku := fmt.Sprintf("SKU%d", i)
		ps = append(ps, fmt.Sprintf(`"%s":{"sku":"%s","productFamily":"%s","attributes":{"locationType":"%s","regionCode":"%s","usagetype":"%s","groupDescription":"%s"}}`,
			sku, sku, parts[0], parts[1], parts[2], parts[3], strings.Join(parts[6:], "")))
		ts = append(ts, fmt.Sprintf(`"%s":{"%s.JRTCKXETXF":{"offerTermCode":"JRTCKXETXF","effectiveDate":"2026-11-01T00:00:00Z","priceDimensions":{"x":{"unit":"%s","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"%s"}}}}}`,
			sku, sku, parts[4], parts[5]))
	}
	return fmt.Sprintf(`{"offerCode":"%s","products":{%s},"terms":{"OnDemand":{%s}}}`, service, strings.Join(ps, ","), strings.Join(ts, ","))
}

// found reads a list and prints what it has for a key in a region.
func found(t *testing.T, text, region, key string) (string, error) {
	t.Helper()
	c := collector(t, region)
	if err := ReadBulk("list.json", strings.NewReader(text), []string{region}, c.Add); err != nil {
		return "", err
	}
	r, ok := c.rates[region][key]
	switch {
	case !ok && len(c.Odd()) > 0:
		return strings.Join(c.Odd(), "; "), nil
	case !ok:
		return "none", nil
	}
	return r.Quote(), nil
}

// Each trap of the price list's format is a row.
func TestTrapsOfThePriceList(t *testing.T) {
	region := "AWS Region"
	for _, row := range []struct{ name, list, region, key, want string }{
		{"tiers come in no order, as text", fixture(t), "us-east-1", "apigateway.rest.requests", "$3.50 to 333 M, $2.80 to 1 B, $2.38 to 20 B, then $1.51"},
		{"Frankfurt's usage types begin with EUC1", fixture(t), "eu-central-1", "apigateway.rest.requests", "$3.70"},
		{"Ireland's begin with EU and not EUW1", fixture(t), "eu-west-1", "apigateway.rest.requests", "$3.60 to 333 M, $2.80 to 1 B, $2.38 to 20 B, then $1.51"},
		{"1.55 GB is the console's 1.6", fixture(t), "us-east-1", "apigateway.rest.cache.1.6", "$0.038"},
		{"6.05 GB is the console's 6.1", fixture(t), "us-east-1", "apigateway.rest.cache.6.1", "$0.20"},
		{"Mumbai's begin with APS3", fixture(t), "ap-south-1", "apigateway.rest.requests", "$3.50"},

		{"Lambda writes no prefix in N. Virginia", list("AWSLambda", "Serverless|"+region+"|us-east-1|Request|Requests|0.0000002"), "us-east-1", "lambda.requests", "$0.20"},
		{"but may", list("AWSLambda", "Serverless|"+region+"|us-east-1|USE1-Request|Requests|0.0000002"), "us-east-1", "lambda.requests", "$0.20"},
		{"elsewhere a usage type without a prefix is of nowhere", list("AWSLambda", "Serverless|"+region+"|eu-west-1|Request|Requests|0.0000002"), "eu-west-1", "lambda.requests", "none"},
		{"the whole usage type counts, not a part", list("AWSLambda",
			"Serverless|"+region+"|us-east-1|Lambda-Edge-Request|Requests|0.0000006",
			"Serverless|"+region+"|us-east-1|Request-ARM|Requests|0.0000009",
			"Serverless|"+region+"|us-east-1|Request|Requests|0.0000002"), "us-east-1", "lambda.requests", "$0.20"},
		{"architectures have usage types of their own", list("AWSLambda",
			"Serverless|"+region+"|us-east-1|Lambda-GB-Second|Lambda-GB-Second|0.0000166667",
			"Serverless|"+region+"|us-east-1|Lambda-GB-Second-ARM|Lambda-GB-Second|0.0000133334"), "us-east-1", "lambda.duration.arm64", "$0.0000133334"},
		{"free tiers are products that cost nothing", list("AWSLambda",
			"Serverless|"+region+"|us-east-1|Request|Requests|0",
			"Serverless|"+region+"|us-east-1|USE1-Request|Requests|0.0000002"), "us-east-1", "lambda.requests", "$0.20"},
		{"or are global", list("AWSLambda", "Serverless|"+region+"|us-east-1|Global-Request|Requests|0.5"), "us-east-1", "lambda.requests", "none"},
		{"or are China's", list("AWSLambda",
			"Serverless|"+region+"|us-east-1|Request|Requests|0.1|China free tier",
			"Serverless|"+region+"|us-east-1|Request|Requests|0.0000002"), "us-east-1", "lambda.requests", "$0.20"},

		{"ALB, NLB and Classic share a usage type", list("AWSELB",
			"Load Balancer|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.025",
			"Load Balancer-Network|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.03",
			"Load Balancer-Application|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.0225"), "us-east-1", "alb.hours", "$0.0225"},
		{"an NLB has its own hours", list("AWSELB",
			"Load Balancer-Application|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.0225",
			"Load Balancer-Network|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.03"), "us-east-1", "nlb.hours", "$0.03"},
		{"and its own capacity units", list("AWSELB",
			"Load Balancer-Application|"+region+"|us-east-1|LCUUsage|LCU-Hrs|0.008",
			"Load Balancer-Network|"+region+"|us-east-1|LCUUsage|LCU-Hrs|0.006"), "us-east-1", "nlb.lcu", "$0.006"},
		{"reserved, outpost and idle capacity are other things", list("AWSELB",
			"Load Balancer-Application|"+region+"|us-east-1|ReservedLCUUsage|LCU-Hrs|1",
			"Load Balancer-Application|"+region+"|us-east-1|Outposts-LCUUsage|LCU-Hrs|1",
			"Load Balancer-Application|"+region+"|us-east-1|IdleProvisionedLBCapacity|LCU-Hrs|1",
			"Load Balancer-Application|"+region+"|us-east-1|LCUUsage|LCU-Hrs|0.008"), "us-east-1", "alb.lcu", "$0.008"},
		{"Local Zones are in their region's list", list("AWSELB",
			"Load Balancer-Application|AWS Local Zone|us-east-1|LoadBalancerUsage|Hrs|0.05",
			"Load Balancer-Application|AWS Wavelength Zone|us-east-1|LoadBalancerUsage|Hrs|0.06",
			"Load Balancer-Application|"+region+"|us-east-1|LoadBalancerUsage|Hrs|0.0225"), "us-east-1", "alb.hours", "$0.0225"},
		{"CloudFront is in no region", list("AmazonCloudFront", "Data Transfer|AWS Edge Location||EU-DataTransfer-Out-Bytes|GB|0.085"), "eu-central-1", "cloudfront.transfer.europe", "$0.085"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := found(t, row.list, row.region, row.key); err != nil || got != row.want {
				t.Errorf("%s in %s: %s, %v; want %s", row.key, row.region, got, err, row.want)
			}
		})
	}
}

func TestBrokenListsAreRefused(t *testing.T) {
	whole := fixture(t)
	for _, row := range []struct{ name, old, new, want string }{
		{"another currency", `{"USD": "0.0000035000"}`, `{"CNY": "0.0000035000"}`, "no price in USD, but in [CNY]"},
		{"a negative price", `"0.0000035000"`, `"-0.0000035000"`, "negative"},
		{"a price that is no number", `"0.0000035000"`, `"NaN"`, "not an amount"},
		{"a gap between tiers", `"beginRange": "333000000"`, `"beginRange": "334000000"`, "begins at 334000000, the one before ends at 333000000"},
		{"tiers that overlap", `"beginRange": "1000000000"`, `"beginRange": "900000000"`, "begins at 900000000"},
		{"no last tier", `"endRange": "Inf", "description"`, `"endRange": "30000000000", "description"`, "must not end"},
		{"another unit", `"unit": "Requests", "beginRange": "0", "endRange": "333000000"`, `"unit": "Hrs", "beginRange": "0", "endRange": "333000000"`, `is priced per "Hrs"`},
		{"cut off", whole[len(whole)/2:], "", "list.json: byte"},
		{"cut off at its end", "\n}\n", "", "ends too early"},
		{"no offer file", whole, `{"a": 1}`, "no offer file"},
		{"a list", whole, `[]`, "want an object"},
		{"a step at half a request", `"endRange": "333000000"`, `"endRange": "0.5"`, "not a whole number"},
		{"a date that is none", `"effectiveDate": "2026-11-01T00:00:00Z"`, `"effectiveDate": "soon"`, `"soon" is no date`},
		{"no JSON", whole, `<html>`, "invalid character"},
		{"terms without products", whole, `{"offerCode": "AWSLambda", "terms": {}}`, "terms come before the products"},
		{"products of nobody", whole, `{"products": {}}`, "before the offerCode"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(whole, row.old, row.new, 1)
			if row.old == "\n}\n" {
				text = strings.TrimSuffix(whole, "}\n")
			}
			if text == whole {
				t.Fatal("nothing was broken")
			}
			// A file that cannot be read is an error; a product that cannot be is passed over.
			got, err := found(t, text, "us-east-1", "apigateway.rest.requests")
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, row.want) {
				t.Errorf("%q does not say %q", got, row.want)
			}
		})
	}
}

func TestOfTwoOffersThatDisagreeNeitherCounts(t *testing.T) {
	got, err := found(t, list("AWSELB",
		"Load Balancer-Application|AWS Region|us-east-1|LoadBalancerUsage|Hrs|0.0225",
		"Load Balancer-Application|AWS Region|us-east-1|USE1-LoadBalancerUsage|Hrs|0.03"), "us-east-1", "alb.hours")
	if err != nil || !strings.Contains(got, "two offers for alb.hours in us-east-1") {
		t.Errorf("%s, error %v", got, err)
	}
}

func TestAnOddUnitStopsNothingElse(t *testing.T) {
	c := collector(t, "us-east-1")
	text := list("AWSELB",
		"Load Balancer-Application|AWS Region|us-east-1|LoadBalancerUsage|Fortnights|0.5",
		"Load Balancer-Application|AWS Region|us-east-1|LCUUsage|LCU-Hrs|0.007")
	if err := ReadBulk("list.json", strings.NewReader(text), []string{"us-east-1"}, c.Add); err != nil {
		t.Fatal(err)
	}
	if odd := c.Odd(); len(odd) != 1 || !strings.Contains(odd[0], `alb.hours in us-east-1: AWSELB SKU0 (LoadBalancerUsage): is priced per "Fortnights", want [Hrs Hours]`) {
		t.Errorf("passed over: %q", odd)
	}
	b, err := c.Book("lists", "2026-12-01")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"alb.hours": "$0.0225", "alb.lcu": "$0.007"} {
		if r, err := b.Rate("us-east-1", key); err != nil || r.Quote() != want {
			t.Errorf("%s costs %s, want %s (%v)", key, r.Quote(), want, err)
		}
	}
}

func TestABookOfListsKeepsWhatTheyDoNotHave(t *testing.T) {
	c := collector(t, "eu-west-1")
	if err := ReadBulk("list.json", strings.NewReader(fixture(t)), []string{"eu-west-1"}, c.Add); err != nil {
		t.Fatal(err)
	}
	b, err := c.Book("lists", "2026-12-01")
	if err != nil {
		t.Fatal(err)
	}
	changes := base(t).Diff(b)
	if len(changes) != 1 || changes[0].Key != "apigateway.rest.requests" || changes[0].Drastic() {
		t.Errorf("changes %+v, want the one REST price", changes)
	}
	r, err := b.Rate("eu-west-1", "apigateway.rest.requests")
	if err != nil || !r.Verified || !strings.Contains(r.Source, "IRELANDREST00001") || r.AsOf != "2026-11-01" {
		t.Errorf("rate %+v, %v", r, err)
	}
	if _, err := pricing.ReadBook("out.yaml", b.YAML()); err != nil {
		t.Errorf("the book cannot be read again: %v", err)
	}
	if _, err := collector(t, "eu-west-1").Book("lists", "2026-12-01"); err == nil {
		t.Error("lists without a price made a book")
	}
}

func TestUnknownRegionsAreRefused(t *testing.T) {
	if _, err := NewCollector(base(t), []string{"mars-north-1"}); err == nil {
		t.Error("accepted")
	}
}

// endless writes an offer file whose first part never ends.
type endless struct {
	unit string
	left int
	head string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(e.unit) <= len(p) && e.left > 0 {
		n += copy(p[n:], e.unit)
		e.left -= len(e.unit)
	}
	return n, nil
}

func TestALargeFileIsReadInLittleMemory(t *testing.T) {
	const size = 24 << 20
	product := `"A":{"sku":"A","productFamily":"x","attributes":{"usagetype":"nothing of ours"}},`
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	err := ReadBulk("large.json", &endless{head: `{"offerCode":"AWSLambda","products":{`, unit: product, left: size}, []string{"us-east-1"}, func(Offer) { t.Error("an offer") })
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "ends too early") {
		t.Errorf("error %v", err)
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 8<<20 {
		t.Errorf("%d bytes are kept of %d", kept, size)
	}
}

func TestASingleValueMayNotFillTheMemory(t *testing.T) {
	for name, head := range map[string]string{
		"a product":    `{"offerCode":"AWSLambda","products":{"A":{"sku":"`,
		"what is skip": `{"disclaimer":"`,
		"a key":        `{"`,
	} {
		err := ReadBulk("large.json", &endless{head: head, unit: strings.Repeat("x", 512), left: 1 << 30}, []string{"us-east-1"}, func(Offer) {})
		if err == nil || !strings.Contains(err.Error(), "more than 4 MB") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// FuzzReadBulk looks for a list that crashes the reader, or that makes a book
// which cannot be read again.
func FuzzReadBulk(f *testing.F) {
	f.Add(fixture(f))
	f.Add(list("AWSLambda", "Serverless|AWS Region|us-east-1|Request|Requests|0.0000002"))
	known := base(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := NewCollector(known, []string{"us-east-1"})
		if err != nil {
			t.Fatal(err)
		}
		if err := ReadBulk("fuzz.json", strings.NewReader(text), []string{"us-east-1"}, c.Add); err != nil || c.Found() == 0 {
			return
		}
		b, err := c.Book("fuzz", "2026-12-01")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pricing.ReadBook("fuzz.yaml", b.Only("us-east-1").YAML()); err != nil {
			t.Errorf("the book cannot be read again: %v", err)
		}
	})
}

// What [pricing.Listed] says of the lists is what is read from them: a remedy
// names the command that reads them for these keys alone.
func TestListsHaveTheKeysThatCountAsListed(t *testing.T) {
	found := map[string]bool{}
	for _, m := range matches {
		found[m.key] = true
	}
	for _, key := range pricing.Keys() {
		if pricing.Listed(key) != found[key] {
			t.Errorf("%s: listed %v, and read %v", key, pricing.Listed(key), found[key])
		}
	}
}
