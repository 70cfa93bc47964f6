package cloudwatch

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"tollgate/targets"
	account "tollgate/targets/aws"
)

// A Client reads the metrics of one endpoint.
type Client struct {
	metrics  *cloudwatch.Client
	account  *account.Account
	endpoint account.Endpoint
}

// Open makes a client; a nil transport is the SDK's own. It fails where there
// are no credentials; nothing is asked yet.
func Open(ctx context.Context, endpoint account.Endpoint, transport *http.Client) (*Client, error) {
	config, err := endpoint.Config(ctx, transport)
	if err != nil {
		return nil, err
	}
	return &Client{cloudwatch.NewFromConfig(config), account.At(endpoint, config), endpoint}, nil
}

// Namesakes returns the ids of the REST APIs that are called like a target's,
// which CloudWatch counts together.
func (c *Client) Namesakes(ctx context.Context, t targets.Target) ([]string, error) {
	return c.account.Namesakes(ctx, t)
}
