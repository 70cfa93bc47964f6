package cloudwatch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"tollgate/targets"
)

// A question asks for one statistic of one metric.
type question struct {
	namespace, metric, stat string
	dims                    map[string]string
}

// key is equal for questions that have the same answer.
func (q question) key() string {
	parts := []string{q.namespace, q.metric, q.stat}
	for _, name := range slices.Sorted(maps.Keys(q.dims)) {
		parts = append(parts, name, q.dims[name])
	}
	return strings.Join(parts, "\x00")
}

// query puts the question as GetMetricData wants it.
func (q question) query(id string, period time.Duration) types.MetricDataQuery {
	m := &types.Metric{Namespace: aws.String(q.namespace), MetricName: aws.String(q.metric)}
	for _, name := range slices.Sorted(maps.Keys(q.dims)) {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(q.dims[name])})
	}
	return types.MetricDataQuery{
		Id:         aws.String(id),
		MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(int32(period / time.Second)), Stat: aws.String(q.stat)},
	}
}

// questions lists what must be asked about t: nil where nothing is known of how
// CloudWatch calls it.
func questions(t targets.Target) (all []question) {
	for _, w := range t.Kind.Watch {
		dims := w.Dimensions(t)
		if dims == nil {
			continue
		}
		for _, stat := range w.Stats {
			all = append(all, question{w.Namespace, w.Metric, stat, dims})
		}
	}
	return all
}

// A sheet holds questions, each once, in the order in which they came up.
type sheet struct {
	asked   []question
	numbers map[string]int // by key
}

func newSheet() *sheet { return &sheet{numbers: map[string]int{}} }

func (s *sheet) add(qs []question) {
	for _, q := range qs {
		if _, known := s.numbers[q.key()]; !known {
			s.numbers[q.key()] = len(s.asked)
			s.asked = append(s.asked, q)
		}
	}
}

func (s *sheet) id(number int) string { return fmt.Sprintf("q%d", number) }
