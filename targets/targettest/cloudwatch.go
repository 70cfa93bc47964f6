package targettest

import (
	"net/http"
	"sync"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
)

// A CloudWatch is a metric store that tests fill, behind an endpoint that refuses
// requests on demand.
type CloudWatch struct {
	*cloudwatch.Store

	mu      sync.Mutex
	refusal protocol.Refusal
	left    int
}

// NewCloudWatch returns an empty CloudWatch. A minute can be read once it has ended
// and delay has passed since; with no delay, also while it is still open.
func NewCloudWatch(now func() time.Time, delay time.Duration) *CloudWatch {
	return &CloudWatch{Store: cloudwatch.New(now, delay)}
}

// Put adds one value to a metric.
func (c *CloudWatch) Put(namespace, metric string, unit cloudwatch.Unit, dims cloudwatch.Dimensions, at time.Time, value float64) {
	c.Series(namespace, metric, unit, dims).Put(at, value)
}

// Refuse refuses the next n requests, or all of them where n is negative.
func (c *CloudWatch) Refuse(r protocol.Refusal, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal, c.left = r, n
}

// Handler serves the store without asking for a signature.
func (c *CloudWatch) Handler() http.Handler {
	service := c.Service()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		refusal, refused := c.refusal, c.left != 0
		if c.left > 0 {
			c.left--
		}
		c.mu.Unlock()
		if refused {
			service.Refuse(w, r, refusal)
			return
		}
		service.ServeHTTP(w, r)
	})
}
