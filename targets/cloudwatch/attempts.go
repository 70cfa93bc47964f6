package cloudwatch

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	account "tollgate/targets/aws"
)

// TryRead reads one metric of one minute, to see whether metrics may be read.
func (c *Client) TryRead(ctx context.Context, q Question) error {
	now := time.Now().UTC().Truncate(time.Minute)
	_, _, err := c.Read(ctx, []Question{q}, Window{now.Add(-time.Minute), now, time.Minute})
	return c.trouble(err, "cloudwatch:GetMetricData")
}

// TryList lists the metrics of one name.
func (c *Client) TryList(ctx context.Context, q Question) error {
	_, err := c.metrics.ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String(q.Namespace), MetricName: aws.String(q.Metric)})
	return c.trouble(err, "cloudwatch:ListMetrics")
}

func (c *Client) trouble(err error, action string) error {
	if err == nil {
		return nil
	}
	return account.NewTrouble(c.endpoint.Explain(err, action), err)
}
