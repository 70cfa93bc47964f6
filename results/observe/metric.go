package observe

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// documentOf says what was seen of one target; at is where a metric was asked for.
func documentOf(run *results.Run, target int, ts []targets.Target, at func(targets.Watch) *watching) results.ObservedDoc {
	t := ts[target]
	doc := results.ObservedDoc{Target: t.Name}
	var asked []*watching
	for w := range t.Watched("") {
		if x := at(w); !slices.Contains(asked, x) {
			asked = append(asked, x)
		}
	}
	switch {
	case len(t.Watch()) == 0:
		return doc // there is nothing to read
	case len(asked) == 0:
		doc.Error = fmt.Sprintf("the scenario does not say what CloudWatch calls this target: give it %s", cloudwatch.NamedBy(t.Kind))
		return doc
	}
	var problems []string
	for _, x := range asked {
		switch {
		case x.last == nil:
			problems = append(problems, cmp.Or(x.trouble, "reading was interrupted; run \"tollgate observe\" on the recorded run"))
		case x.trouble != "":
			problems = append(problems, x.trouble)
		}
	}
	for w, dims := range t.Watched("") {
		x := at(w)
		if x.last == nil {
			continue
		}
		m, failed := x.metric(w, dims)
		if w.Percent || w.Role == targets.RoleHitRate {
			x.weigh(&m, t, w)
		}
		doc.Metrics = append(doc.Metrics, m)
		problems = append(problems, failed...)
	}
	if x := at(targets.FunctionWatch[0]); len(t.Functions)+len(t.Integrations) > 0 && x != nil && x.last != nil {
		doc.Functions = x.functions(t)
	}
	doc.Routes = routesOf(t, at)
	doc.Error = strings.Join(problems, "; ")
	doc.Checks = Reconcile(run, target, ts, doc.Metrics)
	for _, x := range asked {
		for _, e := range x.expected {
			if e.target.Name == t.Name {
				doc.Checks = e.annotate(doc.Checks)
			}
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

// routesOf is what CloudWatch says of each route of a target that has detailed metrics.
func routesOf(t targets.Target, at func(targets.Watch) *watching) (all []results.ObservedRoute) {
	for _, route := range t.Detailed {
		o := results.ObservedRoute{Route: route}
		for _, w := range t.RouteWatch(route) {
			if x := at(w); x != nil && x.last != nil {
				m, _ := x.metric(w, w.Dimensions(t)) // what could not be read is missing
				o.Metrics = append(o.Metrics, m)
			}
		}
		all = append(all, o)
	}
	return all
}

// weigh makes a number of requests of a metric in percent of them, by the minute, and its
// mean over the window: minutes have the weight of their requests.
func (x *watching) weigh(m *results.ObservedMetric, t targets.Target, of targets.Watch) {
	requests := map[time.Time]float64{}
	for w, dims := range t.Watched(targets.RoleCount) {
		requests = x.last.Points(cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: "Sum", Dimensions: dims})
	}
	var all, sum float64
	for _, p := range m.Points {
		n := requests[p.At]
		all, sum = all+n, sum+n*p.Values["Average"]
		if of.Percent {
			p.Values["Sum"] = math.Round(n * p.Values["Average"] / 100)
		}
	}
	m.Total = merge(m.Points)
	if all > 0 {
		m.Total["Average"] = sum / all
	}
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
	case targets.RoleLatency, targets.RoleIntegration, targets.RoleDuration, targets.RoleOriginLatency:
		return "ms"
	case targets.RoleBytes, targets.RoleSent, targets.RoleReceived:
		return "bytes"
	case targets.RoleHitRate:
		return "percent"
	case targets.RoleLCU:
		return "lcu"
	default:
		return "count"
	}
}
