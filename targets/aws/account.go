package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/xray"

	"tollgate/targets"
)

// An Account is what can be asked of the AWS account that a target belongs to.
// It may be used by any number of goroutines.
type Account struct {
	place     Place
	logs      *cloudwatchlogs.Client
	functions *lambda.Client
	gateway   *apigateway.Client
	traces    *xray.Client
}

// Open finds the account of a target. It fails where there are no credentials;
// nothing is asked yet.
func Open(ctx context.Context, t targets.Target) (*Account, error) {
	place := PlaceOf(t)
	config, err := place.Config(ctx, nil)
	if err != nil {
		return nil, err
	}
	return open(place, config), nil
}

func open(place Place, config aws.Config) *Account {
	return &Account{
		place:     place,
		logs:      cloudwatchlogs.NewFromConfig(config),
		functions: lambda.NewFromConfig(config),
		gateway:   apigateway.NewFromConfig(config),
		traces:    xray.NewFromConfig(config),
	}
}

// trouble is an error with the way out.
func (a *Account) trouble(err error, action string) error {
	if err == nil {
		return nil
	}
	return &Trouble{text: a.place.Explain(err, action), cause: err}
}

// A Trouble is an error of an AWS service, with the way out. It unwraps to the
// SDK's own.
type Trouble struct {
	text  string
	cause error
}

func (t *Trouble) Error() string { return t.text }
func (t *Trouble) Unwrap() error { return t.cause }

// missing says that a target names too little for a question.
func missing(t targets.Target, what string) error {
	return fmt.Errorf("target %q: nothing says %s", t.Name, what)
}
