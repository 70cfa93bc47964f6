package observe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// documentOf says what was seen of one target; x is nil where nothing was asked.
func documentOf(run *results.Run, target int, ts []targets.Target, x *watching) results.ObservedDoc {
	t := ts[target]
	doc := results.ObservedDoc{Target: t.Name}
	switch {
	case len(t.Watch()) == 0:
		return doc // there is nothing to read
	case len(cloudwatch.Questions(t)) == 0:
		doc.Error = fmt.Sprintf("the scenario does not say what CloudWatch calls this target: give it %s", cloudwatch.NamedBy(t.Kind))
		return doc
	case x.last == nil:
		doc.Error = cmp.Or(x.trouble, "reading was interrupted; run \"tollgate observe\" on the recorded run")
		return doc
	}
	problems := []string{x.trouble}
	for w, dims := range t.Watched("") {
		m, failed := x.metric(w, dims)
		doc.Metrics = append(doc.Metrics, m)
		problems = append(problems, failed...)
	}
	if len(t.Functions) > 0 {
		doc.Functions = x.functions(t)
	}
	doc.Error = strings.TrimPrefix(strings.Join(problems, "; "), "; ")
	doc.Checks = Reconcile(run, target, ts, doc.Metrics)
	for _, e := range x.expected {
		if e.target.Name == t.Name {
			doc.Checks = e.annotate(doc.Checks)
		}
	}
	return doc
}

// functions are what Lambda says of each of several functions behind a target.
func (x *watching) functions(t targets.Target) (all []results.ObservedFunction) {
	functions, _ := t.AllFunctions()
	for _, f := range functions {
		o := results.ObservedFunction{Name: f.Name}
		for _, w := range targets.FunctionWatch {
			m, _ := x.metric(w, w.Dimensions(targets.Target{Function: f})) // what could not be read is missing
			o.Metrics = append(o.Metrics, m)
		}
		all = append(all, o)
	}
	return all
}

// metric puts the answers about one metric together.
func (x *watching) metric(w targets.Watch, dims map[string]string) (m results.ObservedMetric, problems []string) {
	m = results.ObservedMetric{Role: string(w.Role), Name: w.Namespace + " " + w.Metric, Unit: unit(w.Role), Points: []results.ObservedPoint{}}
	minutes := map[time.Time]map[string]float64{}
	for _, stat := range w.Stats {
		q := cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: stat, Dimensions: dims}
		if why := x.last.Failed(q); why != "" {
			problems = append(problems, fmt.Sprintf("%s %s could not be read: %s", m.Name, stat, why))
		}
		for at, v := range x.last.Points(q) {
			if w.Seconds && stat != "SampleCount" {
				v *= 1000
			}
			if minutes[at] == nil {
				minutes[at] = map[string]float64{}
			}
			minutes[at][stat] = v
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(minutes), time.Time.Compare) {
		m.Points = append(m.Points, results.ObservedPoint{At: at, Values: minutes[at]})
	}
	m.Total = merge(m.Points)
	return m, problems
}

// merge adds minutes up. An average is weighted by its sample count; without
// one it is left out, as percentiles are.
func merge(points []results.ObservedPoint) map[string]float64 {
	total := map[string]float64{}
	var weighted float64
	averages := len(points) > 0
	for _, p := range points {
		n, counted := p.Values["SampleCount"]
		mean, averaged := p.Values["Average"]
		averages = averages && counted && averaged
		weighted += mean * n
		for stat, v := range p.Values {
			switch had, seen := total[stat]; {
			case stat == "Sum", stat == "SampleCount":
				total[stat] = had + v
			case stat == "Maximum" && (!seen || v > had):
				total[stat] = v
			}
		}
	}
	if averages && total["SampleCount"] > 0 {
		total["Average"] = weighted / total["SampleCount"]
	}
	return total
}

func unit(r targets.Role) string {
	switch r {
	case targets.RoleLatency, targets.RoleIntegration, targets.RoleDuration:
		return "ms"
	case targets.RoleBytes:
		return "bytes"
	case targets.RoleLCU:
		return "lcu"
	default:
		return "count"
	}
}
