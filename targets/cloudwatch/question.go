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

// A Question asks for one statistic of one metric.
type Question struct {
	Namespace, Metric, Stat string
	Dimensions              map[string]string
}

// key is equal for questions that have the same answer.
func (q Question) key() string {
	return fmt.Sprintf("%q", q) // which sorts maps
}

// Same says whether two questions have the same answer.
func (q Question) Same(o Question) bool { return q.key() == o.key() }

// query puts the question as GetMetricData wants it.
func (q Question) query(id string, period time.Duration) types.MetricDataQuery {
	m := &types.Metric{Namespace: aws.String(q.Namespace), MetricName: aws.String(q.Metric)}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(q.Dimensions[name])})
	}
	return types.MetricDataQuery{
		Id:         aws.String(id),
		MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(int32(period / time.Second)), Stat: aws.String(q.Stat)},
	}
}

// Questions lists what must be asked about t: nil where the scenario does not
// name what CloudWatch calls it by. With at, those metrics alone for which it holds.
func Questions(t targets.Target, at func(targets.Watch) bool) (all []Question) {
	for w, dims := range t.Read() {
		if at == nil || at(w) {
			all = append(all, asked(w, dims)...)
		}
	}
	return all
}

// asked are the questions about one metric.
func asked(w targets.Watch, dims map[string]string) (all []Question) {
	for _, stat := range w.Stats {
		all = append(all, Question{w.Namespace, w.Metric, stat, dims})
	}
	return all
}

// Spelled writes dimensions as "ApiName orders, Stage prod".
func Spelled(dims map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		all = append(all, name+" "+dims[name])
	}
	return strings.Join(all, ", ")
}

// NamedBy says which keys of a target lead to a kind's metrics.
func NamedBy(k *targets.Kind) string {
	i := slices.IndexFunc(k.Watch, func(w targets.Watch) bool { return w.Role == targets.RoleCount })
	if len(k.Watch) == 0 {
		return ""
	}
	return k.Watch[max(0, i)].Needs
}
