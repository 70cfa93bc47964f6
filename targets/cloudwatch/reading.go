package cloudwatch

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// A Window is what is asked for, in whole periods.
type Window struct {
	From, To time.Time
	Period   time.Duration
}

// batch is how many questions one call may put.
const batch = 500

// A Reading holds the answers to some questions.
type Reading struct {
	points map[string]map[time.Time]float64 // by question
	failed map[string]string                // by question
}

// Points are the periods for which CloudWatch has a value.
func (r *Reading) Points(q Question) map[time.Time]float64 { return r.points[q.key()] }

// Failed says why a question has no answer, "" if it has one.
func (r *Reading) Failed(q Question) string { return r.failed[q.key()] }

// Total adds up the values of a question; a nil Reading has none.
func (r *Reading) Total(q Question) (sum float64) {
	if r != nil {
		for _, v := range r.Points(q) {
			sum += v
		}
	}
	return sum
}

// Equal says whether two readings found the same.
func (r *Reading) Equal(o *Reading) bool {
	return maps.EqualFunc(r.points, o.points, maps.Equal[map[time.Time]float64]) && maps.Equal(r.failed, o.failed)
}

// Read asks each question once, however often it is listed. It returns how many
// metrics that requested, also where it failed: AWS bills them.
func (c *Client) Read(ctx context.Context, questions []Question, w Window) (r *Reading, requested int, err error) {
	r = &Reading{points: map[string]map[time.Time]float64{}, failed: map[string]string{}}
	keys := map[string]string{} // by id
	var queries []types.MetricDataQuery
	for _, q := range questions {
		if key := q.key(); r.points[key] == nil {
			r.points[key] = map[time.Time]float64{}
			id := fmt.Sprintf("q%d", len(queries))
			keys[id] = key
			queries = append(queries, q.query(id, w.Period))
		}
	}
	for first := 0; first < len(queries); first += batch {
		in := &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(w.From), EndTime: aws.Time(w.To), ScanBy: types.ScanByTimestampAscending,
			MetricDataQueries: queries[first:min(first+batch, len(queries))],
		}
		pages := cloudwatch.NewGetMetricDataPaginator(c.metrics, in, func(o *cloudwatch.GetMetricDataPaginatorOptions) { o.StopOnDuplicateToken = true })
		for pages.HasMorePages() {
			requested += len(in.MetricDataQueries)
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, requested, err
			}
			for _, result := range page.MetricDataResults {
				r.take(keys[aws.ToString(result.Id)], result)
			}
		}
	}
	return r, requested, nil
}

// take adds one result. A result may come in parts, page by page.
func (r *Reading) take(key string, result types.MetricDataResult) {
	if r.points[key] == nil {
		return // not one of the questions
	}
	for i := range min(len(result.Timestamps), len(result.Values)) {
		r.points[key][result.Timestamps[i].UTC()] = result.Values[i]
	}
	switch result.StatusCode {
	case types.StatusCodeForbidden, types.StatusCodeInternalError:
		r.failed[key] = string(result.StatusCode)
		for _, m := range result.Messages {
			r.failed[key] += fmt.Sprintf(" (%s)", aws.ToString(m.Value))
		}
	}
}
