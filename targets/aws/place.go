package aws

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// A Place is where a target's AWS services answer. It is comparable: targets
// that share one are read together.
type Place struct {
	Endpoint string // "": AWS, or what AWS_ENDPOINT_URL says
	Region   string
	Profile  string
	Lab      bool
	keys     targets.Keys // that sign at an endpoint; the zero value is targets.LabKeys
}

// PlaceOf returns the place of a target.
func PlaceOf(t targets.Target) Place {
	p := Place{Endpoint: t.CloudWatch, Region: t.Region, Lab: t.Lab || t.CloudWatch != "", keys: t.Keys}
	if t.Auth.IAM != nil && !p.Lab {
		p.Profile = t.Auth.IAM.Profile
	}
	if p.Lab && p.Region == "" {
		p.Region = "us-east-1" // the lab has no regions, but the SDK wants one
	}
	return p
}

// attempts is how often one call is made while AWS throttles it or cannot be
// reached.
const attempts = 8

// patience is how long one attempt may take. The SDK would wait for ever for a
// host that accepts connections and never answers.
const patience = 20 * time.Second

// Config is what a client of the place needs; a nil transport is the SDK's own.
// At AWS the SDK's default chain finds the credentials, and they are fetched at
// once, so that their absence is told apart from everything that may go wrong
// later.
func (p Place) Config(ctx context.Context, transport *http.Client) (aws.Config, error) {
	cfg, err := p.basics(ctx)
	switch {
	case err != nil:
	case transport != nil:
		cfg.HTTPClient = transport
	case cfg.HTTPClient == nil:
		cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(patience)
	default: // it knows the certificates of AWS_CA_BUNDLE
		if own, is := cfg.HTTPClient.(*awshttp.BuildableClient); is {
			cfg.HTTPClient = own.WithTimeout(patience)
		}
	}
	return cfg, err
}

func (p Place) basics(ctx context.Context) (aws.Config, error) {
	if p.Lab {
		return p.atLab()
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(p.Profile), config.WithLogger(logging.Nop{}))
	if err != nil {
		return cfg, p.unconfigured(err)
	}
	if p.Region != "" {
		cfg.Region = p.Region
	}
	if cfg.Region == "" {
		return cfg, errors.New("nothing says in which region; give the target a region, or set AWS_REGION")
	}
	creds, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return cfg, p.uncredentialed(err)
	}
	if creds.Expired() {
		return cfg, p.expired(creds.Expires)
	}
	cfg.Retryer = retryer(20 * time.Second)
	return cfg, nil
}

func (p Place) atLab() (aws.Config, error) {
	if p.Endpoint == "" {
		return aws.Config{}, errors.New("nothing says where the lab's metrics are; observe the run while its lab is running")
	}
	keys := p.keys
	if keys.ID == "" {
		keys = targets.LabKeys
	}
	return aws.Config{
		BaseEndpoint: aws.String(p.Endpoint), Region: p.Region,
		Credentials: credentials.NewStaticCredentialsProvider(keys.ID, keys.Secret.Reveal(), ""),
		Retryer:     retryer(200 * time.Millisecond),
	}, nil
}

func retryer(most time.Duration) func() aws.Retryer {
	return func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = attempts, most
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		})
	}
}

func (p Place) String() string {
	switch {
	case p.Endpoint != "":
		return p.Endpoint
	case p.Region != "":
		return "CloudWatch in " + p.Region
	default:
		return "CloudWatch"
	}
}
