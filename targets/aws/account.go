package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// An Account is what can be asked of the AWS account that a target belongs to.
// It may be used by any number of goroutines.
type Account struct {
	endpoint  Endpoint
	config    aws.Config
	logs      *cloudwatchlogs.Client
	functions *lambda.Client
	gateway   *apigateway.Client
	traces    *xray.Client
	stacks    *cloudformation.Client
	apis      *apigatewayv2.Client
	balancers *elasticloadbalancingv2.Client
}

// Open finds the account of a target. It fails where there are no credentials;
// nothing is asked yet.
func Open(ctx context.Context, t targets.Target) (*Account, error) {
	endpoint := EndpointOf(t)
	config, err := endpoint.Config(ctx, nil)
	if err != nil {
		return nil, err
	}
	return At(endpoint, config), nil
}

// At is the account at an endpoint whose configuration is known already.
func At(endpoint Endpoint, config aws.Config) *Account {
	return &Account{
		endpoint:  endpoint,
		config:    config,
		logs:      cloudwatchlogs.NewFromConfig(config),
		functions: lambda.NewFromConfig(config),
		gateway:   apigateway.NewFromConfig(config),
		traces:    xray.NewFromConfig(config),
		stacks:    cloudformation.NewFromConfig(config),
		apis:      apigatewayv2.NewFromConfig(config),
		balancers: elasticloadbalancingv2.NewFromConfig(config),
	}
}

// trouble is an error with the way out.
func (a *Account) trouble(err error, action string) error {
	if err == nil {
		return nil
	}
	return trouble(err, "%s", a.endpoint.Explain(err, action))
}

// A Trouble is an error of an AWS service, with the way out. It unwraps to the
// SDK's own.
type Trouble struct {
	text  string
	cause error
}

// NewTrouble makes one of a text with the way out, and the SDK's error.
func NewTrouble(text string, cause error) *Trouble { return &Trouble{text, cause} }

func (t *Trouble) Error() string { return t.text }
func (t *Trouble) Unwrap() error { return t.cause }

// missing says that a target names too little for a question.
func missing(t targets.Target, what string) error {
	return fmt.Errorf("target %q: nothing says %s", t.Name, what)
}

// An Endpoint is where a target's AWS services answer. It is comparable: targets
// that share one are read together.
type Endpoint struct {
	URL      string // "": AWS, or what AWS_ENDPOINT_URL says
	Region   string
	Profile  string
	Role     string // ARN of a role to assume with the profile; "": none
	ForRole  string // the external id that it asks for
	Lab      bool
	Attempts int          // how often one call is made, with little time between; 0: as a run does
	keys     targets.Keys // that sign at an endpoint; the zero value is targets.LabKeys
}

// EndpointOf returns that of a target.
func EndpointOf(t targets.Target) Endpoint {
	p := Endpoint{URL: t.CloudWatch, Region: t.Region, Lab: t.Lab || t.CloudWatch != "", keys: t.Keys}
	if !p.Lab {
		p.Profile, p.Role, p.ForRole = t.Access.Profile, t.Access.Role, t.Access.ExternalID
	}
	if t.Auth.IAM != nil && !p.Lab && p.Profile == "" {
		p.Profile = t.Auth.IAM.Profile
	}
	if p.Lab && p.Region == "" {
		p.Region = "us-east-1" // the lab has no regions, but the SDK wants one
	}
	return p
}

// In is where the same account answers in another region; "": in its own. A lab is in one.
func (e Endpoint) In(region string) Endpoint {
	if region != "" && !e.Lab {
		e.Region = region
	}
	return e
}

// attempts is how often one call is made while AWS throttles it or cannot be
// reached.
const attempts = 8

// patience is how long one attempt may take. The SDK would wait for ever for a
// host that accepts connections and never answers.
const patience = 20 * time.Second

// Config is what a client of the place needs; a nil transport is the SDK's own.
// At AWS the SDK's default chain finds the credentials, and they are fetched at
// once, so that their absence is distinguished from everything that may go wrong
// later.
func (e Endpoint) Config(ctx context.Context, transport *http.Client) (aws.Config, error) {
	cfg, err := e.basics(ctx)
	own, is := cfg.HTTPClient.(*awshttp.BuildableClient) // it knows the certificates of AWS_CA_BUNDLE
	if !is {
		own = awshttp.NewBuildableClient()
	}
	cfg.HTTPClient = own.WithTimeout(patience)
	if transport != nil {
		cfg.HTTPClient = transport
	}
	return cfg, err
}

// ErrNoRegion says that neither a target nor the machine names a region.
var ErrNoRegion = errors.New("nothing says in which region; give the target a region, or set AWS_REGION")

func (e Endpoint) basics(ctx context.Context) (aws.Config, error) {
	if e.Lab {
		return e.atLab()
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(e.Profile), config.WithLogger(logging.Nop{}))
	if err != nil {
		return cfg, e.unconfigured(err)
	}
	if e.Region != "" {
		cfg.Region = e.Region
	}
	if cfg.Region == "" {
		return cfg, ErrNoRegion
	}
	cfg.Retryer = e.retryer()
	e.assume(&cfg)
	creds, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return cfg, e.unauthorized(err)
	}
	if creds.Expired() {
		return cfg, fmt.Errorf("the AWS credentials expired at %s; %s", creds.Expires.UTC().Format(time.RFC3339), signIn(e.Profile))
	}
	return cfg, nil
}

func (e Endpoint) atLab() (aws.Config, error) {
	if e.URL == "" {
		return aws.Config{}, errors.New("nothing says where the lab's metrics are; observe the run while its lab is running")
	}
	keys := cmp.Or(e.keys, targets.LabKeys)
	return aws.Config{
		BaseEndpoint: aws.String(e.URL), Region: e.Region,
		Credentials: credentials.NewStaticCredentialsProvider(keys.ID, keys.Secret.Reveal(), ""),
		Retryer:     e.retryer(),
	}, nil
}

func (e Endpoint) retryer() func() aws.Retryer {
	most := 20 * time.Second
	switch {
	case e.Lab:
		most = 200 * time.Millisecond
	case e.Attempts > 0:
		most = time.Second
	}
	return retryer(cmp.Or(e.Attempts, attempts), most)
}

// retryer waits for at most that long between two attempts.
func retryer(attempts int, most time.Duration) func() aws.Retryer {
	return func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = attempts, most
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		})
	}
}

func (e Endpoint) String() string {
	if e.URL != "" {
		return e.URL
	}
	return e.at("cloudwatch:")
}

// unconfigured says why the SDK's configuration cannot be used.
func (e Endpoint) unconfigured(err error) error {
	if missing, is := errors.AsType[config.SharedConfigProfileNotExistError](err); is {
		return trouble(err, "there is no AWS profile %q on this machine; %s", missing.Profile, signIn(e.Profile))
	}
	return trouble(err, "the AWS configuration cannot be used: %s; %s", short(err.Error()), signIn(e.Profile))
}

// uncredentialed says why the SDK's chain found no credentials.
func (e Endpoint) uncredentialed(err error) error {
	if _, is := errors.AsType[*ssocreds.InvalidTokenError](err); is {
		return trouble(err, "the AWS IAM Identity Center session has expired or was never begun; %s", signIn(e.Profile))
	}
	if strings.Contains(err.Error(), "no EC2 IMDS role found") { // the last place that the chain looks in
		return trouble(err, "there are no AWS credentials, neither in the environment nor in a profile; %s", signIn(e.Profile))
	}
	return trouble(err, "there are no AWS credentials: %s; %s", short(err.Error()), signIn(e.Profile))
}

func trouble(cause error, format string, args ...any) error {
	return &Trouble{text: fmt.Sprintf(format, args...), cause: cause}
}
