package pricelist

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheQueryAPIIsPagedThrough(t *testing.T) {
	pages := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Amz-Target"); got != "AWSPriceListService.GetProducts" {
			t.Errorf("target %q", got)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		pages++
		product := func(usage, price string) string {
			return fmt.Sprintf("%q", fmt.Sprintf(`{"product":{"productFamily":"Serverless","sku":"S","attributes":{"locationType":"AWS Region","regionCode":"eu-central-1","usagetype":"%s"}},"serviceCode":"AWSLambda","terms":{"OnDemand":{"S.JRTCKXETXF":{"offerTermCode":"JRTCKXETXF","effectiveDate":"2026-11-01T00:00:00Z","priceDimensions":{"x":{"unit":"Requests","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"%s"}}}}}}}`, usage, price))
		}
		if pages == 1 {
			fmt.Fprintf(w, `{"FormatVersion":"aws_v1","NextToken":"more","PriceList":[%s]}`, product("EUC1-Something", "9"))
			return
		}
		fmt.Fprintf(w, `{"FormatVersion":"aws_v1","PriceList":[%s]}`, product("EUC1-Request", "0.0000002"))
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_PRICING", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	c := collector(t, "eu-central-1")
	if err := Query(t.Context(), "AWSLambda", "eu-central-1", c.Add); err != nil {
		t.Fatal(err)
	}
	if r := c.rates["eu-central-1"]["lambda.requests"]; pages != 2 || len(r.Tiers) != 1 || r.Quote() != "$0.20" {
		t.Errorf("%d pages, rate %+v", pages, r)
	}
}

func TestTheQueryAPIReportsMissingCredentials(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	err := Query(t.Context(), "AWSLambda", "eu-central-1", func(Offer) {})
	if err == nil || !strings.Contains(err.Error(), "no AWS credentials") || !strings.Contains(err.Error(), "--bulk needs none") {
		t.Errorf("got %v", err)
	}
}
