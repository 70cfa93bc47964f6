package cloudwatch

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"tollgate/targets"
	"tollgate/targets/targettest"
)

// An alarm is what CloudWatch needs to evaluate one of a template.
type alarm struct {
	Namespace, MetricName, ExtendedStatistic string
	Dimensions                               []types.Dimension
	Period                                   int32
	Metrics                                  []types.MetricDataQuery
	Threshold                                float64
	EvaluationPeriods, DatapointsToAlarm     int
}

// queries are what the alarm watches; the one that returns data is last.
func (a *alarm) queries() []types.MetricDataQuery {
	if len(a.Metrics) > 0 {
		return a.Metrics
	}
	return []types.MetricDataQuery{{Id: aws.String("m"), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: &a.Namespace, MetricName: &a.MetricName, Dimensions: a.Dimensions},
		Period: &a.Period, Stat: &a.ExtendedStatistic,
	}}}
}

// rings evaluates the alarm over the periods before end, as CloudWatch does: so
// many of the last ones are above the threshold. Missing ones are not.
func (a *alarm) rings(t *testing.T, client *cloudwatch.Client, end time.Time) bool {
	t.Helper()
	from := end.Add(-time.Duration(a.EvaluationPeriods) * time.Minute)
	out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &end, MetricDataQueries: a.queries()})
	if err != nil || len(out.MetricDataResults) != 1 {
		t.Fatalf("%v, results %+v", err, out)
	}
	above := 0
	for _, v := range out.MetricDataResults[0].Values {
		if v > a.Threshold {
			above++
		}
	}
	return above >= a.DatapointsToAlarm
}

// TestAlarmsRingOnAFaultAndStayQuietWithoutOne has the lab evaluate the alarms
// that "check --export-alarms" writes, over minutes of each door's metrics.
func TestAlarmsRingOnAFaultAndStayQuietWithoutOne(t *testing.T) {
	good := targettest.Hit{Status: 200, Latency: 90, Behind: 80, Within: 70}
	slow := targettest.Hit{Status: 200, Latency: 900, Behind: 800, Within: 700}
	failed := targettest.Hit{Status: 502, Latency: 90, Behind: 80, Within: 70}
	for _, test := range []struct {
		name    string
		fault   targettest.Hit
		minutes int      // of five that have the fault
		want    []string // suffixes of the alarms that ring
	}{
		{"nothing wrong", good, 5, nil},
		{"slow for three minutes of five", slow, 3, []string{"Latency"}},
		{"slow for two", slow, 2, nil},
		{"errors for three", failed, 3, []string{"Errors"}},
		{"errors for two", failed, 2, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			end := begin.Add(5 * time.Minute)
			store := targettest.NewCloudWatch(func() time.Time { return end }, 0)
			for _, door := range targettest.FourDoors() {
				for minute := range 5 {
					h := good
					if minute >= 5-test.minutes {
						h = test.fault
					}
					for range 10 {
						targettest.Publish(store, door, begin.Add(time.Duration(minute)*time.Minute), h)
					}
				}
				if got := ringing(t, store, door, end); !slices.Equal(got, test.want) {
					t.Errorf("%s: %v ring, want %v", door.Name, got, test.want)
				}
			}
		})
	}
}

// ringing are the alarms of a door that ring, by the end of their names.
func ringing(t *testing.T, store *targettest.CloudWatch, door targets.Target, end time.Time) (names []string) {
	t.Helper()
	text, err := Alarms([]Limit{{door, 250, 0.01}})
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct{ Properties alarm }
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	client := cloudwatch.New(cloudwatch.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://lab"), HTTPClient: &http.Client{Transport: targettest.InProcess{Handler: store.Handler()}},
		Credentials: aws.AnonymousCredentials{},
	})
	for name, r := range template.Resources {
		if r.Properties.rings(t, client, end) {
			names = append(names, strings.TrimPrefix(name, door.Name+"0"))
		}
	}
	slices.Sort(names)
	return names
}
