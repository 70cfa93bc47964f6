package cloudwatch

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"tollgate/targets"
)

// A Limit is where an alarm of a target should ring: at the levels of a gate.
// Zero: no alarm of that sort.
type Limit struct {
	Target     targets.Target
	P99        float64 // ms
	ErrorShare float64 // of requests; also of invocations that are throttled
}

// An alarm fires when three minutes of five are bad.
const (
	alarmPeriod  = 60
	alarmPeriods = 5
	alarmOf      = 3
)

// Alarms returns a CloudFormation template with an alarm for the latency, the
// errors and the throttles of each target that CloudWatch watches. Who is
// notified is a parameter of the template. An error says that there is nothing to watch.
//
// Source: AWS CloudFormation template reference, "AWS::CloudWatch::Alarm".
func Alarms(limits []Limit) ([]byte, error) {
	resources := map[string]any{}
	for i, l := range limits {
		for sort, alarm := range l.alarms() {
			if len(alarm) > 0 {
				resources[logical(fmt.Sprintf("%s%d%s", l.Target.Name, i, sort))] = map[string]any{"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}
			}
		}
	}
	if len(resources) == 0 {
		return nil, fmt.Errorf("no alarm can be written: the gate has no levels yet, or the scenario does not name what CloudWatch calls its targets")
	}
	template := map[string]any{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description":              "Alarms at the levels of a Tollgate gate",
		"Parameters": map[string]any{"Topic": map[string]any{
			"Type": "String", "Default": "", "Description": "ARN of the SNS topic to notify; empty for none",
		}},
		"Conditions": map[string]any{"HasTopic": map[string]any{"Fn::Not": []any{map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "Topic"}, ""}}}}},
		"Resources":  resources,
	}
	text, err := json.MarshalIndent(template, "", "  ")
	return append(text, '\n'), err
}

func (l Limit) alarms() map[string]map[string]any {
	all := map[string]map[string]any{}
	w, dims := l.watch(targets.RoleLatency)
	if dims == nil { // load balancers time only what is behind them
		w, dims = l.watch(targets.RoleIntegration)
	}
	if dims != nil && l.P99 > 0 {
		level := l.P99
		if w.Seconds {
			level /= 1000
		}
		a := l.alarm("p99 of "+w.Metric, fmt.Sprintf("The gate fails above a p99 of %.4g ms, as clients see it; this metric is without the network.", l.P99), level)
		a["Namespace"], a["MetricName"], a["ExtendedStatistic"], a["Period"] = w.Namespace, w.Metric, "p99", alarmPeriod
		a["Dimensions"] = dimensions(dims)
		all["Latency"] = a
	}
	if l.ErrorShare > 0 {
		why := fmt.Sprintf("The gate fails above a share of %.4g %%.", 100*l.ErrorShare)
		all["Errors"] = l.share("share of 5xx", why, targets.RoleServerError, targets.RoleCount)
		all["Throttles"] = l.share("share of throttled invocations", why, targets.RoleThrottles, targets.RoleInvocations)
	}
	return all
}

// share is an alarm about some of all. Some are all metrics of a role: a load
// balancer counts its own errors and those of its targets in two metrics, and
// publishes each only while there are any, so missing points count as zero.
func (l Limit) share(what, why string, some, of targets.Role) map[string]any {
	query := func(id string, w targets.Watch, dims map[string]string) map[string]any {
		return map[string]any{"Id": id, "ReturnData": false, "MetricStat": map[string]any{
			"Metric": map[string]any{"Namespace": w.Namespace, "MetricName": w.Metric, "Dimensions": dimensions(dims)},
			"Period": alarmPeriod, "Stat": "Sum",
		}}
	}
	whole, dims := l.watch(of)
	metrics := []any{query("whole", whole, dims)}
	var sum []string
	for part, dims := range l.Target.Watched(some) {
		id := fmt.Sprintf("part%d", len(metrics))
		metrics = append(metrics, query(id, part, dims))
		sum = append(sum, "FILL("+id+", 0)")
	}
	if dims == nil || len(sum) == 0 {
		return nil
	}
	a := l.alarm(what, why, l.ErrorShare)
	a["Metrics"] = append(metrics, map[string]any{
		"Id": "share", "ReturnData": true, "Label": what,
		"Expression": "IF(whole > 0, (" + strings.Join(sum, " + ") + ") / whole, 0)",
	})
	return a
}

func (l Limit) alarm(what, why string, level float64) map[string]any {
	actions := map[string]any{"Fn::If": []any{"HasTopic", []any{map[string]any{"Ref": "Topic"}}, map[string]any{"Ref": "AWS::NoValue"}}}
	return map[string]any{
		"AlarmName": "tollgate " + l.Target.Name + ": " + what, "AlarmDescription": why,
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": level,
		"EvaluationPeriods": alarmPeriods, "DatapointsToAlarm": alarmOf, "TreatMissingData": "notBreaching",
		"AlarmActions": actions, "OKActions": actions,
	}
}

// watch returns the target's first metric of a role and its dimensions, nil where
// CloudWatch cannot be asked for one.
func (l Limit) watch(r targets.Role) (targets.Watch, map[string]string) {
	for w, dims := range l.Target.Watched(r) {
		if w.Percent || w.Region != "" && w.Region != l.Target.Region {
			continue // a share is no number to divide, and an alarm is in the region of its metric
		}
		return w, dims
	}
	return targets.Watch{}, nil
}

func dimensions(names map[string]string) (all []map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, map[string]string{"Name": name, "Value": names[name]})
	}
	return all
}

// logical is a name as CloudFormation has them: letters and digits.
func logical(s string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, s)
}
