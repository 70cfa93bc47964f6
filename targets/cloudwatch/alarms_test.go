package cloudwatch

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"tollgate/targets"
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
	for _, d := range fourDoors() {
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
			if len(p.Metrics) != 3 || p.Metrics[2].Expression != "IF(whole > 0, part / whole, 0)" || !p.Metrics[2].ReturnData || p.Metrics[0].ReturnData || p.Threshold != 0.01 || p.MetricName != "" {
				t.Errorf("%s: %+v", name, p)
			}
			if strings.HasSuffix(name, "Throttles") && p.Metrics[0].MetricStat.Metric.MetricName != "Throttles" {
				t.Errorf("%s: %+v", name, p.Metrics[0].MetricStat)
			}
		}
	}
}

func TestWhatHasNoLevelOrNoNameHasNoAlarm(t *testing.T) {
	rest := fourDoors()[0]
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
