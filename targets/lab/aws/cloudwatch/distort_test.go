package cloudwatch

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestMinutesThatAreReportedWrongly(t *testing.T) {
	within := func(d Distortion, from, to int) func(Metric, time.Time) Distortion {
		return func(_ Metric, minute time.Time) Distortion {
			if n := int(minute.Sub(noon).Minutes()); n >= from && n < to {
				return d
			}
			return Distortion{}
		}
	}
	tests := []struct {
		name   string
		now    time.Duration
		how    func(Metric, time.Time) Distortion
		stamps []int
		want   []float64
	}{
		{"as they are", time.Hour, nil, []int{0, 1, 2, 3}, []float64{1, 2, 3, 4}},
		{"missing", time.Hour, within(Distortion{Missing: true}, 1, 3), []int{0, 3}, []float64{1, 4}},
		{"late, not there yet", 4 * time.Minute, within(Distortion{Late: 10 * time.Minute}, 1, 3), []int{0, 3}, []float64{1, 4}},
		{"late, there at last", 13 * time.Minute, within(Distortion{Late: 10 * time.Minute}, 1, 3), []int{0, 1, 2, 3}, []float64{1, 2, 3, 4}},
		{"from a clock that stepped forward", time.Hour, within(Distortion{Shift: 5 * time.Minute}, 2, 4), []int{0, 1, 7, 8}, []float64{1, 2, 3, 4}},
		{"from a clock that stepped back", time.Hour, within(Distortion{Shift: -2 * time.Minute}, 2, 4), []int{0, 1}, []float64{4, 6}},
		{"of one metric only", time.Hour, func(m Metric, _ time.Time) Distortion {
			return Distortion{Missing: m.Name == "Count" && m.Dimensions["Stage"] == "test"}
		}, []int{0, 1, 2, 3}, []float64{1, 2, 3, 4}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New(at(noon.Add(test.now)), 0)
			for minute := range 4 {
				s.Put("AWS/ApiGateway", "Count", Count, Dimensions{"Stage": "prod"}, noon.Add(time.Duration(minute)*time.Minute), float64(minute+1))
			}
			if test.how != nil {
				s.Distort(test.how)
			}
			out, err := sdk(t, s).GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), ScanBy: types.ScanByTimestampAscending,
				MetricDataQueries: []types.MetricDataQuery{query("q", "Count", "Sum", 60, "Stage", "prod")},
			})
			if err != nil {
				t.Fatal(err)
			}
			var stamps []int
			for _, at := range out.MetricDataResults[0].Timestamps {
				stamps = append(stamps, int(at.Sub(noon).Minutes()))
			}
			if values := out.MetricDataResults[0].Values; !slices.Equal(stamps, test.stamps) || !slices.Equal(values, test.want) {
				t.Errorf("%v at %v, want %v at %v", values, stamps, test.want, test.stamps)
			}
			if truth := s.Truth(); len(truth) != 1 || truth[0].Set != (Set{4, 10, 1, 4}) || len(truth[0].Minutes) != 4 {
				t.Errorf("the truth is %+v", truth)
			}
		})
	}
}
