package report

import (
	"testing"

	"tollgate/results"
)

func TestTimeIsSplitByWhatCloudWatchTimed(t *testing.T) {
	for _, row := range []struct {
		name    string
		metrics map[string]float64
		want    []float64 // network, door, behind, network and door, door and behind
		found   bool
	}{
		{"a door that times itself and what is behind it", map[string]float64{"latency": 20, "integration_latency": 15}, []float64{5, 5, 15, 0, 0}, true},
		{"a function URL, whose function is timed apart", map[string]float64{"latency": 20, "function_duration": 12}, []float64{5, 8, 12, 0, 0}, true},
		{"an ALB, which times its target only", map[string]float64{"integration_latency": 15}, []float64{0, 0, 15, 10, 0}, true},
		{"a door that times itself only", map[string]float64{"latency": 20}, []float64{5, 0, 0, 0, 20}, true},
		{"no times at all", map[string]float64{"count": 9}, nil, false},
	} {
		d := Door{TargetDoc: results.TargetDoc{Observed: &results.ObservedDoc{}}}
		d.Latency = map[string]results.Percentiles{"service": {Mean: 25, N: 1}}
		for role, v := range row.metrics {
			d.Observed.Metrics = append(d.Observed.Metrics, results.ObservedMetric{Role: role, Total: map[string]float64{"Average": v}})
		}
		got, found := d.split()
		if found != row.found || len(got) != len(row.want) {
			t.Errorf("%s: %v, %v", row.name, got, found)
			continue
		}
		for i := range got {
			if got[i] != row.want[i] {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
				break
			}
		}
	}
}
