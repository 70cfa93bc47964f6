package cloudwatch

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	account "tollgate/targets/aws"
)

// A Client reads the metrics of one endpoint.
type Client struct {
	Account  *account.Account // whose metrics they are
	metrics  *cloudwatch.Client
	endpoint account.Endpoint
}

// Open makes a client; a nil transport is the SDK's own. It fails where there
// are no credentials; nothing is asked yet.
func Open(ctx context.Context, endpoint account.Endpoint, transport *http.Client) (*Client, error) {
	config, err := endpoint.Config(ctx, transport)
	if err != nil {
		return nil, err
	}
	return &Client{account.At(endpoint, config), cloudwatch.NewFromConfig(config), endpoint}, nil
}
