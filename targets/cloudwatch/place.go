package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"tollgate/targets"
)

// A place is where metrics are read. It is comparable: targets that share one
// are read together.
type place struct {
	endpoint string // "": AWS, or what AWS_ENDPOINT_URL says
	region   string
	profile  string
	lab      bool
}

func placeOf(t targets.Target) place {
	p := place{endpoint: t.CloudWatch, region: t.Region, lab: t.Lab || t.CloudWatch != ""}
	if t.Auth.IAM != nil && !p.lab {
		p.profile = t.Auth.IAM.Profile
	}
	if p.lab && p.region == "" {
		p.region = "us-east-1" // the lab has no regions, but the SDK wants one
	}
	return p
}

// attempts is how often one call is made while CloudWatch throttles it or
// cannot be reached.
const attempts = 8

// client opens the place. The lab believes anybody; AWS is asked for with the
// SDK's default chain, and credentials are fetched at once, so that their
// absence is told apart from everything that may go wrong later.
func (p place) client(ctx context.Context, transport *http.Client) (*cloudwatch.Client, error) {
	if p.lab {
		if p.endpoint == "" {
			return nil, errors.New("nothing says where the lab's metrics are; observe the run while its lab is running")
		}
		return cloudwatch.New(cloudwatch.Options{
			BaseEndpoint: aws.String(p.endpoint), Region: p.region, HTTPClient: httpClient(transport),
			Credentials: credentials.NewStaticCredentialsProvider("lab", "lab", ""),
			Retryer:     retryer(200 * time.Millisecond),
		}), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(p.profile))
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be used: %w; %s", err, signIn(p.profile))
	}
	if p.region != "" {
		cfg.Region = p.region
	}
	if cfg.Region == "" {
		return nil, errors.New("nothing says in which region; give the target a region, or set AWS_REGION")
	}
	creds, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("no AWS credentials to read CloudWatch with: %w; %s", err, signIn(p.profile))
	}
	if creds.Expired() {
		return nil, fmt.Errorf("the AWS credentials expired at %s; %s", creds.Expires.UTC().Format(time.RFC3339), signIn(p.profile))
	}
	return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		o.Retryer = retryer(20 * time.Second)
		if transport != nil {
			o.HTTPClient = transport
		}
	}), nil
}

// httpClient gives the SDK its own client where none is given: a nil pointer
// in an interface would not be nil.
func httpClient(c *http.Client) cloudwatch.HTTPClient {
	if c == nil {
		return nil
	}
	return c
}

func retryer(most time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, most
	})
}

func (p place) String() string {
	switch {
	case p.endpoint != "":
		return p.endpoint
	case p.region != "":
		return "CloudWatch in " + p.region
	default:
		return "CloudWatch"
	}
}
