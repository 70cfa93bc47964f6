package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Tasks are those of Amazon ECS in one region of the account that the SDK's default chain
// finds.
type Tasks struct {
	endpoint Endpoint
	config   aws.Config
}

// OpenTasks finds out who asks; region "" is the SDK's.
func OpenTasks(ctx context.Context, region string) (*Tasks, error) {
	t := &Tasks{endpoint: Endpoint{Region: region}}
	cfg, err := t.endpoint.Config(ctx, nil)
	t.config, t.endpoint.Region = cfg, cfg.Region
	return t, err
}

// Region is where they run.
func (t *Tasks) Region() string { return t.endpoint.Region }

// Ask asks an operation of Amazon ECS, such as RunTask. Source: Amazon ECS API reference.
func (t *Tasks) Ask(ctx context.Context, name string, in, out any) error {
	op := operation{"ecs", "AmazonEC2ContainerServiceV20141113." + name, "AWS_ENDPOINT_URL_ECS", "ecs:" + name, false}
	if err := op.ask(ctx, t.config, in, out); err != nil {
		return trouble(err, "%s", t.endpoint.Explain(err, op.action))
	}
	return nil
}
