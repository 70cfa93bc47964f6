package cloudwatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// batch is how many questions one call may put.
const batch = 500

// A reading is what one pass over a sheet found, by question.
type reading struct {
	points []map[time.Time]float64 // by question: the periods that hold values
	failed []string                // by question: why it has no answer, "" if it has
}

// equal says whether two passes found the same.
func (r *reading) equal(o *reading) bool {
	return slices.EqualFunc(r.points, o.points, maps.Equal[map[time.Time]float64]) && slices.Equal(r.failed, o.failed)
}

// read asks all of a sheet's questions once. It returns how many metrics that
// requested, also where it failed: AWS bills them.
func read(ctx context.Context, client cloudwatch.GetMetricDataAPIClient, s *sheet, w window) (*reading, int, error) {
	r := &reading{points: make([]map[time.Time]float64, len(s.asked)), failed: make([]string, len(s.asked))}
	numbers := map[string]int{}
	requested := 0
	for first := 0; first < len(s.asked); first += batch {
		in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(w.from), EndTime: aws.Time(w.to), ScanBy: types.ScanByTimestampAscending}
		for n := first; n < min(first+batch, len(s.asked)); n++ {
			r.points[n] = map[time.Time]float64{}
			numbers[s.id(n)] = n
			in.MetricDataQueries = append(in.MetricDataQueries, s.asked[n].query(s.id(n), w.period))
		}
		pages := cloudwatch.NewGetMetricDataPaginator(client, in, func(o *cloudwatch.GetMetricDataPaginatorOptions) { o.StopOnDuplicateToken = true })
		for pages.HasMorePages() {
			requested += len(in.MetricDataQueries)
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, requested, err
			}
			for _, result := range page.MetricDataResults {
				r.take(numbers, result)
			}
		}
	}
	return r, requested, nil
}

// take files one result. A result may come in parts, page by page.
func (r *reading) take(numbers map[string]int, result types.MetricDataResult) {
	n, ours := numbers[aws.ToString(result.Id)]
	if !ours {
		return
	}
	for i := range min(len(result.Timestamps), len(result.Values)) {
		r.points[n][result.Timestamps[i].UTC()] = result.Values[i]
	}
	switch result.StatusCode {
	case types.StatusCodeForbidden, types.StatusCodeInternalError:
		r.failed[n] = string(result.StatusCode)
		for _, m := range result.Messages {
			r.failed[n] += fmt.Sprintf(" (%s)", aws.ToString(m.Value))
		}
	}
}
