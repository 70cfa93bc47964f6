package pricelist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	api "github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
	"github.com/aws/smithy-go/logging"
)

// mostPages is how many pages of a service in a region are read: one has at
// most 100 products.
const mostPages = 2000

// apiRegion has an endpoint of the Query API; few regions do.
const apiRegion = "us-east-1"

// Query reads a service's offers in one region through the Query API, with the
// SDK's usual configuration, and hands on those that are for some key.
func Query(ctx context.Context, service, region string, see func(Offer)) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(apiRegion), config.WithLogger(logging.Nop{}))
	if err != nil {
		return fmt.Errorf("price list API: %w", err)
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("price list API: no AWS credentials: %w; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \"aws sso login\"; --bulk needs none", err)
	}
	in := &api.GetProductsInput{ServiceCode: aws.String(service), MaxResults: aws.Int32(100)}
	if service != "AmazonCloudFront" { // which is in no region
		in.Filters = []types.Filter{{Type: types.FilterTypeTermMatch, Field: aws.String("regionCode"), Value: aws.String(region)}}
	}
	pages := api.NewGetProductsPaginator(api.NewFromConfig(cfg), in)
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return fmt.Errorf("price list API: %s in %s has more than %d pages", service, region, mostPages)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("price list API: %s in %s: %w", service, region, err)
		}
		for _, text := range page.PriceList {
			if err := queried(service, region, text, see); err != nil {
				return fmt.Errorf("price list API: %s in %s: %w", service, region, err)
			}
		}
	}
	return nil
}

// queried reads one product, which is a JSON document in a string.
func queried(service, region, text string, see func(Offer)) error {
	if len(text) > mostValue {
		return errors.New("a single product is too large")
	}
	var p struct {
		Product productJSON `json:"product"`
		Terms   struct {
			OnDemand map[string]termJSON
		} `json:"terms"`
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fmt.Errorf("a product that is no JSON: %w", err)
	}
	if !wanted(service, p.Product, []string{region}) {
		return nil
	}
	if o, ok := offer(service, p.Product, p.Terms.OnDemand); ok {
		see(o)
	}
	return nil
}
