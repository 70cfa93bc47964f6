package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

// impossible are products of price lists with prices that AWS will never have: 7777
// dollars and some cents. They are fixtures, and no price of any book.
// By service, as "family|usage type|unit|price"; * is the region's billing code.
var impossible = map[string][]string{
	"AmazonApiGateway": {
		"API Calls|*-ApiGatewayRequest|Requests|0.0077770001", "API Calls|*-ApiGatewayHttpRequest|Requests|0.0077770002",
		"Amazon API Gateway Cache|*-ApiGatewayCacheUsage:0.5GB|Hrs|7777.03",
	},
	"AWSLambda":       {"Serverless|*-Request|Requests|0.0077770004", "Serverless|*-Lambda-GB-Second|Lambda-GB-Second|7777.05"},
	"AWSELB":          {"Load Balancer-Application|*-LoadBalancerUsage|Hrs|7777.06", "Load Balancer-Application|*-LCUUsage|LCU-Hrs|7777.07"},
	"AWSDataTransfer": {"Data Transfer|*-DataTransfer-Out-Bytes|GB|7777.08"},
	"AmazonVPC":       {"|*-PublicIPv4:InUseAddress|Hrs|7777.09"},
	"AmazonCloudWatch": {
		"Data Payload|*-VendedLog-Bytes|GB|7777.10", "Data Payload|*-DataProcessing-Bytes|Furlongs|7777.11", // an odd unit
	},
}

// impossibleLists serves them as AWS publishes its lists. Of some services AWS has no
// list in a region.
func impossibleLists(w http.ResponseWriter, r *http.Request) {
	service, region := place(r)
	if len(impossible[service]) == 0 {
		http.NotFound(w, r)
		return
	}
	in, _ := pricing.RegionNamed(region)
	var products, terms []string
	for i, p := range impossible[service] {
		f := strings.Split(strings.ReplaceAll(p, "*", in.Billing), "|")
		products = append(products, fmt.Sprintf(`"S%d":{"sku":"S%d","productFamily":%q,"attributes":{"locationType":"AWS Region","regionCode":%q,"usagetype":%q}}`, i, i, f[0], region, f[1]))
		terms = append(terms, fmt.Sprintf(`"S%d":{"S%d.T":{"effectiveDate":"2026-11-01T00:00:00Z","priceDimensions":{"x":{"unit":%q,"beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":%q}}}}}`, i, i, f[2], f[3]))
	}
	fmt.Fprintf(w, `{"offerCode":%q,"products":{%s},"terms":{"OnDemand":{%s}}}`, service, strings.Join(products, ","), strings.Join(terms, ","))
}

// A bill of a region that the book does not know names one command. That command gets
// the prices, and the bill is whole: in regions of which the book has nothing, too.
func TestTheNamedCommandCompletesABill(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(impossibleLists))
	defer s.Close()
	t.Chdir(t.TempDir())
	tollgate := func(want int, command ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), command, strings.NewReader(""), &out, &out); code != want {
			t.Fatalf("tollgate %s: status %d, want %d\n%s", strings.Join(command, " "), code, want, &out)
		}
		return out.String()
	}
	const work = `name: far
region: %s
requests_per_month: 1M
response_bytes: 1000
function: {memory: 1GB, duration: 100ms}
connections: {requests_per_connection: 10, lifetime: 10s}
load_balancer: {public_zones: 2}
watching: {function_log_bytes: 500}
`
	// Of the last two the book has a few prices, so that prices which differ by more
	// than 2 times ask for a confirmation.
	for region, confirmed := range map[string]bool{"eu-north-1": false, "us-gov-west-1": false, "sa-east-1": true, "me-central-1": true} {
		if err := os.WriteFile("work.yaml", fmt.Appendf(nil, work, region), 0o600); err != nil {
			t.Fatal(err)
		}
		before := tollgate(0, "price", "work.yaml", "--compare")
		if !strings.Contains(before, "no rank, since prices of "+region+" are unknown") || strings.Contains(before, "7777") {
			t.Errorf("%s before the update:\n%s", region, before)
		}
		m := regexp.MustCompile(`"tollgate (prices update --region \S+)" and use them with (--prices prices\.yaml)`).FindStringSubmatch(before)
		if m == nil {
			t.Fatalf("no command is named:\n%s", before)
		}
		command := append(strings.Fields(m[1]), "--bulk="+s.URL)
		if confirmed {
			if refusal := tollgate(exitFailed, command...); !strings.Contains(refusal, "confirm with --yes") {
				t.Errorf("%s is refused without naming the way:\n%s", region, refusal)
			}
			command = append(command, "--yes")
		}
		update := tollgate(exitOK, command...)
		for _, want := range []string{`logs.ingested in ` + region, `is priced per "Furlongs"`, "there is no such list", "10 rates from the lists"} {
			if !strings.Contains(update, want) {
				t.Errorf("%s: the update does not say %q:\n%s", region, want, update)
			}
		}
		after := tollgate(0, append([]string{"price", "work.yaml", "--compare"}, strings.Fields(m[2])...)...)
		if strings.Contains(after, "no rank") || strings.Contains(after, "at least") || !strings.Contains(after, "\nrest-api ") || !strings.Contains(after, "\nalb ") {
			t.Errorf("%s after the update:\n%s", region, after)
		}
		bill := tollgate(0, "price", "work.yaml", "--door", "rest-api", "--prices", "prices.yaml")
		if !strings.Contains(bill, "$7777.00") && !strings.Contains(bill, "$7,777.00") {
			t.Errorf("%s: a million requests at the list's price:\n%s", region, bill)
		}
	}
	// Each update kept what the file had of other regions.
	text, err := os.ReadFile("prices.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := pricing.ReadBook("prices.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(book.Regions(), " "); got != "eu-north-1 me-central-1 sa-east-1 us-gov-west-1" {
		t.Errorf("the file has %s", got)
	}
}

// The fixtures' prices are impossible, so that none can be taken for AWS's: no book of
// the program has one.
func TestNoImpossiblePriceIsInABook(t *testing.T) {
	dates, err := books.Dates()
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range dates {
		book, err := books.Dated(date)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(book.YAML()); strings.Contains(text, "7777.") || strings.Contains(text, "0.007777") || strings.Contains(text, "\"777") {
			t.Errorf("the book of %s has a price of the fixtures", date)
		}
	}
}
