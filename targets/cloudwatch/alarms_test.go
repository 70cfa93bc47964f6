package cloudwatch

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"tollgate/targets"
	"tollgate/targets/targettest"
)

// A template is what an alarm of a template has to have.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties struct {
			AlarmName, Namespace, MetricName, ExtendedStatistic, TreatMissingData string
			Threshold                                                             float64
			Dimensions                                                            []struct{ Name, Value string }
			Metrics                                                               []struct {
				ID         string `json:"Id"`
				Expression string
				ReturnData bool
				MetricStat *struct {
					Metric struct{ MetricName string }
					Stat   string
				}
			}
		}
	}
}

func alarmsOf(t *testing.T, limits ...Limit) template {
	t.Helper()
	text, err := Alarms(limits)
	if err != nil {
		t.Fatal(err)
	}
	var got template
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEachDoorHasItsThreeAlarms(t *testing.T) {
	var limits []Limit
	for _, d := range targettest.FourDoors() {
		d.Name = "my-" + d.Name + "!"
		limits = append(limits, Limit{d, 250, 0.01})
	}
	got := alarmsOf(t, limits...)
	if len(got.Resources) != 12 {
		t.Errorf("%d alarms, want three of each of four doors", len(got.Resources))
	}
	for name, r := range got.Resources {
		if !regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`).MatchString(name) || r.Type != "AWS::CloudWatch::Alarm" || r.Properties.TreatMissingData != "notBreaching" {
			t.Errorf("%s: %+v", name, r)
		}
		p := r.Properties
		switch {
		case strings.HasSuffix(name, "Latency"):
			want := 250.0
			if p.MetricName == "TargetResponseTime" {
				want = 0.25 // seconds
			}
			if p.ExtendedStatistic != "p99" || p.Threshold != want || len(p.Dimensions) == 0 {
				t.Errorf("%s: %+v", name, p)
			}
		default:
			if last := p.Metrics[len(p.Metrics)-1]; !last.ReturnData || p.Metrics[0].ReturnData || p.Threshold != 0.01 || p.MetricName != "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// TestSharesAreOfEveryMetricOfARole reads which metrics an alarm divides.
func TestSharesAreOfEveryMetricOfARole(t *testing.T) {
	for _, row := range []struct {
		door       int
		alarm      string
		metrics    string
		expression string
	}{
		{0, "Errors", "Count 5XXError", "IF(whole > 0, (FILL(part1, 0)) / whole, 0)"},
		{1, "Errors", "Count 5xx", "IF(whole > 0, (FILL(part1, 0)) / whole, 0)"},
		{2, "Errors", "UrlRequestCount Url5xxCount", "IF(whole > 0, (FILL(part1, 0)) / whole, 0)"},
		{3, "Errors", "RequestCount HTTPCode_ELB_5XX_Count HTTPCode_Target_5XX_Count", "IF(whole > 0, (FILL(part1, 0) + FILL(part2, 0)) / whole, 0)"},
		{3, "Throttles", "Invocations Throttles", "IF(whole > 0, (FILL(part1, 0)) / whole, 0)"},
	} {
		door := targettest.FourDoors()[row.door]
		name := door.Name + "0" + row.alarm
		metrics := alarmsOf(t, Limit{door, 250, 0.01}).Resources[name].Properties.Metrics
		var names []string
		for _, m := range metrics {
			if m.MetricStat != nil {
				names = append(names, m.MetricStat.Metric.MetricName)
			}
		}
		if got := strings.Join(names, " "); got != row.metrics || metrics[len(metrics)-1].Expression != row.expression {
			t.Errorf("%s: %s of %s, want %s of %s", name, metrics[len(metrics)-1].Expression, got, row.expression, row.metrics)
		}
	}
}

func TestWhatHasNoLevelOrNoNameHasNoAlarm(t *testing.T) {
	rest := targettest.FourDoors()[0]
	if got := alarmsOf(t, Limit{Target: rest, P99: 250}); len(got.Resources) != 1 {
		t.Errorf("a latency alone makes %d alarms", len(got.Resources))
	}
	nameless := rest
	nameless.API, nameless.Function.Name = "", ""
	for what, l := range map[string]Limit{
		"no levels":           {Target: rest},
		"no names":            {nameless, 250, 0.01},
		"a server of our own": {targets.Target{Name: "own", Kind: &targets.Origin}, 250, 0.01},
	} {
		if text, err := Alarms([]Limit{l}); err == nil {
			t.Errorf("%s: %s", what, text)
		}
	}
}
