package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tollgate/scenarios"
)

// stockholm are products of AWS's price lists that a run in eu-north-1 is billed
// for, as "family|usage type|unit|price".
var stockholm = map[string][]string{
	"AmazonApiGateway": {"API Calls|EUN1-ApiGatewayRequest|Requests|0.0000035", "API Calls|EUN1-ApiGatewayHttpRequest|Requests|0.000001"},
	"AWSLambda":        {"Serverless|EUN1-Request|Requests|0.0000002", "Serverless|EUN1-Lambda-GB-Second|Lambda-GB-Second|0.0000166667"},
	"AWSELB":           {"Load Balancer-Application|EUN1-LCUUsage|LCU-Hrs|0.008"},
	"AWSDataTransfer":  {"Data Transfer|EUN1-DataTransfer-Out-Bytes|GB|0.09"},
}

// lists serves them as AWS publishes its lists.
func lists(w http.ResponseWriter, r *http.Request) {
	service, region := place(r)
	var products, terms []string
	for i, p := range stockholm[service] {
		f := strings.Split(p, "|")
		products = append(products, fmt.Sprintf(`"S%d":{"sku":"S%d","productFamily":%q,"attributes":{"locationType":"AWS Region","regionCode":%q,"usagetype":%q}}`, i, i, f[0], region, f[1]))
		terms = append(terms, fmt.Sprintf(`"S%d":{"S%d.T":{"effectiveDate":"2026-11-01T00:00:00Z","priceDimensions":{"x":{"unit":%q,"beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":%q}}}}}`, i, i, f[2], f[3]))
	}
	fmt.Fprintf(w, `{"offerCode":%q,"products":{%s},"terms":{"OnDemand":{%s}}}`, service, strings.Join(products, ","), strings.Join(terms, ","))
}

// The command that a refusal names is tried: at each kind of front door it gets
// all that a run in that region lacks.
func TestTheNamedCommandGetsThePricesThatAreMissing(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // no limits of the user's own
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	s := httptest.NewServer(http.HandlerFunc(lists))
	defer s.Close()
	dir := t.TempDir()
	text := `name: north
targets:
  rest: {kind: rest-api, url: "https://a1.execute-api.eu-north-1.amazonaws.com/prod"}
  http: {kind: http-api, url: "https://a1.execute-api.eu-north-1.amazonaws.com"}
  url: {kind: function-url, url: "https://a1.lambda-url.eu-north-1.on.aws"}
  alb: {kind: alb, url: "https://A-1.eu-north-1.elb.amazonaws.com"}
requests: [{name: r, path: /}]
load: [{constant: {rate: 1/s, for: 1s}}]
`
	file := filepath.Join(dir, "north.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	scenario, err := loadScenario(newRoot(), file)
	if err != nil {
		t.Fatal(err)
	}
	before := guarded(t, scenario, nil)
	m := regexp.MustCompile(`"tollgate (prices update [^"]*)" and use them with (--prices) (\S+?);`).FindStringSubmatch(fmt.Sprint(before))
	if m == nil {
		t.Fatalf("no command is named: %v", before)
	}
	t.Chdir(dir)
	written := m[3]
	command := append(strings.Fields(m[1]), "--bulk="+s.URL)
	var out bytes.Buffer
	if code := run(t.Context(), command, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("%v: status %d\n%s", command, code, out.String())
	}
	if after := guarded(t, scenario, []string{written}); after != nil {
		t.Errorf("with the book that it wrote: %v", after)
	}
}

// guarded is what the guard says of a run with price books over the program's.
func guarded(t *testing.T, s *scenarios.Scenario, files []string) error {
	t.Helper()
	b := bookFlags{files: files}
	book, err := b.book()
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&runFlags{}).guard(s, book)
	return err
}
